import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Case, differences, flipped, type Given, given, ints, runtime } from './support/cases.ts';

const DTYPES = ['f32', 'i8', 'i64', 'f64'] as const;

/** A tensor of rank 1 to 5; from rank 3 on half of them arrive channels-last (float only: MaxPool turns them). */
const tensor = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
    dtype: fc.constantFrom(...DTYPES),
    turn: fc.boolean(),
  })
  .map(({ shape, dtype, turn }): Given => {
    const turned = turn && shape.length >= 3;
    return turned ? flipped(given(shape)) : given(shape, dtype);
  });

const axisOf = (x: Given) => fc.integer({ min: -x.shape.length, max: x.shape.length - 1 });
const perDimension = <T>(x: Given, make: (size: number) => fc.Arbitrary<T>) => fc.tuple(...x.shape.map(make));
const wide = (size: number) => fc.integer({ min: -size - 2, max: size + 2 });
const steps = fc.constantFrom(-3, -2, -1, 1, 2, 3);
const pads = (x: Given, most: number) =>
  perDimension(x, (size) => fc.integer({ min: 0, max: Math.min(most, size - 1) }));

const movement: fc.Arbitrary<Case> = tensor.chain((x) =>
  fc.oneof(
    axisOf(x).map((axis): Case => ({ op: 'Concat', inputs: [x, { ...x }, x], attributes: { axis } })),
    fc
      .tuple(
        perDimension(x, wide),
        perDimension(x, wide),
        perDimension(x, () => steps),
      )
      .map(([starts, ends, by]): Case => {
        const axes = ints(...x.shape.keys());
        return { op: 'Slice', inputs: [x, ints(...starts), ints(...ends), axes, ints(...by)] };
      }),
    fc
      .tuple(pads(x, 3), pads(x, 3), fc.constantFrom('constant', 'reflect', 'edge', 'wrap'))
      .map(
        ([begins, ends, mode]): Case => ({ op: 'Pad', inputs: [x, ints(...begins, ...ends)], attributes: { mode } }),
      ),
    perDimension(x, () => fc.integer({ min: 1, max: 3 })).map(
      (repeats): Case => ({ op: 'Tile', inputs: [x, ints(...repeats)] }),
    ),
    perDimension(x, (size) => (size === 1 ? fc.integer({ min: 1, max: 3 }) : fc.constant(1))).map(
      (shape): Case => ({ op: 'Expand', inputs: [x, ints(...shape)] }),
    ),
    axisOf(x).chain((axis) => {
      const size = x.shape.at(axis)!;
      return fc
        .tuple(fc.array(fc.integer({ min: -size, max: size - 1 }), { minLength: 1, maxLength: 4 }), fc.boolean())
        .map(([picks, constant]): Case => {
          const indices = constant ? ints(...picks) : runtime([picks.length], picks);
          return { op: 'Gather', inputs: [x, indices], attributes: { axis } };
        });
    }),
    axisOf(x).map((axis): Case => {
      const size = x.shape.at(axis)!;
      const sizes = size === 1 ? [1] : [1, size - 1];
      return { op: 'Split', inputs: [x, ints(...sizes)], attributes: { axis }, outputs: sizes.length };
    }),
    fc
      .shuffledSubarray([...x.shape.keys()], { minLength: x.shape.length })
      .map((perm): Case => ({ op: 'Transpose', inputs: [x], attributes: { perm } })),
  ),
);

test('random movements of random tensors', async () => {
  const batches = fc.array(movement, { minLength: 30, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(batches, async (cases) => {
      expect(await differences(cases, { tolerance: 0 })).toEqual([]);
    }),
    { numRuns: 4, seed: 20, endOnFailure: true },
  );
});

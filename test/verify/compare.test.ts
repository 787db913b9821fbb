import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Port } from '../../src/ir/program.ts';
import { dataOf } from '../../src/ir/tensor.ts';
import type { DType, TypedArray } from '../../src/ir/types.ts';
import { toFloat16Bits } from '../../src/numerics/float16.ts';
import { agrees, comparer, type Rule } from '../../src/verify/compare.ts';

const CLOSE: Rule = { kind: 'close', floor: 0, cancels: false };
const EQUAL: Rule = { ...CLOSE, kind: 'equal' };
const CODES: Rule = { ...CLOSE, kind: 'codes' };
const TOLERANCE = 1e-5;

function passes(
  dtype: DType,
  rule: Rule,
  ...samples: (readonly [actual: TypedArray, expected: TypedArray])[]
): boolean {
  const type = { dtype, shape: [], quant: null };
  const port: Port = { value: 'v', type, shape: [], storage: { factors: [], order: [] }, buffer: 0 };
  const judge = comparer('layer', port, rule);
  for (const [actual, expected] of samples) judge.add(actual, expected);
  return agrees(judge.result(), TOLERANCE);
}

const f32 = (...values: number[]) => Float32Array.from(values);

describe('real numbers', () => {
  test.each([
    ['-inf in the reference', f32(-20, 5), f32(-Infinity, 1)],
    ['-inf in the reference, the rest right', f32(-20, 1), f32(-Infinity, 1)],
    ['inf made of a large number', f32(Infinity, 1), f32(3e38, 1)],
    ['the wrong infinity', f32(Infinity), f32(-Infinity)],
    ['a number where NaN should be', f32(0, 1), f32(Number.NaN, 1)],
    ['NaN where a number should be', f32(Number.NaN, 1), f32(0, 1)],
    ['NaN where infinity should be', f32(Number.NaN), f32(Infinity)],
    ['too few elements', f32(), f32(1)],
    ['too many elements', f32(1, 2), f32(1)],
    ['anything where all should be 0', f32(1e-30), f32(0)],
  ])('%s', (_, actual, expected) => expect(passes('f32', CLOSE, [actual, expected])).toBe(false));

  test('an infinity is not the largest number of its sign', () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    expect(passes('f32', EQUAL, [f32(Infinity), f32(largest)])).toBe(false);
    expect(passes('f32', CLOSE, [f32(-largest), f32(-Infinity)])).toBe(false);
  });

  test('an infinity does not switch the check of other samples off', () => {
    const infinite = [f32(-Infinity, 1), f32(-Infinity, 1)] as const;
    expect(passes('f32', CLOSE, infinite)).toBe(true);
    expect(passes('f32', CLOSE, infinite, [f32(-17), f32(-16)])).toBe(false);
  });

  test('numbers without all digits may be zeros', () => {
    expect(passes('f32', CLOSE, [f32(1e-40), f32(0)])).toBe(true);
    expect(passes('f32', CLOSE, [f32(1.3e-38), f32(0)])).toBe(false);
    expect(passes('f32', EQUAL, [f32(1e-40), f32(0)])).toBe(false);
  });

  test('a floor is absolute', () => {
    const pair = [f32(4.1e-8, 2e-9), f32(8.9e-8, 0)] as const;
    expect(passes('f32', CLOSE, pair)).toBe(false);
    expect(passes('f32', { ...CLOSE, floor: 1.2e-7 }, pair)).toBe(true);
  });
});

test('halves: neighbours agree, what lies further apart does not, bits are not numbers', () => {
  const half = (...values: number[]) => Uint16Array.from(values, toFloat16Bits);
  expect(passes('f16', CLOSE, [half(1, -2), half(1 + 2 ** -10, -2)])).toBe(true);
  expect(passes('f16', CLOSE, [half(1, 2), half(1 + 2 ** -9, 2)])).toBe(false);
  expect(passes('f16', CLOSE, [half(0, 1), half(-0, 1)])).toBe(true);
  expect(passes('f16', CLOSE, [half(65504), half(Infinity)])).toBe(false);
  expect(passes('f16', EQUAL, [half(1), half(1 + 2 ** -10)])).toBe(false);
});

test('int64 beyond 2^53 is compared by its own digits', () => {
  const [a, b] = [BigInt64Array.of(2n ** 62n + 1n), BigInt64Array.of(2n ** 62n)];
  expect(passes('i64', EQUAL, [a, b])).toBe(false);
  expect(passes('i64', CODES, [a, b])).toBe(true);
});

test('codes of computed real numbers: one code, or the tolerance of large integers', () => {
  expect(passes('i8', CODES, [Int8Array.of(3, 100), Int8Array.of(4, 100)])).toBe(true);
  expect(passes('i8', CODES, [Int8Array.of(2, 100), Int8Array.of(4, 100)])).toBe(false);
  // Floats step by 4 at 5e7.
  expect(passes('i64', CODES, [BigInt64Array.of(50_000_004n), BigInt64Array.of(50_000_000n)])).toBe(true);
  expect(passes('i64', CODES, [BigInt64Array.of(50_001_000n), BigInt64Array.of(50_000_000n)])).toBe(false);
});

/** Whatever else the tensors hold, one wrong element is seen. */
test('nothing wrong is smuggled past', () => {
  const odd = fc.constantFrom(0, -0, 1, -1, 3e38, 1e-40, Infinity, -Infinity, Number.NaN);
  const element = fc.oneof(fc.float(), odd);
  const kinds: readonly (readonly [DType, fc.Arbitrary<number>])[] = [
    ['f32', element],
    ['f64', element],
    ['i8', fc.integer({ min: -128, max: 127 })],
    ['u8', fc.integer({ min: 0, max: 255 })],
    ['i32', fc.integer()],
  ];
  for (const [dtype, values] of kinds) {
    const integer = !dtype.startsWith('f');
    const samples = fc.array(fc.array(values, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(samples, fc.nat(), fc.nat(), values, fc.boolean(), (numbers, s, e, wrong, close) => {
        const right = numbers.map((sample) => dataOf(dtype, sample));
        const rule = close && !integer ? CLOSE : EQUAL;
        expect(passes(dtype, rule, ...right.map((data) => [data.slice(), data] as const))).toBe(true);

        const sample = s % right.length;
        const at = e % right[sample]!.length;
        const changed = right[sample]!.slice();
        changed[at] = wrong;
        const [a, b] = [Number(changed[at]), Number(right[sample]![at])];
        const largest = Math.max(
          0,
          ...right.flatMap((data) => [...data].map((x) => Math.abs(Number(x)))).filter(Number.isFinite),
        );
        // Equal, both NaN, or (close) a finite distance within the tolerance of finite numbers.
        const fine =
          a === b || (Number.isNaN(a) && Number.isNaN(b)) || (rule === CLOSE && Math.abs(a - b) <= TOLERANCE * largest);
        const pairs = right.map((data, i) => [i === sample ? changed : data, data] as const);
        expect(passes(dtype, rule, ...pairs)).toBe(fine);
      }),
      { numRuns: 300, seed: 5 },
    );
  }
});

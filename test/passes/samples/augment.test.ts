import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tensorOf } from '../../../src/ir/tensor.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { augment } from '../../../src/passes/samples/augment.ts';

const image = tensorOf(
  'f32',
  [1, 2, 3, 4],
  Array.from({ length: 24 }, (_, i) => i),
);

test('nothing asked for, nothing done', () => {
  expect(augment(image, { shift: 0, flip: false }, createRng(1))).toBe(image);
});

test('what is no image stays', () => {
  const vector = tensorOf('f32', [1, 24], image.data as Float32Array);
  expect(augment(vector, { shift: 2, flip: true }, createRng(1))).toBe(vector);
});

test('every pixel is one of its channel, a move and a mirror away, borders repeated', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(2), fc.boolean(), (seed, shift, flip) => {
      const { data } = augment(image, { shift, flip }, createRng(seed));
      const candidates: number[][] = [];
      const inside = (place: number, size: number) => Math.min(Math.max(place, 0), size - 1);
      for (let dy = -shift; dy <= shift; dy++) {
        for (let dx = -shift; dx <= shift; dx++) {
          for (const mirror of flip ? [false, true] : [false]) {
            candidates.push(
              Array.from({ length: 24 }, (_, i) => {
                const [c, y, x] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
                return c * 12 + inside(y + dy, 3) * 4 + inside((mirror ? 3 - x : x) + dx, 4);
              }),
            );
          }
        }
      }
      expect(candidates).toContainEqual(Array.from(data, Number));
    }),
  );
});

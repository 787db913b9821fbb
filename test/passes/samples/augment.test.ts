import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numbersOf, tensorOf } from '../../../src/ir/tensor.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import type { Tensor } from '../../../src/ir/types.ts';
import type { Rng } from '../../../src/numerics/rng.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { type Augmentation, drawMove, moveImage } from '../../../src/passes/samples/augment.ts';
import { LABELS, labelledSamples } from '../../../src/passes/samples/labelled-samples.ts';

const image = tensorOf(
  'f32',
  [1, 2, 3, 4],
  Array.from({ length: 24 }, (_, i) => i),
);

const augment = (tensor: Tensor, how: Augmentation, rng: Rng) => moveImage(tensor, drawMove(how, rng));

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

test('labels of places move as the image does; those that say nothing are no class', async () => {
  const graph = parseGraph('input x: f32[1,1,3,4]\ny: f32[1,1,3,4] = Relu(x)\nreturn y');
  const map = Int32Array.from({ length: 12 }, (_, i) => (i === 5 ? -1 : i));
  const sample = () => new Map([['x', tensorOf('f32', [1, 1, 3, 4], Array.from(map))]]);
  const dataset = { length: 9, sample, maps: { shape: [3, 4], sample: () => map } };
  const samples = labelledSamples(dataset, graph, { classes: 12, seed: 3, augmentation: { shift: 2, flip: true } });
  const feeds = await samples.batch([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const images = numbersOf(feeds.get('x')!);
  const labels = feeds.get(LABELS)!;
  expect(labels.shape).toEqual([9 * 12]);
  expect(numbersOf(labels)).toEqual(images.map((x) => (x === -1 ? 12 : x)));
  expect(new Set(images).size).toBeGreaterThan(6);
});

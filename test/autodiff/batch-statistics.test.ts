import { expect, test } from 'vitest';
import { batchStatistics } from '../../src/autodiff/batch-statistics.ts';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { numbersOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { createSession } from '../../src/runtime/ort-session.ts';
import { random } from './finite-differences.ts';

const TEXT = `
  input x: f32[4,2,3,3]
  input scale: f32[2]
  input shift: f32[2]
  const mean: f32[2] = 1, 2
  const variance: f32[2] = 3, 4
  const w: f32[4,2,3,3] = ${Array.from({ length: 72 }, (_, i) => Math.sin(i * i).toFixed(4)).join(', ')}
  y: f32[4,2,3,3] = BatchNormalization(x, scale, shift, mean, variance) epsilon=1e-3 momentum=0.8
  p: f32[4,2,3,3] = Mul(y, w)
  loss: f32[] = ReduceSum(p) keepdims=0
  return loss`;

test('statistics are those of the batch, the gradient follows them, running ones move towards them', async () => {
  const { graph, custom, updates } = batchStatistics(parseGraph(TEXT));
  const names = ['x', 'scale', 'shift'];
  const { graph: derivative, gradients } = differentiate(graph, 'loss', names, custom);
  verifyGraph(derivative);
  const session = await createSession(exportOnnx(derivative));
  const rng = createRng(1);
  const feeds = new Map(names.map((name): [string, Tensor] => [name, random(rng, name === 'x' ? [4, 2, 3, 3] : [2])]));
  const results = await session.run(feeds);

  const loss = async (name: string, way: Tensor, step: number) => {
    const given = feeds.get(name)!;
    const moved = {
      ...given,
      data: Float32Array.from(given.data as Float32Array, (v, i) => v + step * Number(way.data[i])),
    };
    return Number((await session.run(new Map(feeds).set(name, moved), ['loss'])).get('loss')!.data[0]);
  };
  for (const name of names) {
    const gradient = results.get(gradients.get(name)!)!;
    const slopes = numbersOf(gradient);
    for (let i = 0; i < 4; i++) {
      const way = random(rng, gradient.shape, (r) => (r.uniform() < 0.5 ? -1 : 1));
      const wanted = ((await loss(name, way, 0.02)) - (await loss(name, way, -0.02))) / 0.04;
      const got = slopes.reduce((sum, g, j) => sum + g * Number(way.data[j]), 0);
      const norm = Math.hypot(...slopes);
      expect(Math.abs(got - wanted) / norm).toBeLessThan(2e-3);
    }
  }

  const x = feeds.get('x')!.data as Float32Array;
  const channel = [0, 1].map((c) => Array.from(x).filter((_, i) => Math.floor(i / 9) % 2 === c));
  const means = channel.map((values) => values.reduce((a, b) => a + b) / values.length);
  const next = results.get(updates.get('mean')!)!.data;
  for (const c of [0, 1]) expect(Number(next[c])).toBeCloseTo(0.8 * (c + 1) + 0.2 * means[c], 5);
  const variances = channel.map((values, c) => values.reduce((sum, v) => sum + (v - means[c]) ** 2, 0) / values.length);
  const spread = results.get(updates.get('variance')!)!.data;
  for (const c of [0, 1]) expect(Number(spread[c])).toBeCloseTo(0.8 * (c + 3) + 0.2 * variances[c], 5);
  await session.release();
});

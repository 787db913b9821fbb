import { describe, expect, test } from 'vitest';
import { buildOn } from '../../src/autodiff/builder.ts';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { fakeQuantize, rewire } from '../../src/autodiff/fake-quantize.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createSession } from '../../src/runtime/ort-session.ts';

const f32 = (shape: readonly number[], data: readonly number[]): Tensor => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from(data),
});

async function run(graph: Graph, feeds: Record<string, Tensor>): Promise<ReadonlyMap<ValueName, number[]>> {
  verifyGraph(graph);
  const session = await createSession(exportOnnx(graph));
  const results = await session.run(new Map(Object.entries(feeds)));
  await session.release();
  return new Map([...results].map(([name, { data }]) => [name, Array.from(data as Float32Array)]));
}

/** y = sum(weights quantized(x)), the gradients of y by x and by the scale. */
async function quantizedGradients(
  x: Tensor,
  scale: Tensor,
  weights: readonly number[],
  grid: Parameters<typeof fakeQuantize>[3],
) {
  const build = buildOn(
    parseGraph(`
      input x: f32[${x.shape}]
      input s: f32[${scale.shape}]
      const w: f32[${x.shape}] = ${weights.join(', ')}
      p: f32[${x.shape}] = Mul(x, w)
      y: f32[] = ReduceSum(p) keepdims=0
      return y`),
  );
  const marked = fakeQuantize(build, 'x', 's', grid);
  rewire(build, build.draft.graph, new Map([['x', marked.value]]));
  const custom = new Map([[marked.value, marked.gradient]]);
  build.draft.addOutput(marked.value);
  const { graph, gradients } = differentiate(build.draft.finish(), 'y', ['x', 's'], custom);
  const results = await run(graph, { x, s: scale });
  const of = (name: ValueName) => results.get(name)!;
  return { value: of(marked.value), dx: of(gradients.get('x')!), ds: of(gradients.get('s')!) };
}

describe('fake quantization', () => {
  test('passes the gradient straight through inside the grid, and learns the scale as LSQ does', async () => {
    const [s, max] = [0.5, 3];
    const x = [0.2, 0.6, -0.9, 1.7, -5, 0.25];
    const w = [1, 2, 3, 4, 5, 6];
    const { value, dx, ds } = await quantizedGradients(f32([6], x), f32([], [s]), w, { min: -4, max });
    expect(value).toEqual([0, 0.5, -1, 1.5, -2, 0]);
    expect(dx).toEqual([1, 2, 3, 4, 0, 6]);
    const slope = x.map((v, i) => (v / s < -4 ? -4 : value[i] / s - v / s));
    const wanted = slope.reduce((sum, d, i) => sum + d * w[i], 0) / Math.sqrt(x.length * max);
    expect(ds[0]).toBeCloseTo(wanted, 5);
  });

  test('with one scale per row', async () => {
    const { value, ds } = await quantizedGradients(f32([2, 2], [0.3, 0.9, 3, 9]), f32([2, 1], [1, 4]), [1, 1, 1, 1], {
      min: -1,
      max: 1,
    });
    expect(value).toEqual([0, 1, 4, 4]);
    expect(ds[0]).toBeCloseTo((-0.3 + 0.1) / Math.sqrt(2), 5);
    expect(ds[1]).toBeCloseTo((0.25 + 1) / Math.sqrt(2), 5);
  });

  test('around a zero point', async () => {
    const { value, dx } = await quantizedGradients(f32([4], [-2, -0.4, 1, 9]), f32([], [0.5]), [1, 1, 1, 1], {
      min: 0,
      max: 7,
      zeroPoint: 2,
    });
    expect(value).toEqual([-1, -0.5, 1, 2.5]);
    expect(dx).toEqual([0, 1, 1, 0]);
  });
});

test('a value with a gradient of its own gives only to the inputs that are named', async () => {
  const graph = parseGraph(`
    input x: f32[2]
    input z: f32[2]
    a: f32[2] = Mul(x, z)
    b: f32[2] = Round(a)
    y: f32[] = ReduceSum(b) keepdims=0
    return y`);
  const custom = new Map([
    ['b', { inputs: ['z'], backward: (build: ReturnType<typeof buildOn>, dy: ValueName) => [build.scale(dy, 7)] }],
  ]);
  const { graph: derivative, gradients } = differentiate(graph, 'y', ['z'], custom);
  const results = await run(derivative, { x: f32([2], [1, 2]), z: f32([2], [3, 4]) });
  expect(results.get(gradients.get('z')!)).toEqual([7, 7]);
  expect(() => differentiate(graph, 'y', ['x'], custom)).toThrow(/does not depend on 'x'/);
  expect(() => differentiate(graph, 'y', ['x'])).toThrow(/cannot be differentiated/);
});

import { describe, expect, test } from 'vitest';
import { withBatch } from '../../src/autodiff/with-batch.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { createSession } from '../../src/runtime/ort-session.ts';
import { random } from './finite-differences.ts';

const BATCH = 3;

/** Runs samples one after the other and at once; the largest difference. The batch comes first in all outputs. */
async function difference(graph: Graph): Promise<number> {
  const rng = createRng(1);
  const batched = withBatch(graph, BATCH);
  verifyGraph(batched);
  const feeds = batched.inputs.map((name): [string, Tensor] => [name, random(rng, typeOf(batched, name).shape)]);
  const [one, all] = [await createSession(exportOnnx(graph)), await createSession(exportOnnx(batched))];
  const together = await all.run(new Map(feeds));
  let worst = 0;
  for (let i = 0; i < BATCH; i++) {
    const alone = await one.run(new Map(feeds.map(([name, tensor]) => [name, row(tensor, i)])));
    for (const output of graph.outputs) {
      const [wanted, got] = [alone.get(output)!.data, row(together.get(output)!, i).data];
      for (let j = 0; j < wanted.length; j++) worst = Math.max(worst, Math.abs(Number(wanted[j]) - Number(got[j])));
    }
  }
  await one.release();
  await all.release();
  return worst;
}

function row({ dtype, shape, data }: Tensor, index: number): Tensor {
  const one = shape.with(0, shape[0] / BATCH);
  const size = elementCount(one);
  return { dtype, shape: one, data: data.slice(index * size, (index + 1) * size) };
}

const weights = (shape: readonly number[]) =>
  Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i + 1).toFixed(3)).join(', ');

describe('the same results for every sample', () => {
  test('of a convolutional net', async () => {
    const graph = parseGraph(`
      input x: f32[1,2,6,6]
      const w: f32[3,2,3,3] = ${weights([3, 2, 3, 3])}
      const s: f32[3,1,1] = 1, 2, 3
      const shape: i64[2] = 1, 27
      const g: f32[27,4] = ${weights([27, 4])}
      const b: f32[1,4] = 1, 2, 3, 4
      c: f32[1,3,6,6] = Conv(x, w) pads=[1,1,1,1] clip=[0,inf]
      m: f32[1,3,6,6] = Mul(c, s)
      p: f32[1,3,3,3] = MaxPool(m) kernel_shape=[2,2] strides=[2,2]
      f: f32[1,27] = Reshape(p, shape)
      y: f32[1,4] = Gemm(f, g, b)
      z: f32[1,4] = Softmax(y) axis=1
      return z`);
    expect(await difference(graph)).toBeLessThan(1e-5);
  });

  test('of attention, whose steps are flattened into rows', async () => {
    const graph = parseGraph(`
      input x: f32[1,4,6]
      const w: f32[6,6] = ${weights([6, 6])}
      const rows: i64[2] = 4, 6
      const heads: i64[4] = 1, 4, 2, 3
      const joined: i64[3] = 1, 4, 6
      const axes: i64[1] = 1
      r: f32[4,6] = Reshape(x, rows)
      p: f32[4,6] = Gemm(r, w)
      h: f32[1,4,2,3] = Reshape(p, heads)
      q: f32[1,2,4,3] = Transpose(h) perm=[0,2,1,3]
      k: f32[1,2,3,4] = Transpose(h) perm=[0,2,3,1]
      a: f32[1,2,4,4] = MatMul(q, k)
      s: f32[1,2,4,4] = Softmax(a)
      v: f32[1,2,4,3] = MatMul(s, q)
      t: f32[1,4,2,3] = Transpose(v) perm=[0,2,1,3]
      j: f32[1,4,6] = Reshape(t, joined)
      u: f32[1,4,6] = Add(j, x)
      m: f32[1,6] = ReduceMean(u, axes) keepdims=0
      return m`);
    expect(await difference(graph)).toBeLessThan(1e-5);
  });

  test('of a recurrent net, which has the batch second', async () => {
    const graph = parseGraph(`
      input x: f32[1,5,3]
      const w: f32[1,12,3] = ${weights([12, 3])}
      const r: f32[1,12,4] = ${weights([12, 4])}
      const h0: f32[1,1,4] = 1, 2, 3, 4
      const last: i64[1] = -1
      const flat: i64[2] = 1, 4
      const zero: i64[1] = 0
      t: f32[5,1,3] = Transpose(x) perm=[1,0,2]
      y: f32[5,1,1,4], _ = GRU(t, w, r, _, _, h0) hidden_size=4
      s: f32[5,1,4] = Squeeze(y, axis)
      const axis: i64[1] = 1
      b: f32[1,5,4] = Transpose(s) perm=[1,0,2]
      g: f32[1,1,4] = Gather(b, last) axis=1
      z: f32[1,4] = Flatten(g) axis=1
      d: f32[4] = Squeeze(z, zero)
      return z, d`);
    expect(await difference(graph)).toBeLessThan(1e-5);
  });
});

test('the transpose before a recurrent net may have become a view', async () => {
  const graph = parseGraph(`
    input x: f32[1,5,3]
    const w: f32[1,12,3] = ${weights([12, 3])}
    const r: f32[1,12,4] = ${weights([12, 4])}
    const steps: i64[3] = 5, 1, 3
    const flat: i64[2] = 1, 4
    t: f32[5,1,3] = Reshape(x, steps)
    _, h: f32[1,1,4] = GRU(t, w, r) hidden_size=4
    z: f32[1,4] = Reshape(h, flat)
    return z`);
  expect(await difference(graph)).toBeLessThan(1e-5);
});

describe('is refused, by name, where samples would mix', () => {
  test.each([
    ['y: f32[1,3] = Softmax(x) axis=0', 'works along the batch'],
    ['y: f32[3,3] = Gemm(x, x) transA=1', 'not in its rows'],
    ['y: f32[1,3] = CumSum(x, a)\nconst a: i64[] = 0', 'not known'],
    ['y: f32[2,3] = Add(x, a)\nconst a: f32[2,3] = 1, 2, 3, 4, 5, 6', 'spans the batch'],
    ['y: f32[2,3] = Concat(x, a) axis=0\nconst a: f32[1,3] = 1, 2, 3', 'only some'],
  ])('%s', (line, why) => {
    const graph = parseGraph(`input x: f32[1,3]\n${line}\nreturn y`);
    expect(() => withBatch(graph, 2)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'UNSUPPORTED' }) }),
    );
    expect(() => withBatch(graph, 2)).toThrow(/2 samples at once/);
    try {
      withBatch(graph, 2);
    } catch (error) {
      expect(String((error as { problem: { because: string[] } }).problem.because)).toContain(why);
    }
  });

  test('an input without a batch', () => {
    expect(() => withBatch(parseGraph('input x: f32[3]\ny: f32[3] = Neg(x)\nreturn y'), 2)).toThrow(/2 samples/);
  });
});

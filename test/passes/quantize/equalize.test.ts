import { expect, test } from 'vitest';
import { constantOf } from '../../../src/ir/graph.ts';
import { elementCount } from '../../../src/ir/shape.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { Graph } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { type Dataset, step } from '../../../src/passes/pass.ts';
import { runPass } from '../../../src/passes/pipeline.ts';
import { equalize } from '../../../src/passes/quantize/equalize.ts';
import { linkedLayers } from '../../../src/passes/quantize/linked-layers.ts';
import { UserError } from '../../../src/support/errors.ts';
import { evaluate, expectSameMeaning, randomFeeds } from '../support.ts';

/** `const name: f32[shape] = ...` with normal numbers whose channels (along `axis`) differ by up to 2^8. */
function weights(name: string, shape: readonly number[], seed: number, axis = 0): string {
  const rng = createRng(seed);
  const octave = Array.from({ length: shape[axis]! }, () => rng.int(-4, 4));
  const inner = elementCount(shape.slice(axis + 1));
  const values = Array.from({ length: elementCount(shape) }, (_, i) => {
    return Math.fround(rng.normal() * 2 ** octave[Math.floor(i / inner) % shape[axis]!]!);
  });
  return `const ${name}: f32[${shape}] = ${values.join(', ')}`;
}

/** Conv, depthwise, pool, pointwise in groups, pool, Flatten, Gemm, Gemm. */
const NETWORK = parseGraph(`
  input x: f32[1,2,8,8]
  ${weights('w1', [4, 2, 3, 3], 1)}
  ${weights('b1', [4], 2)}
  ${weights('w2', [8, 1, 3, 3], 3)}
  ${weights('w3', [4, 4, 1, 1], 4)}
  ${weights('b3', [4], 5)}
  ${weights('w4', [5, 16], 6)}
  ${weights('b4', [5], 7)}
  ${weights('w5', [5, 2], 8)}
  const shape: i64[2] = 1, 16
  c1: f32[1,4,8,8] = Conv(x, w1, b1) pads=[1,1,1,1] clip=[0,inf]
  c2: f32[1,8,8,8] = Conv(c1, w2) group=4 pads=[1,1,1,1]
  a: f32[1,8,4,4] = AveragePool(c2) kernel_shape=[2,2] strides=[2,2]
  c3: f32[1,4,4,4] = Conv(a, w3, b3) group=2 clip=[0,inf]
  m: f32[1,4,2,2] = MaxPool(c3) kernel_shape=[2,2] strides=[2,2]
  f: f32[1,16] = Reshape(m, shape)
  g: f32[1,5] = Gemm(f, w4, b4) transB=1 clip=[0,inf]
  y: f32[1,2] = Gemm(g, w5)
  return y`);

function dataset(graph: Graph, length: number): Dataset {
  return { length, sample: (index) => randomFeeds(graph, 100 + index) };
}

const run = (graph: Graph, options: Partial<typeof equalize.defaults>) =>
  runPass(step(equalize, options), graph, { evaluate, dataset: dataset(graph, 8) });

test('layers are linked through Relu, pools and views', () => {
  const links = linkedLayers(NETWORK).map(({ from, to, channelOf }) => [
    from.node.name,
    to.node.name,
    channelOf.join(),
  ]);
  expect(links).toEqual([
    ['c1', 'c2', '0,1,2,3'],
    ['c2', 'c3', '0,1,2,3,4,5,6,7'],
    ['c3', 'g', '0,0,0,0,1,1,1,1,2,2,2,2,3,3,3,3'],
    ['g', 'y', '0,1,2,3,4'],
  ]);
});

test.each(['weights', 'activations'])('balance by %s keeps the float results to the last bit', async (balance) => {
  const { graph } = await run(NETWORK, { balance });
  await expectSameMeaning(NETWORK, graph, 0);
  expect(constantOf(graph, graph.nodes[0]!.inputs[1])!.data).not.toEqual(constantOf(NETWORK, 'w1')!.data);
});

test('by weights: both ranges of every channel lie within one octave of each other, at convergence', async () => {
  const { graph } = await run(NETWORK, { balance: 'weights' });
  for (const { from, to, channelOf } of linkedLayers(graph)) {
    const out = new Float64Array(from.rows);
    const into = new Float64Array(from.rows);
    from.weights.forEach((w, i) => {
      out[from.outputOf(i)] = Math.max(out[from.outputOf(i)]!, Math.abs(w));
    });
    to.weights.forEach((w, i) => {
      const c = channelOf[to.inputOf(i)]!;
      into[c] = Math.max(into[c]!, Math.abs(w));
    });
    // Each of the up to three rounded factors is off by half an octave at most.
    for (const [c, range] of out.entries()) expect(Math.abs(Math.log2(range / into[c]!))).toBeLessThanOrEqual(2.1);
  }
});

test('by activations: channels fill the common range more evenly', async () => {
  const unevenness = async (graph: Graph) => {
    const { data, shape } = (await evaluate({ ...graph, outputs: ['c1'] }, randomFeeds(graph, 100))).get('c1')!;
    const size = shape[2]! * shape[3]!;
    const ranges = Array.from({ length: shape[1]! }, (_, c) =>
      Math.max(...(data as Float32Array).slice(c * size, (c + 1) * size)),
    );
    return Math.max(...ranges) / Math.min(...ranges.filter((range) => range > 0));
  };
  const { graph } = await run(NETWORK, {});
  expect(await unevenness(graph)).toBeLessThan((await unevenness(NETWORK)) / 4);
});

test('a channel without weights, or without readers, keeps its scale', async () => {
  const graph = parseGraph(`
    input x: f32[1,2]
    const w: f32[3,2] = 0, 0, 1, 2, 64, 32
    const b: f32[3] = 1, 1, 1
    const v: f32[1,3] = 1, 0, 1
    h: f32[1,3] = Gemm(x, w, b) transB=1 clip=[0,inf]
    y: f32[1,1] = Gemm(h, v) transB=1
    return y`);
  const result = await run(graph, { balance: 'weights' });
  expect([...constantOf(result.graph, result.graph.nodes[0]!.inputs[2])!.data]).toEqual([1, 1, 0.125]);
  await expectSameMeaning(graph, result.graph, 0);
});

test.each([
  ['a clip at 6', 'clip=[0,6]', 'h', ''],
  ['a second reader', 'clip=[0,inf]', 'h', 'z: f32[1,2] = Exp(h)'],
  ['an operator that is not homogeneous', '', 's', 's: f32[1,2] = Sigmoid(h)'],
])('not across %s', async (_what, clip, read, extra) => {
  const graph = parseGraph(`
    input x: f32[1,2]
    const w: f32[2,2] = 1, 2, 32, 64
    h: f32[1,2] = Gemm(x, w) transB=1 ${clip}
    ${extra}
    y: f32[1,2] = Gemm(${read}, w) transB=1
    return y${extra.startsWith('z') ? ', z' : ''}`);
  const result = await run(graph, { balance: 'weights' });
  expect(result.graph).toBe(graph);
  expect(result.remarks.map(({ text }) => text)).toEqual(
    clip.includes('6') ? ['not equalized: its clip to [0,6] does not scale'] : [],
  );
});

test('an operator whose first output is left out ends a link', async () => {
  const graph = parseGraph(`
    input x: f32[1,1,2]
    const w: f32[2,2] = 1, 2, 32, 64
    const gw: f32[1,3,2] = 1, 2, 3, 4, 5, 6
    const gr: f32[1,3,1] = 1, 2, 3
    h: f32[1,1,2] = MatMul(x, w)
    _, y: f32[1,1,1] = GRU(h, gw, gr) hidden_size=1
    return y`);
  expect(linkedLayers(graph)).toEqual([]);
});

test('high biases move into the next layer where no padding is between', async () => {
  const text = (pads: string) => `
    input x: f32[1,1,4,4]
    const w: f32[2,1,1,1] = 0.1, 1
    const b: f32[2] = 50, 0
    const v: f32[1,2,1,1] = 2, 3
    h: f32[1,2,4,4] = Conv(x, w, b) clip=[0,inf]
    y: f32[1,1,${pads ? '6,6' : '4,4'}] = Conv(h, v) ${pads}
    return y`;
  const plain = parseGraph(text(''));
  const { graph } = await run(plain, { balance: 'weights', absorb: true });
  const [first, second] = graph.nodes.map((node) => [...constantOf(graph, node.inputs[2])!.data].map(Number));
  const moved = second![0]! / 2;
  expect(moved).toBeGreaterThan(49);
  expect(moved).toBeLessThan(50);
  expect(first![1]).toBe(0);
  await expectSameMeaning(plain, graph, 1e-5);

  const padded = parseGraph(text('pads=[1,1,1,1]'));
  await expectSameMeaning(padded, (await run(padded, { balance: 'weights', absorb: true })).graph, 0);
});

test('an unknown balance is refused', async () => {
  await expect(run(NETWORK, { balance: 'both' })).rejects.toThrow(UserError);
});

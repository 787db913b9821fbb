import { describe, expect, test } from 'vitest';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { agrees } from '../../src/verify/compare.ts';
import { type CRun, openLayerJudge } from '../../src/verify/layer-judge.ts';
import { tracedValues } from '../../src/verify/trace.ts';

type Plant = (value: ValueName, data: TypedArray) => void;

/**
 * What a C with a fault would show: layer by layer in onnxruntime, each from what the layers before gave, `plant` changing
 * results on the way. Then the layers (and outputs) that the judge finds wrong, by value.
 */
async function verdictOn(text: string, plant: Plant, feed?: ReadonlyMap<ValueName, Tensor>) {
  const graph = parseGraph(text);
  const oracle = buildOracle(graph);
  const program = lowerGraph(graph, { name: 'm', ioLayout: 'onnx' });
  const given = feed ?? normalFeed(graph);
  const shown = new Map<ValueName, Tensor>(given);
  for (const node of oracle.nodes) {
    const inputs = node.inputs.filter((input) => input !== null && shown.has(input)) as ValueName[];
    const outputs = node.outputs.filter((output) => output !== null);
    const types = new Map(oracle.types);
    for (const input of inputs) types.set(input, { ...shown.get(input)!, quant: null });
    const alone = { ...oracle, types, inputs: [...new Set(inputs)], nodes: [node], outputs };
    await withSession(exportOnnx(alone), {}, async (session) => {
      const results = await session.run(new Map(alone.inputs.map((input) => [input, shown.get(input)!])));
      for (const [value, tensor] of results) {
        if (graph.types.has(value)) plant(value, tensor.data);
        shown.set(value, tensor);
      }
    });
  }
  const data = (value: ValueName) => shown.get(value)!.data;
  const run: CRun = {
    feed: given,
    outputs: program.outputs.map(({ value }) => data(value)),
    values: new Map(tracedValues(program, oracle).map(({ port }) => [port.value, data(port.value)])),
  };
  const judge = await openLayerJudge({ graph, oracle, program }, true, 1e-5);
  await judge.add(run);
  await judge.release();
  const { layers, outputs } = judge.result();
  return {
    layers,
    outputs,
    wrong: [...layers, ...outputs].filter((one) => !agrees(one, 1e-5)).map(({ layer, value }) => `${layer} ${value}`),
  };
}

function normalFeed(graph: Graph): Map<ValueName, Tensor> {
  const rng = createRng(3);
  return new Map(
    graph.inputs.map((name) => {
      const { dtype, shape } = typeOf(graph, name);
      return [name, { dtype, shape, data: Float32Array.from({ length: elementCount(shape) }, () => rng.normal()) }];
    }),
  );
}

const right: Plant = () => {};
const wrongIn =
  (wanted: ValueName, change: (data: TypedArray) => void): Plant =>
  (value, data) => {
    if (value === wanted) change(data);
  };

const CODES = '{scale=0.03f, zero=0}';
const MIXED = `
  input x: f32[1,4]
  const w: f32[4,4] = 1, 2, 3, 4, -1, 0.5, 0.25, 2, 3, -2, 1, 0, 1, 1, 1, -1
  const s: f32[] = 0.03
  const z: i8[] = 0
  const k: f32[4] = 1, 1, 1, 1
  a: f32[1,4] = MatMul(x, w)
  n: f32[1,4] = LayerNormalization(a, k)
  q: i8[1,4]${CODES} = QuantizeLinear(n, s, z)
  d: f32[1,4] = DequantizeLinear(q, s, z)
  r: f32[1,4] = Round(a)
  e: f32[1,4] = Mul(d, r)
  y: f32[1,4] = Add(e, x)
  return y`;

describe('a wrong layer is reported once, by name', () => {
  test('nothing is wrong where nothing is', async () => {
    expect((await verdictOn(MIXED, right)).wrong).toEqual([]);
  });

  test.each(['a', 'n', 'q', 'd', 'r', 'e'])('%s', async (value) => {
    const { layers, wrong } = await verdictOn(
      MIXED,
      wrongIn(value, (data) => {
        data[1] = Number(data[1]) + (data instanceof Int8Array ? 1 : 0.01);
      }),
    );
    expect(layers).toHaveLength(7);
    expect(wrong).toEqual([expect.stringMatching(new RegExp(`^l0\\d_.* ${value}$`))]);
  });

  test('the last layer, and the output that it is', async () => {
    const { wrong } = await verdictOn(
      MIXED,
      wrongIn('y', (data) => {
        data[0] = 7;
      }),
    );
    expect(wrong).toEqual(['l06_add y', 'output y']);
  });
});

test('a float that falls to the other side of a tie moves the code behind it, and nobody is blamed', async () => {
  const text = `
    input x: f32[1,2]
    const two: f32[2] = 2, 2
    a: f32[1,2] = Mul(x, two)
    r: f32[1,2] = Round(a)
    y: f32[1,2] = Mul(r, two)
    return y`;
  const feed = new Map([['x', { dtype: 'f32' as const, shape: [1, 2], data: Float32Array.of(1.25, 1000) }]]);
  const lastBit = wrongIn('a', (data) => {
    data[0] = 2.5000002;
  });
  const { wrong, layers } = await verdictOn(text, lastBit, feed);
  expect(wrong).toEqual([]);
  expect(layers.map(({ value, exact }) => [value, exact])).toEqual([
    ['a', false],
    ['r', true],
    ['y', false],
  ]);
});

test('a sum that cancels is compared with what the last bits of its terms make; a wrong one is still wrong', async () => {
  const text = `
    input x: f32[1,3]
    const w: f32[3,1] = 0.1, -0.2, 0.1
    y: f32[1,1] = MatMul(x, w)
    return y`;
  const feed = new Map([
    ['x', { dtype: 'f32' as const, shape: [1, 3], data: Float32Array.of(1000.1, 1000.1, 1000.1) }],
  ]);
  const off = (by: number) => wrongIn('y', (data) => { data[0] = Number(data[0]) + by; }); // biome-ignore format: short
  expect((await verdictOn(text, off(1e-5), feed)).wrong).toEqual([]);
  expect((await verdictOn(text, off(1e-2), feed)).wrong).toEqual(['l00_matmul y', 'output y']);
});

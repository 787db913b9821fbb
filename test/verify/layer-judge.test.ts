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
import { openLayerJudge } from '../../src/verify/layer-judge.ts';
import { offUpstream } from '../../src/verify/off-upstream.ts';
import type { CRun } from '../../src/verify/reference.ts';
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
    graph,
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

test('TopK without an order: a set of values, each with the index that is its own', async () => {
  const text = `
    input x: f32[2,4]
    const k: i64[1] = 2
    v: f32[2,2], i: i64[2,2] = TopK(x, k) sorted=0
    return v, i`;
  const data = Float32Array.of(1, 4, 3, 2, 8, 5, 6, 7);
  const feed = new Map([['x', { dtype: 'f32' as const, shape: [2, 4], data }]]);
  const give =
    (values: number[], indices: number[]): Plant =>
    (value, result) => {
      if (value === 'v') (result as Float32Array).set(values);
      else (result as BigInt64Array).set(indices.map(BigInt));
    };
  const wrong = async (values: number[], indices: number[]) =>
    (await verdictOn(text, give(values, indices), feed)).wrong;
  expect(await wrong([4, 3, 8, 7], [1, 2, 0, 3])).toEqual([]);
  expect(await wrong([3, 4, 7, 8], [2, 1, 3, 0])).toEqual([]);
  expect(await wrong([3, 4, 7, 8], [1, 2, 3, 0])).toContain('output i');
  expect(await wrong([4, 4, 8, 7], [1, 1, 0, 3])).toContain('output v');
  expect(await wrong([4, 2, 8, 7], [1, 3, 0, 3])).toContain('output v');
});

describe('where onnxruntime is off, and the C is right', () => {
  const real = (shape: readonly number[], ...data: number[]) =>
    new Map([['x', { dtype: 'f32' as const, shape, data: Float32Array.from(data) }]]);
  const far = [10000, 10000.5, 10001, 10001.5];
  const normal = [-1.341635, -0.447212, 0.447212, 1.341635];
  const norm = (op: string, attributes: string) => `
    input x: f32[1,2,2]
    const s: f32[2] = 1, 2
    const b: f32[2] = 0, 3
    y: f32[1,2,2] = ${op}(x, s, b) ${attributes}
    return y`;

  const CASES: readonly (readonly [name: string, text: string, Map<string, Tensor>, right: readonly number[]])[] = [
    [
      'GroupNormalization far from 0',
      norm('GroupNormalization', 'num_groups=1'),
      real([1, 2, 2], ...far),
      normal.map((y, i) => (i < 2 ? y : 2 * y + 3)),
    ],
    [
      'Sigmoid of large negative numbers',
      'input x: f32[4]\n y: f32[4] = Sigmoid(x)\n return y',
      real([4], -17, -20, -40, 1),
      [4.1399375e-8, 2.0611537e-9, 4.248354e-18, 0.73105858],
    ],
    [
      'MeanVarianceNormalization of a constant',
      'input x: f32[1,1,2,2]\n y: f32[1,1,2,2] = MeanVarianceNormalization(x)\n return y',
      real([1, 1, 2, 2], 3, 3, 3, 3),
      [0, 0, 0, 0],
    ],
    [
      'Col2Im of a signal with dilations',
      `
        input x: f32[1,4,3]
        const size: i64[1] = 5
        const block: i64[1] = 2
        y: f32[1,2,5] = Col2Im(x, size, block) dilations=[2]
        return y`,
      real([1, 4, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      [1, 2, 7, 5, 6, 7, 8, 19, 11, 12],
    ],
    [
      'Resize that crops to the size it has',
      `
        input x: f32[1,1,1,4]
        const roi: f32[8] = 0, 0, 0, 0.33333334, 1, 1, 1, 0.6666667
        const size: i64[4] = 1, 1, 1, 4
        y: f32[1,1,1,4] = Resize(x, roi, _, size) mode="linear" coordinate_transformation_mode="tf_crop_and_resize"
        return y`,
      real([1, 1, 1, 4], 10, 20, 30, 40),
      [20, 23.333334, 26.666666, 30],
    ],
    [
      'LRN behind a channel whose square leaves float32',
      `
        input x: f32[1,3,1,1]
        y: f32[1,3,1,1] = LRN(x) size=1
        return y`,
      real([1, 3, 1, 1], 1e20, 1, 2),
      [0, 0.999925, 1.9994003],
    ],
    [
      'Resize that crops an axis to the size it has, and stretches another',
      `
        input x: f32[1,1,2,4]
        const roi: f32[8] = 0, 0, 0, 0.33333334, 1, 1, 1, 0.6666667
        const size: i64[4] = 1, 1, 3, 4
        y: f32[1,1,3,4] = Resize(x, roi, _, size) mode="linear" coordinate_transformation_mode="tf_crop_and_resize"
        return y`,
      real([1, 1, 2, 4], 10, 20, 30, 40, 50, 60, 70, 80),
      [20, 23.333334, 26.666666, 30, 40, 43.333332, 46.666668, 50, 60, 63.333332, 66.666664, 70],
    ],
  ];

  test.each(CASES)('%s', async (_, text, feed, values) => {
    const give = (numbers: readonly number[]) => wrongIn('y', (data) => (data as Float32Array).set(numbers));
    const good = await verdictOn(text, give(values), feed);
    expect(good.wrong).toEqual([]);
    expect(good.layers[0]!.off).toMatchObject({ samples: 1 });
    const { defined, ofRuntime, ofC } = good.layers[0]!.off!;
    expect(Math.abs(ofC - defined)).toBeLessThanOrEqual(2e-5 * Math.abs(defined));
    expect(Math.abs(ofRuntime - defined)).not.toBeLessThan(2e-3 * Math.abs(defined));
    expect(offUpstream(good.graph, good.layers, 'y').map(({ value }) => value)).toEqual(['y']);

    const wrong = values.map((value, i) => (i === 0 ? value + 0.01 : value));
    expect((await verdictOn(text, give(wrong), feed)).wrong).toEqual([expect.stringMatching(/ y$/), 'output y']);
  });

  test('a graph where it is not off says nothing', async () => {
    expect((await verdictOn(MIXED, right)).layers.filter(({ off }) => off)).toEqual([]);
  });
});

test('off-upstream: only what the output is computed from', () => {
  const graph = parseGraph(`
    input x: f32[2]
    a: f32[2] = Sigmoid(x)
    b: f32[2] = Log(a)
    c: f32[2] = Neg(x)
    return b, c`);
  const off = { samples: 1, beyond: false, defined: 1, ofRuntime: 2, ofC: 1 };
  const layers = [
    { value: 'a', off },
    { value: 'b', off: null },
    { value: 'c', off: null },
  ];
  expect(offUpstream(graph, layers, 'b').map(({ value }) => value)).toEqual(['a']);
  expect(offUpstream(graph, layers, 'c')).toEqual([]);
});

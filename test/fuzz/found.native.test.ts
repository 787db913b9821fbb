import { expect, test } from 'vitest';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape, Tensor } from '../../src/ir/types.ts';
import { openIsolated } from '../../src/runtime/isolated-session.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { f32, i64, node, onnxFile, random, u8 } from '../helpers/onnx-file.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { mistakes } from './mistakes.ts';
import type { RandomModel } from './random-model.ts';
import { judgeModels } from './run-models.ts';

const f64 = (...values: number[]): Tensor => tensorOf('f64', [values.length], values);
const bool = (...values: number[]): Tensor => tensorOf('bool', [values.length], values);

interface Found {
  readonly name: string;
  readonly opset: number;
  readonly inputs: Readonly<Record<string, readonly [DType, Shape]>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Each reads what it names and has its attributes; the last one's results are the outputs. */
  readonly nodes: readonly (readonly [string, Record<string, Attribute>?])[];
  /** Default: random ones. */
  readonly feeds?: Readonly<Record<string, Tensor>>;
}

const regions = tensorOf('f32', [3, 4], [0.2, 0.8, 4.6, 5.2, -30, -2, 40, 90, 1, 1, 2, 2]);

const [LOWEST, none] = [-(2 - 2 ** -23) * 2 ** 127, 0];
const lowest = tensorOf('f32', [2, 4], [LOWEST, LOWEST, none, none, none, LOWEST, none, none]);

/** Models that random ones led to, small enough to read. */
const FOUND: readonly Found[] = [
  {
    name: 'AffineGrid from corner to corner with one position: it is the last corner',
    opset: 20,
    inputs: { t: ['f32', [1, 3, 4]] },
    constants: { size: i64(1, 2, 3, 1, 3) },
    nodes: [['y = AffineGrid(t, size)', { align_corners: 1 }]],
  },
  ...['avg', 'max'].map((mode) => ({
    name: `RoiAlign of regions that reach beyond the image, ${mode}`,
    opset: 16,
    inputs: { x: ['f32', [2, 2, 6, 2]] as const },
    constants: { regions, image: i64(1, 0, 1) },
    nodes: [['y = RoiAlign(x, regions, image)', { output_height: 2, output_width: 2, mode }]] as const,
  })),
  {
    name: 'MaxUnpool without a shape: that of the pooled image',
    opset: 11,
    inputs: { x: ['f32', [1, 1, 4, 6]] },
    nodes: [
      ['p, i = MaxPool(x)', { kernel_shape: [2, 3], strides: [2, 3] }],
      ['y = MaxUnpool(p, i)', { kernel_shape: [2, 3], strides: [2, 3] }],
    ],
  },
  ...[[8], [2, 4]].map((rows) => {
    const heads = rows.length === 1 ? { q_num_heads: 2, kv_num_heads: 2 } : {};
    const shape = (count: number): Shape => (rows.length === 1 ? [1, count, 8] : [1, 2, count, 4]);
    return {
      name: `Attention without a past that lists keys and values, those of one unread: ${rows}`,
      opset: 23,
      inputs: { q: ['f32', shape(3)] as const, k: ['f32', shape(4)] as const, v: ['f32', shape(4)] as const },
      nodes: [
        ['z, unread, values = Attention(q, k, v)', heads],
        ['r = Relu(z)'],
        [rows.length === 1 ? 'y, keys, others, products = Attention(r, k, v)' : 'y, keys = Attention(r, k, v)', heads],
      ] as const,
    };
  }),
  ...[
    [-Infinity, 1, 2, 3],
    [Infinity, -Infinity, 1, 2],
    [Infinity, 1, -2, 3],
    [3e38, -3e38, 1, 2],
  ].map((numbers) => ({
    name: `DynamicQuantizeLinear of a range beyond float32: ${numbers}`,
    opset: 11,
    inputs: { x: ['f32', [4]] as const },
    nodes: [['y, scale, zero = DynamicQuantizeLinear(x)']] as const,
    feeds: { x: tensorOf('f32', [4], numbers) },
  })),
  {
    name: 'MaxPool: the index of the lowest numbers that there are is that of the first',
    opset: 12,
    inputs: { x: ['u8', [1, 1, 3, 3]] },
    feeds: { x: tensorOf('u8', [1, 1, 3, 3], [0, 0, 0, 0, 0, 5, 6, 7, 8]) },
    nodes: [['y, i = MaxPool(x)', { kernel_shape: [1, 1] }]],
  },
  {
    name: 'MaxPool with indices: the first element, then what is greater than it',
    opset: 12,
    inputs: { x: ['f32', [1, 1, 2, 8]] },
    feeds: {
      x: tensorOf('f32', [1, 1, 2, 8], [NaN, 1, 2, 3, NaN, NaN, 1, NaN, 4, 5, 6, NaN, NaN, NaN, -1, 2]),
    },
    nodes: [['y, i = MaxPool(x)', { kernel_shape: [2, 2], strides: [2, 2] }]],
  },
  {
    name: 'MaxUnpool to a constant shape',
    opset: 22,
    inputs: { x: ['f32', [1, 1, 5, 4]] },
    constants: { shape: i64(1, 1, 5, 4) },
    nodes: [
      ['p, i = MaxPool(x)', { kernel_shape: [2, 2], strides: [2, 2] }],
      ['y = MaxUnpool(p, i, shape)', { kernel_shape: [2, 2], strides: [2, 2] }],
    ],
  },
  {
    name: 'GatherND by one index',
    opset: 11,
    inputs: { x: ['f32', [3, 2]], i: ['i64', [1]] },
    feeds: { i: i64(-1) },
    nodes: [['y = GatherND(x, i)']],
  },
  ...['LessOrEqual', 'GreaterOrEqual'].map((op) => ({
    name: `${op} of opset 12`,
    opset: 12,
    inputs: { x: ['f32', [2, 3]] as const, z: ['f32', [3]] as const },
    nodes: [[`y = ${op}(x, z)`]] as const,
  })),
  {
    name: 'Compress of a computed value',
    opset: 19,
    inputs: { x: ['f32', [2, 3]] },
    constants: { which: bool(1, 0, 1) },
    nodes: [['r = Relu(x)'], ['y = Compress(r, which)', { axis: -1 }]],
  },
  ...['ReduceSum', 'ReduceMean', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].map((op) => ({
    name: `${op} of int32 beyond its range saturates`,
    opset: 18,
    inputs: { x: ['i32', [4, 3]] as const },
    constants: { axes: i64(1) },
    feeds: {
      x: tensorOf(
        'i32',
        [4, 3],
        [
          ...[2147483647, 2147483647, 5, -2147483648, -2147483648, -7],
          ...[2147483647, -2147483648, 3, 65536, 65536, -1],
        ],
      ),
    },
    nodes: [[`y = ${op}(x, axes)`]] as const,
  })),
  ...[[1], [1, 1], [1, 1, 1]].map((sizes) => ({
    name: `AveragePool of a window that has nothing but padding, ${sizes.length}-D`,
    opset: 22,
    inputs: { x: ['f32', [1, 2, ...sizes]] as const },
    nodes: [
      [
        'y = AveragePool(x)',
        {
          kernel_shape: sizes.map(() => 2),
          dilations: sizes.map(() => 2),
          pads: [...sizes, ...sizes],
        },
      ],
    ] as const,
  })),
  {
    name: 'Pad of a constant with its fill left out',
    opset: 22,
    inputs: { x: ['f32', [4, 3]] },
    constants: { pads: i64(0, 2), axes: i64(0) },
    nodes: [['s = Shape(x)'], ['y = Pad(s, pads, _, axes)', { mode: 'wrap' }]],
  },
  ...['SAME_UPPER', 'SAME_LOWER'].flatMap((auto_pad) =>
    (['LpPool(x)', 'Conv(x, f)', 'ConvInteger(u, w)', 'QLinearConv(u, s, z, w, s, z, t, z)'] as const).map((call) => ({
      name: `${call.split('(')[0]}, ${auto_pad}, where strides leave out elements`,
      opset: 18,
      inputs: call.includes('(x') ? { x: ['f32', [1, 2, 8, 12]] as const } : { u: ['u8', [1, 2, 8, 12]] as const },
      constants: {
        f: random('f32', [3, 2, 1, 2]),
        w: random('u8', [3, 2, 1, 2]),
        z: u8(128),
        s: f32(0.125),
        t: f32(2),
      },
      nodes: [[`y = ${call}`, { kernel_shape: [1, 2], strides: [4, 6], auto_pad }]] as const,
    })),
  ),
  ...[
    ['one query behind a past sees all keys', [1, 1, 1, 2], tensorOf('bool', [1, 4], [1, 0, 0, 1])] as const,
    ['a mask of the lowest numbers leaves no key', [1, 1, 2, 2], lowest] as const,
    ['a mask of booleans leaves no key', [1, 1, 2, 2], tensorOf('bool', [2, 4], [0, 0, 0, 1, 1, 0, 1, 1])] as const,
  ].map(([name, shape, m]) => ({
    name: `Attention: ${name}`,
    opset: 23,
    inputs: {
      q: ['f32', shape] as const,
      k: ['f32', [1, 1, 3, 2]] as const,
      v: ['f32', [1, 1, 3, 2]] as const,
      pk: ['f32', [1, 1, 1, 2]] as const,
      pv: ['f32', [1, 1, 1, 2]] as const,
    },
    constants: { m },
    nodes: [['y, a, b = Attention(q, k, v, m, pk, pv)', { is_causal: 1 }]] as const,
  })),
  {
    name: 'BatchNormalization of float64',
    opset: 15,
    inputs: { x: ['f64', [1, 2, 3]] },
    constants: { g: f64(1.5, -2), b: f64(0.5, 1), m: f64(0.25, 0.1), v: f64(2, 0.3) },
    nodes: [['y = BatchNormalization(x, g, b, m, v)']],
  },
];

await describeWith(
  'models that random ones led to',
  () => hostGcc().available(),
  () => {
    test('agree with onnxruntime', async () => {
      const outcomes = await inFolder((folder) => judgeModels(FOUND.map(modelOf), folder));
      expect(mistakes(0, outcomes)).toEqual([]);
      expect(outcomes.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual(FOUND.map(() => 'agree '));
    });
  },
);

/** onnxruntime 1.30 ends on a Split that leaves an output out; our own files name them all. */
test('a Split that leaves an output out', async () => {
  const split = { ...node('y = Split(x, sizes)', { axis: 0 }), outputs: ['y', null, 'z'] };
  const file = onnxFile({
    inputs: { x: ['f32', [6]] },
    constants: { sizes: i64(1, 3, 2) },
    nodes: [split],
    outputs: ['y', 'z'],
    opset: 13,
  });
  const session = await openIsolated(exportOnnx(await importOnnx(file)));
  const results = await session.run(new Map([['x', f32(1, 2, 3, 4, 5, 6)]]));
  await session.release();
  expect([...results].map(([name, { data }]) => [name, ...(data as Float32Array)])).toEqual([
    ['y', 1],
    ['z', 5, 6],
  ]);
});

function modelOf({ name, opset, inputs, constants = {}, nodes, feeds = {} }: Found, index: number): RandomModel {
  const made = nodes.map(([text, attributes]) => ({ ...node(text, attributes), name: `n${text}` }));
  const values = Object.entries(inputs).map(
    ([input, [dtype, shape]]) => [input, feeds[input] ?? random(dtype, shape)] as const,
  );
  return {
    index,
    op: name,
    chain: [name],
    exact: false,
    opset,
    inputs,
    constants,
    nodes: made,
    outputs: made.at(-1)!.outputs.filter((output) => output !== null),
    feeds: new Map(values),
  };
}

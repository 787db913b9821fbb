import { expect, test } from 'vitest';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape, Tensor } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { openLayerJudge } from '../../src/verify/layer-judge.ts';
import { f32, i64, node, onnxFile } from '../helpers/onnx-file.ts';
import { type Case, runBatch } from '../helpers/run-batch.ts';
import { describeWith, inFolder } from './native.ts';

/** agrees: with onnxruntime. off: onnxruntime is, in the first result. beyond: numbers leave their type, and that is said. */
type Verdict = 'agrees' | 'off' | 'beyond';

interface Wild {
  readonly call: string;
  readonly attributes?: Record<string, Attribute>;
  readonly shape: Shape;
  readonly x: readonly number[];
  readonly constants?: Record<string, Tensor>;
  readonly verdict: Verdict;
  readonly opset?: number;
  /** Default: f32. */
  readonly dtype?: DType;
}

const [INF, NAN, MOST] = [Infinity, Number.NaN, (2 - 2 ** -23) * 2 ** 127];
const tensor = (dtype: DType, shape: Shape, ...values: number[]) => tensorOf(dtype, shape, values);
const cell = { w: tensor('f32', [1, 3, 1], 1, -1, 2), r: tensor('f32', [1, 3, 1], 1, 1, -1) };

const WILD: readonly Wild[] = [
  { call: 'y = LpNormalization(x)', attributes: { p: 1 }, shape: [3, 2], x: [NAN, 1, 0, 0, INF, 2], verdict: 'agrees' },
  { call: 'y = LpNormalization(x)', attributes: { p: 2 }, shape: [3, 2], x: [NAN, 1, 0, 0, INF, 2], verdict: 'agrees' },
  { call: 'y = Det(x)', shape: [3, 2, 2], x: [NAN, 1, 1, 1, 0, NAN, 0, 1, INF, 1, 1, 1], verdict: 'agrees' },
  {
    call: 'y, m, d = LayerNormalization(x, s)',
    shape: [2, 2],
    x: [NAN, 1, 2, 3],
    constants: { s: f32(1, 2) },
    verdict: 'agrees',
  },
  {
    call: 'y, m, d = LayerNormalization(x, s)',
    shape: [1, 2],
    x: [INF, 1],
    constants: { s: f32(1, 2) },
    verdict: 'off',
  },
  { call: 'y = GlobalMaxPool(x)', shape: [1, 1, 3], x: [-INF, -INF, -INF], verdict: 'off' },
  { call: 'y = ReduceProd(x)', shape: [3], x: [MOST, MOST, 1e-38], verdict: 'agrees', opset: 13 },
  {
    call: 'y = Resize(x, _, _, z)',
    attributes: { mode: 'cubic' },
    shape: [1, 1, 2, 2],
    x: [MOST, MOST, MOST, -MOST],
    constants: { z: i64(1, 1, 4, 4) },
    verdict: 'beyond',
  },
  {
    call: 'y, m, d = LayerNormalization(x, s)',
    shape: [2, 2],
    x: [MOST, MOST, 2, 3],
    constants: { s: f32(1, 2) },
    verdict: 'beyond',
  },
  { call: 'y = ReduceMax(x)', shape: [4], x: [1, NAN, 2, 3], verdict: 'off', opset: 13 },
  { call: 'y = ReduceMin(x)', shape: [4], x: [1, NAN, 2, 3], verdict: 'off', opset: 13 },
  { call: 'y = ArgMax(x)', shape: [3], x: [1, NAN, 2], verdict: 'off' },
  { call: 'y = Hardmax(x)', shape: [2, 3], x: [NAN, 1, 2, 3, 4, 5], verdict: 'off' },
  ...['max', 'min'].map(
    (reduction): Wild => ({
      call: 'y = ScatterND(x, i, u)',
      attributes: { reduction },
      shape: [3],
      x: [NAN, 1, 2],
      constants: { i: tensor('i64', [3, 1], 0, 1, 1), u: f32(5, NAN, 5) },
      verdict: 'off',
    }),
  ),
  {
    call: 'y = QuantizeLinear(x, s, z)',
    attributes: { axis: 0, block_size: 2 },
    shape: [4, 2],
    x: [INF, -INF, MOST, NAN, 1, 2, 3, 4],
    constants: { s: tensor('f32', [2, 2], 1, 2, 3, 4), z: tensor('i8', [2, 2], 1, 2, 3, 4) },
    verdict: 'off',
  },
  {
    call: 'y = DFT(x)',
    attributes: { axis: 1 },
    shape: [2, 3, 1],
    x: [MOST, 1, 2, 3, 4, 5],
    verdict: 'off',
    opset: 17,
  },
  {
    call: 'y = GRU(x, w, r)',
    attributes: { hidden_size: 1, activations: ['Sigmoid', 'Relu'] },
    shape: [3, 1, 1],
    x: [1, INF, 2],
    constants: cell,
    verdict: 'off',
  },
  { call: 'y = Cast(x)', attributes: { to: 2 }, shape: [4], x: [INF, -INF, NAN, 7], verdict: 'beyond' },
  { call: 'y = Clip(x, _, m)', shape: [3], x: [INF, -INF, MOST], constants: { m: f32(5) }, verdict: 'beyond' },
  {
    call: 'y = MatMul(x, w)',
    shape: [1, 3],
    x: [MOST, MOST, MOST],
    constants: { w: tensor('f32', [3, 2], 1, -2.5, 1, 2, -2, 0.75) },
    verdict: 'beyond',
  },
  {
    call: 'y = Conv(x, w)',
    attributes: { pads: [1, 1], kernel_shape: [2] },
    shape: [1, 1, 2],
    x: [1, 2],
    constants: { w: tensor('f32', [1, 1, 2], INF, 1) },
    verdict: 'off',
  },
  {
    call: 'y = Conv(x, w, b)',
    attributes: { pads: [2, 2], strides: [3], kernel_shape: [2] },
    shape: [1, 1, 2],
    x: [1, 2],
    constants: { w: tensor('f32', [1, 1, 2], INF, 1), b: tensor('f32', [1], 5) },
    verdict: 'off',
  },
  {
    call: 'y = RoiAlign(x, r, i)',
    attributes: { coordinate_transformation_mode: 'output_half_pixel' },
    shape: [1, 1, 4, 2],
    x: [NAN, 1, 2, 3, 4, 5, 6, 7],
    constants: { r: tensor('f32', [1, 4], 1.307, 0.8, 4.5, 3.2), i: tensor('i64', [1], 0) },
    verdict: 'off',
  },
  ...['avg', 'max'].map(
    (mode): Wild => ({
      call: 'y = RoiAlign(c, x, i)',
      attributes: { mode },
      shape: [3, 4],
      x: [0, 0, 1, 2, NAN, 0, 2, 2, 0, -INF, 1, INF],
      constants: { c: tensor('f32', [1, 1, 2, 2], 1, 2, 3, 4), i: tensor('i64', [3], 0, 0, 0) },
      verdict: 'beyond',
    }),
  ),
  {
    call: 'y = RotaryEmbedding(x, c, s, p)',
    shape: [1, 1, 1, 2],
    x: [MOST, MOST],
    constants: {
      c: tensor('f32', [1, 1], 2),
      s: tensor('f32', [1, 1], 3),
      p: tensor('i64', [1, 1], 0),
    },
    verdict: 'beyond',
    opset: 23,
  },
  {
    call: 'y = Attention(x, k, v, m)',
    shape: [1, 1, 2, 2],
    x: [1, 2, 3, 4],
    constants: {
      k: tensor('f32', [1, 1, 1, 2], 1, -1),
      v: tensor('f32', [1, 1, 1, 2], 5, 6),
      m: tensor('f32', [2, 1], 0, NAN),
    },
    verdict: 'agrees',
    opset: 23,
  },
  {
    call: 'y = Attention(x, k, v)',
    attributes: { softcap: 2 },
    shape: [1, 1, 2, 2],
    x: [1, 2, MOST, MOST],
    constants: { k: tensor('f32', [1, 1, 1, 2], 2, -2), v: tensor('f32', [1, 1, 1, 2], 5, 6) },
    verdict: 'beyond',
    opset: 23,
  },
  {
    call: 'y = GridSample(x, g)',
    attributes: { mode: 'cubic', padding_mode: 'border', align_corners: 1 },
    shape: [1, 1, 2, 2],
    x: [MOST, -MOST, MOST, MOST],
    constants: { g: tensor('f32', [1, 1, 2, 2], 0.3, -0.2, -0.9, 0.4) },
    verdict: 'beyond',
  },
  {
    call: 'y, a, b, s = Attention(x, k, v)',
    attributes: { q_num_heads: 2, kv_num_heads: 2, softcap: 2 },
    shape: [1, 2, 4],
    x: [1, 2, 3, 4, MOST, MOST, 5, 6],
    constants: { k: tensor('f32', [1, 1, 4], 2, -2, 1, 1), v: tensor('f32', [1, 1, 4], 5, 6, 7, 8) },
    verdict: 'beyond',
    opset: 23,
  },
  {
    call: 'y = CastLike(x, t)',
    shape: [4],
    x: [INF, -INF, NAN, 7],
    constants: { t: tensor('u32', [1], 0) },
    verdict: 'beyond',
  },
  { call: 'y = Relu(x)', dtype: 'i16', shape: [2], x: [-3, 300], verdict: 'agrees' },
  {
    call: 'y = Where(c, x, x)',
    dtype: 'i8',
    shape: [2],
    x: [-3, 100],
    constants: { c: tensor('bool', [2], 0, 1) },
    verdict: 'agrees',
  },
  ...steep('Acos', 1 - 1e-12, -1, 0.3),
  ...steep('Acosh', 1 + 1e-12, 1e200, 2),
  ...steep('Asin', 1 - 1e-12, -0.3, 0),
  ...steep('Asinh', 1e200, -1e-9, 2),
  ...steep('Atan', 1e200, 1e-9, -1),
  ...steep('Atanh', 1 - 1e-12, 1e-9, -1),
  ...steep('Celu', -1, 2, 1e-9),
  ...steep('Cosh', 100, -700, 0),
  ...steep('Erf', -1, 1e200, 1e-9),
  ...steep('Gelu', -1, 2, 1e-9),
  ...steep('HardSwish', -1, 2, 4),
  ...steep('Mish', -1, 2, 1e-9),
  ...steep('Sinh', 100, -700, 1e-9),
  ...steep('Tan', 1e6 + 0.1, 1.5707963267, -1),
  ...['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'].map(
    (op): Wild => ({ call: `y = ${op}(x)`, dtype: 'f64', shape: [1, 1, 2, 2], x: [1, -2, 3, 5], verdict: 'agrees' }),
  ),
  {
    call: 'y = Conv(x, w)',
    dtype: 'f64',
    shape: [1, 1, 3],
    x: [1, 2, 1e200],
    constants: { w: tensor('f64', [1, 1, 2], 3, -1) },
    verdict: 'beyond',
  },
  {
    call: 'y = GridSample(x, g)',
    attributes: { padding_mode: 'border' },
    shape: [1, 1, 2, 2],
    x: [1, 2, 3, 4],
    constants: { g: tensor('f32', [1, 1, 3, 2], NAN, 0, 0, 0, INF, 1) },
    verdict: 'beyond',
  },
];

/** Of float64, for which onnxruntime has no kernel: float32 would give other numbers, or none. */
function steep(op: string, ...x: readonly number[]): Wild[] {
  return [{ call: `y = ${op}(x)`, dtype: 'f64', shape: [x.length], x, verdict: 'agrees' }];
}

await describeWith(
  'data with infinities, NaN and the largest numbers',
  () => hostGcc().available(),
  () => {
    test('the C is right where onnxruntime is, where it is off, and where no result is the right one', async () => {
      const compiled = await Promise.all(WILD.map(compile));
      const cases = compiled.map(({ program, files }, i): Case => {
        const { dtype = 'f32', shape, x } = WILD[i]!;
        return {
          name: program.name,
          program,
          files,
          feeds: new Map([['x', tensor(dtype, shape, ...x)]]),
          wanted: new Map(),
        };
      });
      const results = await inFolder((folder) => runBatch(folder, cases, { sanitize: true, judge }));
      const wanted = WILD.map(({ call, verdict }, i) => [`w${i}`, `${call}: ${verdict}`]);
      expect([...results]).toEqual(wanted);

      async function judge({ name, feeds }: Case, outputs: ReadonlyMap<string, Tensor>): Promise<string> {
        const index = Number(name.slice(1));
        const session = await openLayerJudge(compiled[index]!, false, 1e-5);
        await session.add({ feed: feeds, outputs: [...outputs.values()].map(({ data }) => data), values: new Map() });
        const all = session.result().outputs;
        await session.release();
        const wrong = all
          .filter((one) => !agrees(one, 1e-5))
          .map(({ value }) => `${value} is ${outputs.get(value)!.data}`);
        const [off] = all.flatMap((one) => one.off ?? []);
        const verdict = wrong.length > 0 ? wrong.join() : off ? (off.beyond ? 'beyond' : 'off') : 'agrees';
        return `${WILD[index]!.call}: ${verdict}`;
      }
    });
  },
);

async function compile(
  { call, attributes, dtype = 'f32', shape, constants = {}, opset = 21 }: Wild,
  i: number,
): Promise<Compilation> {
  const made = node(call, attributes);
  const file = { inputs: { x: [dtype, shape] as const }, constants, nodes: [made], opset };
  const outputs = made.outputs.filter((output) => output !== null);
  return compileModel({ model: onnxFile({ ...file, outputs }), name: `w${i}`, target: await loadTarget('host') });
}

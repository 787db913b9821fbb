import type { Cases } from './operators.ts';

const through = (function_: string, op: string, attributes = '') =>
  `input %x: f32[3,8]\n%n: f32[3,8] = ${function_}(%x)\n%y: f32[3,8] = ${op}(%n) ${attributes}`;
const ONE = 'const %n.c: f32[] = 0.5\n';
const chosen = (truth: string) => `input %x: f32[3,8]\n${ONE}${truth}\n%y: f32[3,8] = Where(%n, %x, %n.c)`;
const compared = (op: string) => chosen(`%n: bool[3,8] = ${op}(%x, %n.c)`);
const both = (op: string) =>
  chosen(`%n.a: bool[3,8] = Less(%x, %n.c)\n%n.b: bool[3,8] = IsNaN(%x)\n%n: bool[3,8] = ${op}(%n.a, %n.b)`);
const ones = (...shape: readonly number[]) => `f32[${shape}] = ${numbers(shape.reduce((a, b) => a * b, 1))}`;
const numbers = (count: number) => Array.from({ length: count }, (_, i) => (((i * 37) % 19) - 9) / 10).join(', ');
const recurrent = (op: string, gates: number) =>
  `input %x: f32[4,1,3]\nconst %n.w: ${ones(1, gates * 5, 3)}\nconst %n.r: ${ones(1, gates * 5, 5)}
    %n: f32[4,1,1,5] = ${op}(%x, %n.w, %n.r) hidden_size=5
    const %n.s: i64[2] = 4, 5\n%y: f32[4,5] = Reshape(%n, %n.s)`;

const UNARY =
  'Relu LeakyRelu ThresholdedRelu Elu Selu Celu HardSigmoid HardSwish Swish Softsign Mish Gelu Shrink Floor Ceil Round Erf Exp Sin Cos ' +
  'Sinh Cosh Asinh Atan Neg Abs Sign Identity Dropout Clip';

/** Operators that CASES and the cases of activations do not have, in networks that shall become integers. */
export const FORMS: Cases = {
  ...Object.fromEntries(UNARY.split(' ').map((op) => [op, `input %x: f32[3,8]\n%y: f32[3,8] = ${op}(%x)`])),
  ...Object.fromEntries(['Tan', 'Asin', 'Acos', 'Atanh'].map((op) => [op, through('Tanh', op)])),
  ...Object.fromEntries(['Log', 'Sqrt', 'Reciprocal'].map((op) => [op, through('Softplus', op)])),
  Acosh: through('Cosh', 'Acosh'),
  ...Object.fromEntries(['Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Equal'].map((op) => [op, compared(op)])),
  ...Object.fromEntries(['And', 'Or', 'Xor'].map((op) => [op, both(op)])),
  Not: chosen('%n.a: bool[3,8] = Less(%x, %n.c)\n%n: bool[3,8] = Not(%n.a)'),
  IsNaN: chosen('%n: bool[3,8] = IsNaN(%x)'),
  IsInf: chosen('%n: bool[3,8] = IsInf(%x)'),
  Pow: `input %x: f32[3,8]\nconst %n: f32[] = 2\n%y: f32[3,8] = Pow(%x, %n)`,
  Mod: `input %x: f32[3,8]\nconst %n: f32[] = 0.7\n%y: f32[3,8] = Mod(%x, %n) fmod=1`,
  Flatten: 'input %x: f32[2,3,4]\n%y: f32[2,12] = Flatten(%x)',
  Squeeze: 'input %x: f32[2,1,4]\nconst %n: i64[1] = 1\n%y: f32[2,4] = Squeeze(%x, %n)',
  Unsqueeze: 'input %x: f32[2,4]\nconst %n: i64[1] = 1\n%y: f32[2,1,4] = Unsqueeze(%x, %n)',
  SpaceToDepth: 'input %x: f32[1,2,4,4]\n%y: f32[1,8,2,2] = SpaceToDepth(%x) blocksize=2',
  Split: `input %x: f32[6,4]\nconst %n: i64[2] = 2, 4\n%n.a: f32[2,4], %y: f32[4,4] = Split(%x, %n) axis=0`,
  Sum: 'input %x: f32[3,4]\ninput %z: f32[4]\n%y: f32[3,4] = Sum(%x, %z, %x)',
  Gemm: `input %x: f32[3,4]\nconst %n: ${ones(4, 6)}\n%y: f32[3,6] = Gemm(%x, %n)`,
  Einsum:
    'input %x: f32[1,4,2,3]\ninput %z: f32[1,5,2,3]\n%y: f32[1,2,4,5] = Einsum(%x, %z) equation="bqhd,bkhd->bhqk"',
  Einsum_weights: `input %x: f32[1,4,6]\nconst %n: ${ones(6, 2, 3)}\n%y: f32[1,4,2,3] = Einsum(%n, %x) equation="dnh,btd->btnh"`,
  Einsum_diagonal: 'input %x: f32[3,4,4]\n%y: f32[3] = Einsum(%x) equation="bii->b"',
  ConvTranspose: `input %x: f32[1,2,4,4]\nconst %n: ${ones(2, 3, 3, 3)}
    %y: f32[1,3,9,9] = ConvTranspose(%x, %n) strides=[2,2]`,
  BatchNormalization: `input %x: f32[1,2,3,3]\nconst %n.s: f32[2] = 1, -2\nconst %n.b: f32[2] = 0.5, 1
    const %n.m: f32[2] = 3, 0.1\nconst %n.v: f32[2] = 2, 0.3
    %y: f32[1,2,3,3] = BatchNormalization(%x, %n.s, %n.b, %n.m, %n.v)`,
  LpNormalization: 'input %x: f32[3,8]\n%y: f32[3,8] = LpNormalization(%x) axis=-1',
  MeanVarianceNormalization: 'input %x: f32[2,4,2,3]\n%y: f32[2,4,2,3] = MeanVarianceNormalization(%x)',
  SkipLayerNormalization: `input %x: f32[1,3,8]\ninput %z: f32[1,3,8]\nconst %n: ${ones(8)}
    %y: f32[1,3,8] = com.microsoft::SkipLayerNormalization(%x, %z, %n)`,
  ReduceL2: 'input %x: f32[3,8]\nconst %n: i64[1] = 1\n%y: f32[3] = ReduceL2(%x, %n) keepdims=0',
  ReduceLogSum: `input %x: f32[3,8]\n%n.p: f32[3,8] = Softplus(%x)\nconst %n: i64[1] = 1
    %y: f32[3] = ReduceLogSum(%n.p, %n) keepdims=0`,
  Attention_cached: `input %x: f32[1,2,8]\ninput %z: f32[1,2,8]\ninput %n.k: f32[1,2,3,4]\ninput %n.v: f32[1,2,3,4]
    %y: f32[1,2,8] = Attention(%x, %z, %z, _, %n.k, %n.v) is_causal=1 q_num_heads=2 kv_num_heads=2`,
  RNN: recurrent('RNN', 1),
  GRU: recurrent('GRU', 3),
  LSTM: recurrent('LSTM', 4),
};

import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape, Tensor, ValueName } from '../../src/ir/types.ts';
import { integerRange } from '../../src/numerics/dtype.ts';
import type { Rng } from '../../src/numerics/rng.ts';
import { type FileSpec, f32, node } from './onnx-file.ts';

/** What a scale may be. Powers of two: sums, products and quotients of codes are exact in float32, ties occur. */
export type Scales = 'powers of two' | 'any';

/** A small quantized file with integer inputs, one operator between codes, and the integer output y. */
export type RandomImport = (rng: Rng, scales: Scales) => FileSpec;

type Code = 'u8' | 'i8';
type Nodes = FileSpec['nodes'];

/** One file: constants are collected, and the nodes that read or make codes. */
interface Draft {
  readonly constants: Record<ValueName, Tensor>;
  readonly inputs: Record<ValueName, readonly [DType, Shape]>;
  readonly nodes: Nodes[number][];
  pick<T>(...items: readonly T[]): T;
  int(min: number, max: number): number;
  code(): Code;
  /** About this large. */
  scale(size: number): number;
  /** Anywhere, often at an end. */
  zero(type: Code): number;
  random(name: ValueName, type: DType, shape: Shape, range?: { readonly min: number; readonly max: number }): ValueName;
  /** NAME.s and NAME.z, a number for the whole tensor or a list per channel. */
  affine(name: ValueName, type: DType, scale: number | readonly number[], zero: number | readonly number[]): void;
  /** An input of codes and its scale. */
  input(name: ValueName, shape: Shape, size: number, type?: Code): { type: Code; scale: number };
  real(name: ValueName, attributes?: Record<string, Attribute>): ValueName;
  /** Weights with a scale per tensor or per channel, and their scales, one per channel. */
  weights(shape: Shape, channels: number, type: Code, options: { readonly centred: boolean }): number[];
  bias(x: number, w: readonly number[], single: boolean): ValueName;
  /** In float, between the steps of the sums; whole numbers of eighths of them where float32 is to compute exactly. */
  realBias(x: number, w: readonly number[]): ValueName;
  output(size: number, type?: Code): Code;
  quantize(): void;
  file(): FileSpec;
}

function draft(rng: Rng, scales: Scales): Draft {
  const constants: Record<ValueName, Tensor> = {};
  const inputs: Record<ValueName, readonly [DType, Shape]> = {};
  const nodes: Nodes[number][] = [];
  const pick = <T>(...items: readonly T[]): T => items[rng.int(0, items.length - 1)];
  const self: Draft = {
    constants,
    inputs,
    nodes,
    pick,
    int: rng.int,
    code: (): Code => pick<Code>('u8', 'i8'),
    scale: (size: number): number =>
      scales === 'any' ? Math.fround(size * (0.6 + 0.8 * rng.uniform())) : 2 ** Math.round(Math.log2(size)),
    zero: (type: Code): number => {
      const { min, max } = integerRange(type)!;
      return pick(min, max, min + 128, rng.int(min, max), rng.int(min, max));
    },
    random(name: ValueName, type: DType, shape: Shape, range = integerRange(type)!): ValueName {
      const count = shape.reduce((a, b) => a * b, 1);
      constants[name] = tensorOf(
        type,
        shape,
        Array.from({ length: count }, () => rng.int(range.min, range.max)),
      );
      return name;
    },
    affine(name: ValueName, type: DType, scale: number | readonly number[], zero: number | readonly number[]) {
      const many = typeof scale !== 'number';
      constants[`${name}.s`] = many ? tensorOf('f32', [scale.length], scale) : f32(scale);
      constants[`${name}.z`] = tensorOf(type, many ? [scale.length] : [], many ? (zero as number[]) : [zero as number]);
    },
    input(name: ValueName, shape: Shape, size: number, type = self.code()): { type: Code; scale: number } {
      const scale = self.scale(size);
      inputs[name] = [type, shape];
      self.affine(name, type, scale, self.zero(type));
      return { type, scale };
    },
    real(name: ValueName, attributes: Record<string, Attribute> = {}): ValueName {
      nodes.push(node(`${name}_r = DequantizeLinear(${name}, ${name}.s, ${name}.z)`, attributes));
      return `${name}_r`;
    },
    weights(shape: Shape, channels: number, type: Code, { centred }: { readonly centred: boolean }): number[] {
      const each = rng.int(0, 1) === 1;
      const draw = () => self.scale(2 ** -rng.int(4, 7));
      const scale = each ? Array.from({ length: channels }, draw) : draw();
      const zero = () => (centred ? (type === 'u8' ? 128 : 0) : self.zero(type));
      self.random('w', type, shape);
      self.affine('w', type, scale, each ? Array.from({ length: channels }, zero) : zero());
      return typeof scale === 'number' ? new Array<number>(channels).fill(scale) : scale;
    },
    bias(x: number, w: readonly number[], single: boolean): ValueName {
      self.random('b', 'i32', [w.length], { min: -3000, max: 3000 });
      const products = w.map((scale) => Math.fround(x * scale));
      constants['b.s'] = single ? f32(products[0]) : tensorOf('f32', [w.length], products);
      return 'b';
    },
    realBias(x: number, w: readonly number[]): ValueName {
      const draw = (scale: number) =>
        x * scale * (scales === 'any' ? 6000 * (rng.uniform() - 0.5) : rng.int(-8000, 8000) / 8);
      constants.b = tensorOf('f32', [w.length], w.map(draw));
      return 'b';
    },
    output(size: number, type = self.code()): Code {
      self.affine('y', type, self.scale(size), self.zero(type));
      return type;
    },
    quantize: () => void nodes.push(node('y = QuantizeLinear(y_r, y.s, y.z)')),
    file: (): FileSpec => ({ inputs, outputs: ['y'], constants, nodes }),
  };
  return self;
}

/** Standard deviation of a sum of products of two uniform codes, in steps of 64 codes of the result. */
const spread = (depth: number) => (74 * 74 * Math.sqrt(depth)) / 50;

const attributesOfConv = (d: ReturnType<typeof draft>, group: number, kernel: number) => ({
  group,
  kernel_shape: [kernel, kernel],
  strides: d.pick([1, 1], [2, 1]),
  pads: kernel === 1 ? [0, 0, 0, 0] : d.pick([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]),
});

function conv(rng: Rng, scales: Scales, qlinear: boolean, real = false): FileSpec {
  const d = draft(rng, scales);
  const depthwise = d.int(0, 2) === 0;
  const channels = d.int(1, 9);
  const group = depthwise ? channels : 1;
  const outputs = depthwise ? channels : d.int(1, 9);
  const kernel = d.pick(1, 2, 3);
  const x = d.input('x', [1, channels, d.int(7, 11), d.int(7, 11)], 2 ** -d.int(1, 6));
  const type = qlinear && x.type === 'i8' ? 'i8' : d.code();
  const w = d.weights([outputs, channels / group, kernel, kernel], outputs, type, { centred: d.int(0, 2) > 0 });
  const depth = (channels / group) * kernel * kernel;
  const attributes = attributesOfConv(d, group, kernel);
  d.output(x.scale * w[0] * spread(depth) * 2 ** d.int(-1, 1), qlinear ? x.type : d.code());
  const biased = real || d.int(0, 1) === 1;
  if (qlinear) {
    const bias = biased ? `, ${d.bias(x.scale, w, false)}` : '';
    d.nodes.push(node(`y = QLinearConv(x, x.s, x.z, w, w.s, w.z, y.s, y.z${bias})`, attributes));
    return d.file();
  }
  const single = d.constants['w.s'].shape.length === 0;
  const inputs = [d.real('x'), d.real('w', { axis: 0 })];
  if (real) inputs.push(d.realBias(x.scale, w));
  else if (biased) {
    d.bias(x.scale, w, single);
    d.nodes.push(node('b_r = DequantizeLinear(b, b.s)', { axis: 0 }));
    inputs.push('b_r');
  }
  const clamp = d.pick('', 'Relu', 'Clip');
  d.nodes.push(node(`${clamp === '' ? 'y_r' : 'c'} = Conv(${inputs.join(', ')})`, attributes));
  if (clamp === 'Relu') d.nodes.push(node('y_r = Relu(c)'));
  if (clamp === 'Clip') {
    // Bounds that lie between two codes.
    d.constants.low = f32(-2.5 * Number(d.constants['y.s'].data[0]));
    d.constants.high = f32(60.5 * Number(d.constants['y.s'].data[0]));
    d.nodes.push(node('y_r = Clip(c, low, high)'));
  }
  d.quantize();
  return d.file();
}

/** Weights with one scale, or one for each channel of a group, as onnxruntime's quantizer has them. */
const transposedConv: RandomImport = (rng, scales) => {
  const d = draft(rng, scales);
  const [group, perGroup, inputs, kernel] = [d.pick(1, 1, 2), d.int(1, 4), d.int(1, 4), d.pick(1, 2, 3)];
  const x = d.input('x', [1, group * inputs, d.int(4, 7), d.int(4, 7)], 2 ** -d.int(1, 6));
  const w = d.weights([group * inputs, perGroup, kernel, kernel], perGroup, d.code(), { centred: d.int(0, 2) > 0 });
  const strides = d.pick([1, 1], [2, 2], [2, 1]);
  const attributes = {
    group,
    kernel_shape: [kernel, kernel],
    strides,
    pads: kernel > 1 ? d.pick([0, 0, 0, 0], [1, 0, 0, 1]) : [0, 0, 0, 0],
  };
  const given = [d.real('x'), d.real('w', { axis: 1 })];
  if (d.int(0, 1) === 1) {
    const each = Array.from({ length: group }, () => w).flat();
    d.bias(x.scale, each, d.constants['w.s']!.shape.length === 0);
    d.nodes.push(node('b_r = DequantizeLinear(b, b.s)', { axis: 0 }));
    given.push('b_r');
  }
  d.output(x.scale * w[0]! * spread(inputs * kernel) * 2 ** d.int(-1, 1));
  d.nodes.push(node(`y_r = ConvTranspose(${given.join(', ')})`, attributes));
  d.quantize();
  return d.file();
};

function product(rng: Rng, scales: Scales, op: 'Gemm' | 'MatMul' | 'QLinearMatMul' | 'QGemm', real = false): FileSpec {
  const d = draft(rng, scales);
  const [rows, depth, columns] = [d.int(4, 24), d.int(1, 40), d.int(4, 24)];
  const qlinear = op === 'QLinearMatMul' || op === 'QGemm';
  const x = d.input('x', [rows, depth], 2 ** -d.int(1, 6));
  const transB = (op === 'Gemm' || op === 'QGemm') && d.int(0, 1) === 1 ? 1 : 0;
  const axis = transB ? 0 : 1;
  const type = qlinear && x.type === 'i8' ? 'i8' : d.code();
  const shape = transB ? [columns, depth] : [depth, columns];
  const w = d.weights(shape, columns, type, { centred: d.int(0, 2) > 0 });
  d.output(x.scale * w[0] * spread(depth) * 2 ** d.int(-1, 1), qlinear ? x.type : d.code());
  if (op === 'QLinearMatMul') d.nodes.push(node('y = QLinearMatMul(x, x.s, x.z, w, w.s, w.z, y.s, y.z)'));
  else if (op === 'QGemm') {
    const bias = d.int(0, 1) === 1 ? d.bias(x.scale, w, false) : '_';
    d.nodes.push(node(`y = ms.QGemm(x, x.s, x.z, w, w.s, w.z, ${bias}, y.s, y.z)`, { transB }));
  } else {
    const inputs = [d.real('x'), d.real('w', { axis })];
    if (real) inputs.push(d.realBias(x.scale, w));
    else if (op === 'Gemm' && d.int(0, 1) === 1) {
      d.bias(x.scale, w, d.constants['w.s'].shape.length === 0);
      d.nodes.push(node('b_r = DequantizeLinear(b, b.s)', { axis: 0 }));
      inputs.push('b_r');
    }
    d.nodes.push(node(`y_r = ${op}(${inputs.join(', ')})`, op === 'Gemm' ? { transB } : {}));
    d.quantize();
  }
  return d.file();
}

/** MatMul of two activations. */
const activations: RandomImport = (rng, scales) => {
  const d = draft(rng, scales);
  const depth = d.int(1, 30);
  const a = d.input('a', [2, d.int(3, 16), depth], 2 ** -d.int(1, 6));
  const b = d.input('b', [2, depth, d.int(3, 16)], 2 ** -d.int(1, 6));
  d.nodes.push(node(`y_r = MatMul(${d.real('a')}, ${d.real('b')})`));
  d.output(a.scale * b.scale * spread(depth));
  d.quantize();
  return d.file();
};

const binary =
  (op: 'Add' | 'Sub' | 'Mul', qlinear: boolean): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const shape = [2, d.int(200, 500)];
    const constant = d.int(0, 4) === 0;
    const a = d.input('a', shape, 2 ** -d.int(1, 4));
    const type = qlinear ? a.type : d.code();
    const b = d.input('b', constant ? [1] : shape, a.scale * 2 ** d.int(-3, 2), type);
    if (constant) {
      delete d.inputs.b;
      d.random('b', type, [1]);
    }
    const size =
      op === 'Mul' ? a.scale * b.scale * d.pick(16, 64, 128) : Math.max(a.scale, b.scale) * d.pick(0.5, 1, 2);
    d.output(size, qlinear ? a.type : d.code());
    if (qlinear) d.nodes.push(node(`y = ms.QLinear${op}(a, a.s, a.z, b, b.s, b.z, y.s, y.z)`));
    else {
      d.nodes.push(node(`y_r = ${op}(${d.real('a')}, ${d.real('b')})`));
      d.quantize();
    }
    return d.file();
  };

/** Of tensors that are broadcast to each other. */
const several =
  (op: 'Div' | 'PRelu' | 'Sum' | 'Mean'): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const shape = [d.int(3, 9), 5, d.int(8, 20)];
    const count = op === 'Sum' || op === 'Mean' ? d.int(1, 5) : 2;
    const size = 2 ** -d.int(1, 5);
    const names = Array.from({ length: count }, (_, i) => `x${i}`);
    const scale = names.map((name, i) => d.input(name, i === 1 ? [5, 1] : shape, size * d.pick(0.5, 1, 2)).scale);
    const step = op === 'Div' ? (scale[0]! / scale[1]!) * d.pick(0.02, 0.1, 1) : op === 'PRelu' ? scale[0]! : size;
    d.nodes.push(node(`y_r = ${op}(${names.map((name) => d.real(name)).join(', ')})`));
    d.output(step * d.pick(0.5, 1, 2));
    d.quantize();
    return d.file();
  };

const pool =
  (op: 'AveragePool' | 'GlobalAveragePool' | 'MaxPool', qlinear: boolean): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const global = op === 'GlobalAveragePool';
    const size = (): number => (global ? d.int(1, 8) : d.int(7, 12));
    const x = d.input('x', [1, global ? d.int(60, 200) : d.int(2, 9), size(), size()], 2 ** -d.int(1, 6));
    d.output(x.scale * d.pick(0.5, 1, 1, 2), qlinear ? x.type : d.code());
    // The normal case: one scale before and after.
    if (scales === 'any' && d.int(0, 1) === 1) d.constants['y.s'] = d.constants['x.s'];
    const attributes = global
      ? {}
      : {
          kernel_shape: [d.int(2, 3), d.int(1, 4)],
          strides: d.pick([1, 1], [2, 1]),
          pads: d.pick([0, 0, 0, 0], [1, 0, 0, 0]),
          ...(op === 'AveragePool' && { count_include_pad: d.int(0, 1) }),
        };
    if (qlinear) d.nodes.push(node(`y = ms.QLinear${op}(x, x.s, x.z, y.s, y.z)`, attributes));
    else {
      d.nodes.push(node(`y_r = ${op}(${d.real('x')})`, attributes));
      d.quantize();
    }
    return d.file();
  };

/** A function of one tensor, or a move. */
const unary =
  (op: string, attributes: Record<string, Attribute>, ratio: number, shape: Shape, form: 'qdq' | 'qlinear' = 'qdq') =>
  (rng: Rng, scales: Scales): FileSpec => {
    const d = draft(rng, scales);
    const x = d.input('x', shape, 2 ** -d.int(1, 5));
    const bounded = op === 'Sigmoid';
    d.output(bounded ? 2 ** -d.int(6, 8) : x.scale * ratio, form === 'qlinear' ? x.type : d.code());
    if (form === 'qlinear') d.nodes.push(node(`y = ms.QLinear${op}(x, x.s, x.z, y.s, y.z)`, attributes));
    else {
      d.nodes.push(node(`y_r = ${op}(${d.real('x')})`, attributes));
      d.quantize();
    }
    return d.file();
  };

/** onnxruntime's QLinearSoftmax wraps int8 results beyond 255 steps: its zero point is the lowest code here. */
const softmax =
  (qlinear: boolean): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const x = d.input('x', [d.int(20, 60), d.int(2, 20)], 2 ** -d.int(1, 5));
    const type = d.output(2 ** -d.int(6, 8), qlinear ? x.type : d.code());
    if (qlinear) {
      d.constants['y.z'] = tensorOf(type, [], [integerRange(type)!.min]);
      d.nodes.push(node('y = ms.QLinearSoftmax(x, x.s, x.z, y.s, y.z)', { axis: -1, opset: 13 }));
    } else {
      d.nodes.push(node(`y_r = Softmax(${d.real('x')})`));
      d.quantize();
    }
    return d.file();
  };

/** Over one axis or two, whose lengths are no powers of two as often as not. */
const reduction =
  (op: 'ReduceMean' | 'ReduceSum' | 'ReduceL1' | 'ReduceSumSquare'): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const x = d.input('x', [d.int(2, 5), d.int(2, 9), d.int(20, 40)], 2 ** -d.int(1, 6));
    const axes = d.pick([0], [1], [0, 1]);
    d.constants.axes = tensorOf('i64', [axes.length], axes.map(BigInt));
    d.nodes.push(node(`y_r = ${op}(${d.real('x')}, axes)`, { keepdims: d.int(0, 1) }));
    const [step, count] = [op === 'ReduceSumSquare' ? 100 * x.scale ** 2 : x.scale, op === 'ReduceMean' ? 1 : 8];
    d.output(step * count * d.pick(0.25, 0.5, 1, 2));
    if (scales === 'any' && op === 'ReduceMean' && d.int(0, 1) === 1) d.constants['y.s'] = d.constants['x.s'];
    d.quantize();
    return d.file();
  };

const NORMALIZED: Readonly<Record<string, readonly Shape[]>> = {
  LayerNormalization: [
    [24, 1],
    [24, 7],
    [6, 4, 48],
    [3, 300],
  ],
  RMSNormalization: [
    [24, 1],
    [24, 7],
    [3, 300],
  ],
  InstanceNormalization: [
    [2, 5, 6, 7],
    [1, 3, 120],
  ],
  GroupNormalization: [
    [2, 6, 5, 3],
    [1, 4, 70],
  ],
};

/** Scale and bias are constants in float, or quantized ones as onnxruntime's quantizer leaves them. */
const normalization =
  (op: string): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const shape = d.pick(...NORMALIZED[op]!);
    d.input('x', shape, 2 ** -d.int(1, 6));
    const count = op.startsWith('Layer') || op.startsWith('RMS') ? shape.at(-1)! : shape[1]!;
    const inputs = [d.real('x')];
    if (d.int(0, 1) === 0) {
      d.constants.g = tensorOf(
        'f32',
        [count],
        Array.from({ length: count }, () => rng.normal()),
      );
      d.constants.b = tensorOf(
        'f32',
        [count],
        Array.from({ length: count }, () => rng.normal() / 2),
      );
      inputs.push('g', 'b');
    } else {
      d.random('g', 'u8', [count]);
      d.affine('g', 'u8', d.scale(2 ** -7), d.int(0, 40));
      d.random('b', 'i32', [count], { min: -2000, max: 2000 });
      d.constants['b.s'] = f32(d.scale(2 ** -11));
      d.nodes.push(node('b_r = DequantizeLinear(b, b.s)'));
      inputs.push(d.real('g'), 'b_r');
    }
    const attributes = { epsilon: d.pick(1e-5, 1e-12, 0.1), ...(op === 'GroupNormalization' && { num_groups: 2 }) };
    d.nodes.push(node(`y_r = ${op}(${inputs.slice(0, op === 'RMSNormalization' ? 2 : 3).join(', ')})`, attributes));
    d.output(2 ** -d.int(4, 6));
    d.quantize();
    return d.file();
  };

const concat =
  (qlinear: boolean): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const a = d.input('a', [2, d.int(100, 200)], 2 ** -d.int(1, 4));
    d.input('b', [2, d.int(100, 200)], a.scale * d.pick(0.5, 1, 2), qlinear ? a.type : undefined);
    d.output(a.scale * d.pick(1, 2), qlinear ? a.type : d.code());
    if (qlinear) d.nodes.push(node('y = ms.QLinearConcat(y.s, y.z, a, a.s, a.z, b, b.s, b.z)', { axis: 1 }));
    else {
      d.nodes.push(node(`y_r = Concat(${d.real('a')}, ${d.real('b')})`, { axis: 1 }));
      d.quantize();
    }
    return d.file();
  };

const integers =
  (op: 'ConvInteger' | 'MatMulInteger'): RandomImport =>
  (rng, scales) => {
    const d = draft(rng, scales);
    const isConv = op === 'ConvInteger';
    const type = isConv ? 'u8' : d.code();
    const shape = isConv ? [1, d.int(1, 6), 8, 8] : [d.int(4, 20), d.int(1, 30)];
    d.input('x', shape, 1, type);
    const w = isConv ? [d.int(1, 6), shape[1], 3, 3] : [shape[1], d.int(4, 20)];
    const weights = isConv ? 'u8' : type === 'i8' ? 'i8' : d.code();
    d.random('w', weights, w);
    d.affine('w', weights, 1, d.zero(weights));
    d.nodes.push(node(`y = ${op}(x, w, x.z, w.z)`));
    return d.file();
  };

const flat: Shape = [2, 300];
const image: Shape = [1, 4, 9, 8];

/** By the name under which their codes are counted. */
export const RANDOM_IMPORTS: Readonly<Record<string, RandomImport>> = {
  Conv: (rng, scales) => conv(rng, scales, false),
  Gemm: (rng, scales) => product(rng, scales, 'Gemm'),
  MatMul: (rng, scales) => product(rng, scales, 'MatMul'),
  'MatMul of activations': activations,
  Add: binary('Add', false),
  Sub: binary('Sub', false),
  Mul: binary('Mul', false),
  AveragePool: pool('AveragePool', false),
  GlobalAveragePool: pool('GlobalAveragePool', false),
  MaxPool: pool('MaxPool', false),
  Concat: concat(false),
  Relu: unary('Relu', {}, 1, flat),
  LeakyRelu: unary('LeakyRelu', { alpha: 0.25 }, 1, flat),
  Sigmoid: unary('Sigmoid', {}, 1, flat),
  Transpose: unary('Transpose', { perm: [0, 2, 3, 1] }, 2, image),
  ReduceMean: reduction('ReduceMean'),
  QLinearConv: (rng, scales) => conv(rng, scales, true),
  QLinearMatMul: (rng, scales) => product(rng, scales, 'QLinearMatMul'),
  QGemm: (rng, scales) => product(rng, scales, 'QGemm'),
  QLinearAdd: binary('Add', true),
  QLinearMul: binary('Mul', true),
  QLinearAveragePool: pool('AveragePool', true),
  QLinearGlobalAveragePool: pool('GlobalAveragePool', true),
  QLinearConcat: concat(true),
  QLinearLeakyRelu: unary('LeakyRelu', { alpha: 0.25 }, 1, flat, 'qlinear'),
  QLinearSigmoid: unary('Sigmoid', {}, 1, flat, 'qlinear'),
  Softmax: softmax(false),
  QLinearSoftmax: softmax(true),
  ConvInteger: integers('ConvInteger'),
  MatMulInteger: integers('MatMulInteger'),
  'Conv with a bias in float': (rng, scales) => conv(rng, scales, false, true),
  'Gemm with a bias in float': (rng, scales) => product(rng, scales, 'Gemm', true),
  ReduceSum: reduction('ReduceSum'),
  ReduceL1: reduction('ReduceL1'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  Div: several('Div'),
  PRelu: several('PRelu'),
  Sum: several('Sum'),
  ConvTranspose: transposedConv,
};

/** To twice or four times the size: weights that are whole eighths. */
const resized: RandomImport = (rng, scales) => {
  const d = draft(rng, scales);
  const x = d.input('x', [1, d.int(1, 4), d.int(2, 6), d.int(2, 6)], 2 ** -d.int(1, 6));
  d.constants.scales = tensorOf('f32', [4], [1, 1, d.pick(1, 2, 4), d.pick(2, 4)]);
  const coordinate_transformation_mode = d.pick('half_pixel', 'pytorch_half_pixel', 'asymmetric');
  d.nodes.push(node(`y_r = Resize(${d.real('x')}, _, scales)`, { mode: 'linear', coordinate_transformation_mode }));
  d.output(x.scale * d.pick(0.5, 1, 1, 2));
  if (d.int(0, 1) === 1) d.constants['y.s'] = d.constants['x.s']!;
  d.quantize();
  return d.file();
};

/** What float32 rounds on the way, whatever the scales are. */
export const ROUNDED_IMPORTS: Readonly<Record<string, RandomImport>> = {
  Mean: several('Mean'),
  Resize: resized,
  ...Object.fromEntries(Object.keys(NORMALIZED).map((op) => [op, normalization(op)])),
};

/** Windows over three dimensions. */
function volume(rng: Rng, scales: Scales, op: 'Conv' | 'QLinearConv' | 'AveragePool' | 'MaxPool'): FileSpec {
  const d = draft(rng, scales);
  const channels = 2 * d.int(1, 3);
  const x = d.input('x', [1, channels, d.int(3, 5), d.int(4, 6), d.int(4, 6)], 2 ** -d.int(1, 6));
  const window = {
    kernel_shape: [2, d.int(1, 3), 2],
    strides: d.pick([1, 1, 1], [2, 1, 2]),
    pads: d.pick([0, 0, 0, 0, 0, 0], [1, 0, 1, 1, 0, 0]),
  };
  if (op === 'AveragePool' || op === 'MaxPool') {
    d.output(x.scale * d.pick(0.5, 1, 2));
    d.nodes.push(node(`y_r = ${op}(${d.real('x')})`, window));
    d.quantize();
    return d.file();
  }
  const group = d.pick(1, 2);
  const outputs = 2 * d.int(1, 4);
  const type = op === 'QLinearConv' && x.type === 'i8' ? 'i8' : d.code();
  const w = d.weights([outputs, channels / group, ...window.kernel_shape], outputs, type, { centred: true });
  const depth = (channels / group) * window.kernel_shape.reduce((a, b) => a * b, 1);
  d.output(x.scale * w[0] * spread(depth), op === 'QLinearConv' ? x.type : d.code());
  if (op === 'QLinearConv')
    d.nodes.push(node('y = QLinearConv(x, x.s, x.z, w, w.s, w.z, y.s, y.z)', { ...window, group }));
  else {
    d.nodes.push(node(`y_r = Conv(${d.real('x')}, ${d.real('w', { axis: 0 })})`, { ...window, group }));
    d.quantize();
  }
  return d.file();
}

export const VOLUME_IMPORTS: Readonly<Record<string, RandomImport>> = Object.fromEntries(
  (['Conv', 'QLinearConv', 'AveragePool', 'MaxPool'] as const).map((op) => [
    `${op} of volumes`,
    (rng: Rng, scales: Scales) => volume(rng, scales, op),
  ]),
);

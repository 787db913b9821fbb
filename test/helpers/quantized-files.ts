import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Tensor, ValueName } from '../../src/ir/types.ts';
import { type FileSpec, f32, i8, i64, node, random, u8 } from './onnx-file.ts';

/** A small quantized model as some tool writes it, and what becomes of it. */
export interface QuantizedFile extends FileSpec {
  readonly name: string;
  /** Operators of the imported graph, in order, without those at its borders (QuantizeLinear, ShiftCodes, ...). */
  readonly becomes: string;
  /** What the remarks must say, one pattern each. */
  readonly remarks?: readonly RegExp[];
  /** Share of the codes that may differ from onnxruntime's, by one; default 0.01. */
  readonly share?: number;
}

type Nodes = FileSpec['nodes'];

/** Scale NAME.s and zero point NAME.z. */
function affine(name: string, scale: number | Tensor, zero: Tensor): Record<ValueName, Tensor> {
  return { [`${name}.s`]: typeof scale === 'number' ? f32(scale) : scale, [`${name}.z`]: zero };
}
const quantize = (x: string, y: string, by: string, attributes: Record<string, Attribute> = {}) =>
  node(`${y} = QuantizeLinear(${x}, ${by}.s, ${by}.z)`, attributes);
const dequantize = (x: string, y: string, by: string, attributes: Record<string, Attribute> = {}) =>
  node(`${y} = DequantizeLinear(${x}, ${by}.s, ${by}.z)`, attributes);

/** x: float, quantized as x_q and dequantized as x_r by 'x'; then `nodes`, whose last value y is quantized by 'y'. */
function between(nodes: Nodes, x: ValueName = 'x'): Nodes {
  return [
    quantize(x, `${x}_q`, x),
    dequantize(`${x}_q`, `${x}_r`, x),
    ...nodes,
    quantize('y', 'y_q', 'y'),
    dequantize('y_q', 'out', 'y'),
  ];
}

const X = affine('x', 0.008, u8(120));
const Y = affine('y', 0.03, u8(131));
const pads = { pads: [1, 1, 1, 1] };
const list = (dtype: DType, ...values: number[]) => tensorOf(dtype, [values.length], values);

/** onnxruntime's static quantizer with uint8 weights: zero points anywhere. */
const asymmetricWeights: QuantizedFile = {
  name: 'Conv with asymmetric uint8 weights, float bias and Relu',
  inputs: { x: ['f32', [1, 3, 6, 5]] },
  outputs: ['out'],
  constants: { ...X, ...Y, ...affine('w', 0.01, u8(113)), w: random('u8', [4, 3, 3, 3]), b: random('f32', [4]) },
  nodes: between([
    dequantize('w', 'w_r', 'w'),
    node('c = Conv(x_r, w_r, b)', { ...pads, kernel_shape: [3, 3] }),
    node('y = Relu(c)'),
  ]),
  becomes: 'Gather Conv',
  remarks: [/9 bits.*reads 3 input channels again/],
};

const extremeWeights: QuantizedFile = {
  name: 'depthwise Conv with zero points 0 and 255 per channel',
  inputs: { x: ['f32', [1, 3, 6, 5]] },
  outputs: ['out'],
  constants: {
    ...X,
    ...affine('y', 0.08, i8(3)),
    ...affine('w', f32(0.01, 0.02, 0.011), u8(0, 255, 128)),
    w: random('u8', [3, 1, 3, 3]),
  },
  nodes: between([dequantize('w', 'w_r', 'w', { axis: 0 }), node('y = Conv(x_r, w_r)', { group: 3 })]),
  becomes: 'Gather Conv',
  remarks: [/9 bits/],
};

/** Brevitas: fake quantization spelled out as Quantize, Clip, Dequantize; weights float in the file; 4 bits. */
const brevitas: QuantizedFile = {
  name: 'QCDQ of Brevitas: narrow ranges, weights quantized in the file, int32 bias',
  inputs: { x: ['f32', [1, 2, 5, 5]] },
  outputs: ['out'],
  constants: {
    ...affine('x', 0.15, i8(0)),
    ...affine('w', f32(0.11, 0.12, 0.08), i8(0, 0, 0)),
    ...affine('y', 0.2, u8(0)),
    w: random('f32', [3, 2, 3, 3]),
    'b.s': f32(0.15 * 0.11, 0.15 * 0.12, 0.15 * 0.08),
    'b.z': list('i32', 0, 0, 0),
    b: list('i32', 20, -31, 4),
    low: i8(-8),
    high: i8(7),
    low_w: i8(-7),
    zero: u8(0),
    fifteen: u8(15),
  },
  nodes: [
    quantize('x', 'x_q', 'x'),
    node('x_c = Clip(x_q, low, high)'),
    dequantize('x_c', 'x_r', 'x'),
    quantize('w', 'w_q', 'w', { axis: 0 }),
    node('w_c = Clip(w_q, low_w, high)'),
    dequantize('w_c', 'w_r', 'w', { axis: 0 }),
    dequantize('b', 'b_r', 'b', { axis: 0 }),
    node('c = Conv(x_r, w_r, b_r)'),
    node('y = Relu(c)'),
    quantize('y', 'y_q', 'y'),
    node('y_c = Clip(y_q, zero, fifteen)'),
    dequantize('y_c', 'out', 'y'),
  ],
  becomes: 'LookupTable Conv',
};

/** torch.onnx writes a Linear over three dimensions so. */
const linear: QuantizedFile = {
  name: 'MatMul with transposed weights and an Add behind it',
  inputs: { x: ['f32', [2, 3, 6]] },
  outputs: ['out'],
  constants: {
    ...X,
    ...Y,
    ...affine('w', f32(0.01, 0.02, 0.005, 0.013), i8(0, 0, 0, 0)),
    w: random('i8', [4, 6]),
    b: random('f32', [4]),
  },
  nodes: between([
    dequantize('w', 'w_r', 'w', { axis: 0 }),
    node('w_t = Transpose(w_r)', { perm: [1, 0] }),
    node('m = MatMul(x_r, w_t)'),
    node('y = Add(b, m)'),
  ]),
  becomes: 'MatMul',
};

/** tf2onnx: weights and bias in TensorFlow's order, transposed and reshaped behind their DequantizeLinear. */
const tensorflow: QuantizedFile = {
  name: 'Conv between Transposes, its weights transposed, its bias reshaped',
  inputs: { x: ['f32', [1, 6, 5, 3]] },
  outputs: ['out'],
  constants: {
    ...X,
    ...Y,
    ...affine('w', f32(0.01, 0.02, 0.005, 0.013), i8(0, 0, 0, 0)),
    w: random('i8', [3, 3, 3, 4]),
    b: list('i32', 1000, -2000, 3, 40),
    'b.s': f32(0.008 * 0.01, 0.008 * 0.02, 0.008 * 0.005, 0.008 * 0.013),
    'b.z': list('i32', 0, 0, 0, 0),
    column: i64(1, 4, 1, 1),
    zero: f32(0),
    six: f32(6),
  },
  nodes: between([
    node('x_t = Transpose(x_r)', { perm: [0, 3, 1, 2] }),
    dequantize('w', 'w_r', 'w', { axis: 3 }),
    node('w_t = Transpose(w_r)', { perm: [3, 2, 0, 1] }),
    dequantize('b', 'b_r', 'b', { axis: 0 }),
    node('b_c = Reshape(b_r, column)'),
    node('c = Conv(x_t, w_t)', { strides: [2, 1], auto_pad: 'SAME_UPPER' }),
    node('a = Add(c, b_c)'),
    node('r = Clip(a, zero, six)'),
    node('y = Transpose(r)', { perm: [0, 2, 3, 1] }),
  ]),
  becomes: 'Transpose Conv Transpose',
};

const gemm: QuantizedFile = {
  name: 'Gemm with asymmetric weights along the rows, bias of another scale',
  inputs: { x: ['f32', [3, 6]] },
  outputs: ['out'],
  constants: {
    ...X,
    ...Y,
    ...affine('w', 0.01, i8(-50)),
    w: random('i8', [6, 4]),
    ...affine('b', 0.002, tensorOf('i32', [], [3])),
    b: list('i32', 20, -310, 4000, 7),
  },
  nodes: between([dequantize('w', 'w_r', 'w'), dequantize('b', 'b_r', 'b'), node('y = Gemm(x_r, w_r, b_r)')]),
  becomes: 'Gather Gemm',
  remarks: [/9 bits/],
};

const moves: QuantizedFile = {
  name: 'operators that move, with scales that agree and scales that do not',
  inputs: { x: ['f32', [1, 4, 4, 6]] },
  outputs: ['out'],
  constants: {
    ...X,
    ...affine('y', 0.011, u8(99)),
    ...affine('t', 0.009, u8(110)),
    pads: i64(0, 0, 1, 0, 0, 0, 0, 2),
    half: f32(0.5),
    starts: i64(1),
    ends: i64(5),
    axes: i64(3),
    picks: i64(3, 0, 1),
    parts: i64(1, 2),
    repeats: i64(1, 1, 1, 2),
    flat: i64(1, -1),
  },
  nodes: between([
    node('t = Transpose(x_r)', { perm: [0, 2, 1, 3] }),
    quantize('t', 't_q', 't'),
    dequantize('t_q', 't_r', 't'),
    node('p = Pad(t_r, pads, half)'),
    quantize('p', 'p_q', 't'),
    dequantize('p_q', 'p_r', 't'),
    node('s = Slice(p_r, starts, ends, axes)'),
    node('g = Gather(s, picks)', { axis: 1 }),
    node('a, b = Split(g, parts)', { axis: 1 }),
    node('m = MaxPool(x_r)', { kernel_shape: [1, 2], strides: [1, 1], pads: [0, 0, 0, 1] }),
    node('m_s = Slice(m, starts, ends, axes)'),
    node('m_g = Gather(m_s, picks)', { axis: 1 }),
    node('a_t = Tile(a, repeats)'),
    node('a_s = Slice(a_t, starts, ends, axes)'),
    node('t_p = Transpose(b)', { perm: [0, 1, 2, 3] }),
    node('c = Concat(a_s, t_p, a)', { axis: 1 }),
    node('c_f = Reshape(c, flat)'),
    node('m_f = Reshape(m_g, flat)'),
    node('y = Concat(c_f, m_f)', { axis: 1 }),
  ]),
  becomes:
    'Transpose LookupTable Pad Slice Gather Split MaxPool Slice Gather Tile Slice Concat Reshape Reshape ' +
    'LookupTable LookupTable Concat',
};

const functions: QuantizedFile = {
  name: 'functions of one tensor',
  inputs: { x: ['f32', [1, 40]] },
  outputs: ['out'],
  constants: {
    ...affine('x', 0.06, i8(-7)),
    ...affine('y', 0.013, i8(-100)),
    ...affine('h', 0.05, u8(20)),
    ...affine('six', 6 / 255, u8(0)),
    six: u8(255),
    three: f32(3),
  },
  nodes: between([
    dequantize('six', 'six_r', 'six'),
    node('a = Add(x_r, three)'),
    node('r = Relu(a)'),
    node('d = Div(r, six_r)'),
    node('h = Mul(x_r, d)'),
    quantize('h', 'h_q', 'h'),
    dequantize('h_q', 'h_r', 'h'),
    node('y = Sigmoid(h_r)'),
  ]),
  becomes: 'LookupTable LookupTable',
};

const arithmetic: QuantizedFile = {
  name: 'sums and products of two tensors, one of them constant',
  inputs: { x: ['f32', [1, 3, 4, 4]], z: ['f32', [1, 3, 4, 4]] },
  outputs: ['out'],
  constants: {
    ...X,
    ...Y,
    ...affine('z', 0.007, i8(10)),
    ...affine('a', 0.0123, i8(5)),
    ...affine('k', 0.01, u8(100)),
    k: random('u8', [3, 1, 1]),
  },
  nodes: between([
    quantize('z', 'z_q', 'z'),
    dequantize('z_q', 'z_r', 'z'),
    dequantize('k', 'k_r', 'k'),
    node('a = Sub(x_r, z_r)'),
    quantize('a', 'a_q', 'a'),
    dequantize('a_q', 'a_r', 'a'),
    node('m = Mul(a_r, k_r)'),
    quantize('m', 'm_q', 'a'),
    dequantize('m_q', 'm_r', 'a'),
    node('y = Add(m_r, x_r)'),
  ]),
  becomes: 'Sub Mul Add',
};

const attention: QuantizedFile = {
  name: 'a product of two activations, Softmax and a mean',
  inputs: { x: ['f32', [2, 5, 6]] },
  outputs: ['out'],
  constants: { ...X, ...affine('y', 0.004, u8(128)), ...affine('s', 0.05, i8(0)), ...affine('p', 1 / 255, u8(0)) },
  nodes: between([
    node('x_t = Transpose(x_r)', { perm: [0, 2, 1] }),
    node('s = MatMul(x_r, x_t)'),
    quantize('s', 's_q', 's'),
    dequantize('s_q', 's_r', 's'),
    node('p = Softmax(s_r)'),
    quantize('p', 'p_q', 'p'),
    dequantize('p_q', 'p_r', 'p'),
    node('y = MatMul(p_r, x_r)'),
  ]),
  becomes: 'Transpose MatMul Softmax MatMul',
};

const integerBorders: QuantizedFile = {
  name: 'uint8 inputs and outputs; an integer value read as such',
  inputs: { x: ['u8', [1, 2, 4, 4]] },
  outputs: ['y_q', 'raw'],
  constants: { ...X, ...affine('y', 0.013, u8(60)) },
  nodes: [
    node('x_t = Transpose(x)', { perm: [0, 1, 3, 2] }),
    dequantize('x_t', 'x_r', 'x'),
    node('y = AveragePool(x_r)', { kernel_shape: [2, 2], strides: [2, 2] }),
    quantize('y', 'y_q', 'y'),
    node('raw = Cast(y_q)', { to: 6 }),
  ],
  becomes: 'Transpose AveragePool Cast',
};

const qlinear: QuantizedFile = {
  name: 'operators on integers with scales',
  inputs: { x: ['f32', [1, 4, 6, 6]] },
  outputs: ['out'],
  constants: {
    ...X,
    ...affine('w', f32(0.01, 0.02, 0.012, 0.011), i8(0, 0, 0, 0)),
    ...affine('c', 0.05, u8(128)),
    ...affine('s', 0.03, u8(120)),
    ...affine('g', 1 / 256, u8(0)),
    ...affine('l', 0.02, u8(20)),
    ...affine('m', 0.02, u8(100)),
    ...affine('v', 0.012, u8(131)),
    ...affine('y', 0.004, u8(3)),
    ...affine('f', 0.01, i8(0)),
    ...affine('n', 0.002, u8(128)),
    w: random('i8', [4, 4, 3, 3]),
    b: list('i32', 2000, -1310, 4, 77),
    flat: i64(1, -1),
    f: random('i8', [8, 5]),
    fb: list('i32', 20, -310, 400, 7, 9),
    k: random('u8', [5, 5]),
  },
  nodes: [
    quantize('x', 'x_q', 'x'),
    node('c_q = QLinearConv(x_q, x.s, x.z, w, w.s, w.z, c.s, c.z, b)', pads),
    node('s_q = ms.QLinearAdd(c_q, c.s, c.z, x_q, x.s, x.z, s.s, s.z)'),
    node('g_q = ms.QLinearSigmoid(s_q, s.s, s.z, g.s, g.z)'),
    node('l_q = ms.QLinearLeakyRelu(s_q, s.s, s.z, l.s, l.z)', { alpha: 0.125 }),
    node('m_q = ms.QLinearMul(g_q, g.s, g.z, l_q, l.s, l.z, m.s, m.z)'),
    node('p_q = ms.QLinearAveragePool(m_q, m.s, m.z, v.s, v.z)', { kernel_shape: [2, 2], strides: [2, 2] }),
    node('j_q = ms.QLinearConcat(v.s, v.z, p_q, v.s, v.z, m_p, m.s, m.z)', { axis: 1 }),
    node('m_p = MaxPool(m_q)', { kernel_shape: [2, 2], strides: [2, 2] }),
    node('v_q = ms.QLinearGlobalAveragePool(j_q, v.s, v.z, v.s, v.z)', { channels_last: 0 }),
    node('v_f = Reshape(v_q, flat)'),
    node('f_q = ms.QGemm(v_f, v.s, v.z, f, f.s, f.z, fb, c.s, c.z)', { alpha: 0.5 }),
    node('k_q = QLinearMatMul(f_q, c.s, c.z, k, n.s, n.z, s.s, s.z)'),
    node('y_q = ms.QLinearSoftmax(k_q, s.s, s.z, y.s, y.z)', { axis: -1, opset: 13 }),
    node('out = ms.DequantizeLinear(y_q, y.s, y.z)'),
  ],
  becomes:
    'Conv Add LookupTable LookupTable Mul AveragePool MaxPool LookupTable Concat GlobalAveragePool Reshape ' +
    'Gemm MatMul Softmax Identity',
};

const leftovers: QuantizedFile = {
  name: 'an operator without an integer form; values of 16 bits',
  inputs: { x: ['f32', [1, 3, 4, 4]] },
  outputs: ['out', 'other'],
  constants: {
    ...X,
    ...Y,
    ...affine('w', 0.01, i8(0)),
    ...affine('t', 0.0001, tensorOf('i16', [], [0])),
    w: random('i8', [2, 3, 1, 1]),
  },
  nodes: between([
    dequantize('w', 'w_r', 'w'),
    node('n = LogSoftmax(x_r)', { axis: -1 }),
    quantize('n', 'n_q', 'y'),
    dequantize('n_q', 'n_r', 'y'),
    node('y = Conv(n_r, w_r)'),
    node('l = Conv(x_r, w_r)'),
    quantize('l', 'l_q', 't'),
    dequantize('l_q', 'other', 't'),
  ]),
  becomes: 'LogSoftmax Conv Conv',
  remarks: [/LogSoftmax .*rounded in float/],
};

const refusals: QuantizedFile = {
  name: 'layers that cannot be integer say why',
  inputs: { x: ['f32', [1, 3, 4, 4]], scale: ['f32', []] },
  outputs: ['out', 'other', 'far'],
  constants: {
    ...X,
    ...affine('y', 0.5, u8(128)),
    ...affine('w', f32(0.01, 0.02, 0.03), i8(0, 0, 0)),
    ...affine('v', 1e-11, i8(0)),
    w: random('i8', [3, 3, 1, 1]),
    f: random('f32', [3, 3, 1, 1]),
    b: random('f32', [3]),
  },
  nodes: between([
    dequantize('w', 'w_i', 'w', { axis: 1 }),
    dequantize('w', 'w_v', 'v'),
    node('c = Conv(x_r, w_i)'),
    quantize('c', 'c_q', 'y'),
    dequantize('c_q', 'c_r', 'y'),
    node('d = Conv(c_r, f)'),
    quantize('d', 'd_q', 'y'),
    dequantize('d_q', 'd_r', 'y'),
    node('e = Conv(d_r, w_v, b)'),
    quantize('e', 'e_q', 'y'),
    dequantize('e_q', 'e_r', 'y'),
    node('y = Concat(x_r, e_r)', { axis: 1 }),
    node('far = Concat(x_r, e_r)', { axis: 0 }),
    node('e_d = DequantizeLinear(e_q, scale, y.z)'),
    node('other = Neg(e_d)'),
  ]),
  becomes: 'Conv Conv Conv LookupTable Concat Concat Neg',
  remarks: [
    /^Conv c: .*one scale per input channel/,
    /^Conv d: .*weights are not quantized/,
    /^Conv e: .*beyond int32/,
    /^Concat far: .*different scales/,
    /^DequantizeLinear e_d: .*computed/,
  ],
};

const reductions: QuantizedFile = {
  name: 'means, extremes and places of codes',
  inputs: { x: ['f32', [2, 6, 5]] },
  outputs: ['out', 'places', 'best'],
  constants: {
    ...X,
    ...Y,
    ...affine('m', 0.004, u8(128)),
    axis: list('i64', 1),
    last: list('i64', -1),
    k: list('i64', 3),
  },
  nodes: between([
    node('m = ReduceMean(x_r, axis)'),
    quantize('m', 'm_q', 'm'),
    dequantize('m_q', 'm_r', 'm'),
    node('t, places = TopK(x_r, k)', { axis: 1 }),
    node('best = ArgMax(m_r)', { axis: 2 }),
    node('s = ReduceMin(t, axis)'),
    node('g = Max(s, m_r)'),
    quantize('g', 'g_q', 'm'),
    dequantize('g_q', 'g_r', 'm'),
    node('y = ReduceSum(g_r, last)'),
  ]),
  becomes: 'ReduceMean TopK ArgMax ReduceMin LookupTable Max ReduceSum',
};

const resized: QuantizedFile = {
  name: 'images between codes',
  inputs: { x: ['f32', [1, 3, 4, 5]] },
  outputs: ['out'],
  constants: { ...X, ...Y, scales: f32(1, 1, 2, 2) },
  nodes: between([
    node('n = Resize(x_r, _, scales)', { mode: 'nearest' }),
    node('y = Resize(n, _, scales)', { mode: 'linear' }),
  ]),
  becomes: 'Resize Resize',
};

const nibbles: QuantizedFile = {
  name: 'activations and weights of 4 bits',
  inputs: { x: ['f32', [1, 2, 4, 4]] },
  outputs: ['out'],
  constants: {
    ...affine('x', 0.12, tensorOf('u4', [], [9])),
    ...affine('w', 0.2, tensorOf('i4', [], [0])),
    ...affine('c', 0.3, tensorOf('i4', [], [-3])),
    ...Y,
    w: random('i4', [3, 2, 2, 2]),
  },
  nodes: between([
    dequantize('w', 'w_r', 'w'),
    node('c = Conv(x_r, w_r)'),
    quantize('c', 'c_q', 'c'),
    dequantize('c_q', 'c_r', 'c'),
    node('y = Sigmoid(c_r)'),
  ]),
  becomes: 'LookupTable Conv LookupTable',
};

const reread: QuantizedFile = {
  name: 'integers that are dequantized with other scales than they were quantized with',
  inputs: { x: ['f32', [1, 12]] },
  outputs: ['out'],
  constants: { ...X, ...Y, ...affine('t', 0.02, u8(120)) },
  nodes: [
    quantize('x', 'x_q', 'x'),
    dequantize('x_q', 'x_r', 't'),
    node('y = Relu(x_r)'),
    quantize('y', 'y_q', 'y'),
    dequantize('y_q', 'out', 'y'),
  ],
  becomes: 'Identity LookupTable',
};

/** onnxruntime's dynamic quantizer: scales are computed, sums are int32. Nothing is imported, everything becomes C. */
export const DYNAMIC_FILES: readonly (FileSpec & { readonly name: string })[] = [
  {
    name: 'MatMulInteger behind DynamicQuantizeLinear, zero points per column',
    inputs: { x: ['f32', [2, 3, 6]] },
    outputs: ['out'],
    constants: { w: random('i8', [6, 4]), wz: i8(0, 3, -5, 0), ws: f32(0.01, 0.02, 0.01, 0.03), b: random('f32', [4]) },
    nodes: [
      node('q, s, z = DynamicQuantizeLinear(x)'),
      node('m = MatMulInteger(q, w, z, wz)'),
      node('f = Cast(m)', { to: 1 }),
      node('sw = Mul(s, ws)'),
      node('r = Mul(f, sw)'),
      node('out = Add(r, b)'),
    ],
  },
  {
    name: 'ConvInteger behind DynamicQuantizeLinear, grouped, padded, strided',
    inputs: { x: ['f32', [1, 4, 7, 6]] },
    outputs: ['out', 'c'],
    constants: { w: random('u8', [6, 2, 3, 2]), wz: u8(131), ws: f32(0.01) },
    nodes: [
      node('q, s, z = DynamicQuantizeLinear(x)'),
      node('c = ConvInteger(q, w, z, wz)', { group: 2, pads: [1, 0, 1, 1], strides: [2, 1] }),
      node('f = Cast(c)', { to: 1 }),
      node('sw = Mul(s, ws)'),
      node('out = Mul(f, sw)'),
    ],
  },
  {
    name: 'products of integers: computed zero points, none, one dimension',
    inputs: { a: ['u8', [3, 5]], b: ['u8', [5, 2]], az: ['u8', []], c: ['i8', [2]], x: ['i8', [1, 2, 9]] },
    outputs: ['m', 'n', 'v'],
    constants: { bz: u8(7), w: random('i8', [3, 2, 4]), xz: i8(-9) },
    nodes: [
      node('m = MatMulInteger(a, b, az, bz)'),
      node('t = Cast(m)', { to: 3 }),
      node('n = MatMulInteger(t, c)'),
      node('v = ConvInteger(x, w, xz)', { dilations: [2] }),
    ],
  },
];

export const QUANTIZED_FILES: readonly QuantizedFile[] = [
  asymmetricWeights,
  extremeWeights,
  brevitas,
  linear,
  tensorflow,
  gemm,
  moves,
  functions,
  arithmetic,
  attention,
  integerBorders,
  qlinear,
  leftovers,
  refusals,
  nibbles,
  reductions,
  resized,
  reread,
];

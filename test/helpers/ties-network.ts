import { tensorOf } from '../../src/ir/tensor.ts';
import { type FileSpec, f32, i8, node, random } from './onnx-file.ts';

/** Scale NAME.s and zero point NAME.z. */
const affine = (name: string, scale: number, zero: number) => ({ [`${name}.s`]: f32(scale), [`${name}.z`]: i8(zero) });
const dequantize = (x: string) => node(`${x}_r = DequantizeLinear(${x}, ${x}.s, ${x}.z)`);
const quantize = (x: string) => node(`${x} = QuantizeLinear(${x}_y, ${x}.s, ${x}.z)`);

/** A file with powers of two for scales: every layer that rounds meets ties, and no code may differ. */
export const TIES_NETWORK: FileSpec = {
  inputs: { x: ['i8', [1, 2, 6, 6]] },
  outputs: ['q', 'u'],
  constants: {
    ...affine('x', 0.0625, -3),
    ...affine('c', 0.25, 7),
    ...affine('d', 0.5, 1),
    ...affine('a', 1, 4),
    ...affine('m', 4, -9),
    ...affine('v', 4, -9),
    ...affine('g', 4, 0),
    ...affine('f', 2, 5),
    ...affine('s', 8, 3),
    ...affine('e', 2, -1),
    ...affine('q', 4, 3),
    w: random('i8', [5, 2, 3, 3], 1, { min: -4, max: 4 }),
    'w.s': tensorOf('f32', [5], [0.25, 0.125, 0.25, 0.0625, 0.5]),
    'w.z': tensorOf('i8', [5], [0, 0, 0, 0, 0]),
    b: tensorOf('i32', [5], [3, -20, 7, 100, 1]),
    'b.s': tensorOf(
      'f32',
      [5],
      [0.25, 0.125, 0.25, 0.0625, 0.5].map((scale) => scale * 0.0625),
    ),
    k: random('i8', [5, 1, 3, 3], 2, { min: -4, max: 4 }),
    ...affine('k', 0.25, 0),
    n: random('i8', [5, 6], 3, { min: -2, max: 2 }),
    ...affine('n', 0.5, 0),
    o: random('i8', [5, 6], 4, { min: -2, max: 2 }),
    ...affine('o', 0.25, 0),
  },
  nodes: [
    dequantize('x'),
    node('w_r = DequantizeLinear(w, w.s, w.z)', { axis: 0 }),
    node('b_r = DequantizeLinear(b, b.s)', { axis: 0 }),
    node('c_y = Conv(x_r, w_r, b_r)', { pads: [1, 1, 1, 1], strides: [1, 1] }),
    quantize('c'),
    dequantize('c'),
    dequantize('k'),
    node('d_y = Conv(c_r, k_r)', { group: 5, pads: [0, 0, 1, 1] }),
    quantize('d'),
    dequantize('d'),
    node('d_m = MaxPool(d_r)', { kernel_shape: [2, 2], pads: [0, 0, 1, 1] }),
    node('a_y = Add(d_r, d_m)'),
    quantize('a'),
    dequantize('a'),
    node('m_y = Mul(a_r, d_r)'),
    quantize('m'),
    dequantize('m'),
    node('v_y = AveragePool(m_r)', { kernel_shape: [2, 3], pads: [1, 1, 0, 0] }),
    quantize('v'),
    node('u = ms.QLinearAveragePool(m, m.s, m.z, v.s, v.z)', { kernel_shape: [2, 2] }),
    dequantize('v'),
    node('g_y = GlobalAveragePool(v_r)'),
    quantize('g'),
    dequantize('g'),
    node('h_r = Flatten(g_r)'),
    dequantize('n'),
    node('f_y = MatMul(h_r, n_r)'),
    quantize('f'),
    dequantize('o'),
    node('e_y = MatMul(h_r, o_r)'),
    quantize('e'),
    node('s = ms.QLinearMul(f, f.s, f.z, e, e.s, e.z, s.s, s.z)'),
    node('q = ms.QLinearAdd(s, s.s, s.z, f, f.s, f.z, q.s, q.z)'),
  ],
};

/** Softmax between codes as no operator of ours has it: another scale, another zero point. */
export const SOFTMAX_FILE: FileSpec = {
  inputs: { x: ['i8', [3, 7]] },
  outputs: ['p'],
  constants: { ...affine('x', 0.0625, -3), ...affine('p', 0.015, -100) },
  nodes: [dequantize('x'), node('p_y = Softmax(x_r)'), quantize('p')],
};

/** Sums with so small a step that a multiplier for them would be coarser than float32. */
export const SMALL_STEPS: FileSpec = {
  inputs: { x: ['i8', [1, 8, 4, 4]] },
  outputs: ['y'],
  constants: {
    ...affine('x', 0.0123, -3),
    ...affine('w', 0.0041, 0),
    ...affine('y', 0.171, 5),
    w: random('i8', [5, 8, 3, 3], 1),
  },
  nodes: [dequantize('x'), dequantize('w'), node('y_y = Conv(x_r, w_r)', { pads: [1, 1, 1, 1] }), quantize('y')],
};

/** For parts with little memory: shifts, and words whose ties go to the odd step. */
export const SMALL_TIES: FileSpec = {
  inputs: { x: ['i8', [1, 2, 4, 4]] },
  outputs: ['y'],
  constants: {
    ...affine('x', 1, -3),
    ...affine('w', 1, 0),
    ...affine('c', 2, 1),
    ...affine('y', 2, 7),
    w: tensorOf('i8', [3, 2, 1, 1], [1, -1, 2, 1, -2, -1]),
  },
  nodes: [
    node('c = QLinearConv(x, x.s, x.z, w, w.s, w.z, c.s, c.z)'),
    node('y = ms.QLinearAveragePool(c, c.s, c.z, y.s, y.z)', { kernel_shape: [2, 3] }),
  ],
};

/** Biases in float, far from whole steps of their sums: rounded to these, one code in five or so would be another. */
export const FLOAT_BIAS: FileSpec = {
  inputs: { x: ['i8', [1, 3, 5, 5]] },
  outputs: ['y'],
  constants: {
    ...affine('x', 0.37, -3),
    ...affine('w', 0.31, 0),
    ...affine('c', 0.29, 1),
    ...affine('k', 0.33, 0),
    ...affine('d', 0.27, 5),
    ...affine('n', 0.21, 0),
    ...affine('y', 0.26, 7),
    w: random('i8', [4, 3, 3, 3], 1, { min: -1, max: 1 }),
    v: random('f32', [4], 2),
    k: random('i8', [4, 1, 3, 3], 3, { min: -1, max: 1 }),
    u: random('f32', [4], 4),
    n: random('i8', [100, 6], 5, { min: -1, max: 0 }),
    t: random('f32', [6], 6),
  },
  nodes: [
    dequantize('x'),
    dequantize('w'),
    node('c_y = Conv(x_r, w_r, v)', { pads: [1, 1, 1, 1] }),
    quantize('c'),
    dequantize('c'),
    dequantize('k'),
    node('d_y = Conv(c_r, k_r, u)', { group: 4, pads: [1, 1, 1, 1] }),
    quantize('d'),
    dequantize('d'),
    node('f_r = Flatten(d_r)'),
    dequantize('n'),
    node('m = MatMul(f_r, n_r)'),
    node('y_y = Add(m, t)'),
    quantize('y'),
  ],
};

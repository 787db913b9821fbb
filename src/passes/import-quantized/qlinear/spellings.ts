import { floatAttribute, intAttribute } from '../../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../../ir/shape.ts';
import type { Node, Rounding, Shape } from '../../../ir/types.ts';
import type { Speller } from './speller.ts';

type Spelling = (say: Speller, node: Node) => void;

/** Inputs x, x_scale, x_zero_point, y_scale, y_zero_point. */
const unary =
  (op: string): Spelling =>
  (say, node) =>
    say.quantized(say.float(op, [say.real(0)], node.attributes), 3);

/** Inputs a, a_scale, a_zero_point, b, b_scale, b_zero_point, c_scale, c_zero_point. Rounded with the zero point. */
const binary =
  (op: string): Spelling =>
  (say) =>
    say.quantized(say.float(op, [say.real(0), say.real(3)], {}), 6, { rounding: 'even-codes' });

/** onnxruntime adds the zero point before it rounds, but where a window without padding is the whole image. */
function poolRounding({ attributes }: Node, spatial: Shape, results: Shape): { rounding?: Rounding } {
  const { kernel_shape, pads, auto_pad } = attributes;
  if (!Array.isArray(kernel_shape)) return {};
  const padded = Array.isArray(pads) && pads.some((pad) => pad !== 0);
  const same = typeof auto_pad === 'string' && auto_pad.startsWith('SAME') && results.some((size) => size !== 1);
  return spatial.join() === kernel_shape.join() && !padded && !same ? {} : { rounding: 'even-codes' };
}

/** onnxruntime's pools also take channels last. */
const pool =
  (op: string): Spelling =>
  (say, node) => {
    const { channels_last, ...attributes } = node.attributes;
    const rank = say.shape.length;
    const image = (shape: Shape) => (channels_last === 1 ? shape.slice(1, -1) : shape.slice(2));
    const rounding = poolRounding(node, image(say.shapeOf(0)), image(say.shape));
    if (channels_last !== 1) return say.quantized(say.float(op, [say.real(0)], attributes), 3, rounding);
    const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 1);
    const first = [0, rank - 1, ...spatial];
    const last = [0, ...spatial.map((i) => i + 1), 1];
    const x = say.float(
      'Transpose',
      [say.real(0)],
      { perm: first },
      first.map((i) => say.shapeOf(0)[i]),
    );
    const y = say.float(
      op,
      [x],
      attributes,
      first.map((i) => say.shape[i]),
    );
    say.quantized(say.float('Transpose', [y], { perm: last }), 3, rounding);
  };

/** Scale per output channel: axis 0 of the weights. */
const conv: Spelling = (say, node) => {
  const inputs = [say.real(0), say.real(3, 0), say.bias(8, [1, 4])];
  say.quantized(say.float('Conv', inputs, node.attributes), 6);
};

/** Scales per row of a and per column of b. */
const matMul: Spelling = (say) => {
  const a = say.real(0, Math.max(0, say.shapeOf(0).length - 2));
  const b = say.real(3, Math.max(0, say.shapeOf(3).length - 1));
  say.quantized(say.float('MatMul', [a, b], {}), 6);
};

/** alpha a b + c: alpha goes into the scale of b, c has the product of all; without y_scale the result is float. */
const gemm: Spelling = (say, node) => {
  const { transA, transB } = node.attributes;
  const alpha = floatAttribute(node, 'alpha', 1);
  const attributes = { ...(transA !== undefined && { transA }), ...(transB !== undefined && { transB }) };
  const b = say.real(3, intAttribute(node, 'transB', 0) === 1 ? 0 : 1, alpha);
  const inputs = [say.real(0), b, say.bias(6, [1, 4], alpha)];
  if (node.inputs[7] == null) say.result('Gemm', inputs, attributes);
  else say.quantized(say.float('Gemm', inputs, attributes), 7);
};

/** Inputs y_scale, y_zero_point, then three per tensor. */
const concat: Spelling = (say, node) => {
  const count = Math.floor((node.inputs.length - 2) / 3);
  const inputs = Array.from({ length: count }, (_, i) => say.real(2 + 3 * i));
  say.quantized(say.float('Concat', inputs, node.attributes), 0);
};

/** onnxruntime divides by a whole number of steps. */
const WHOLE_STEPS = { adjust: (scale: number) => (scale <= 1 ? 1 / Math.floor(Math.fround(1 / scale)) : scale) };

/** Before opset 13 Softmax ran over all dimensions from the axis on; attribute `opset` says which it is. */
const softmax: Spelling = (say, node) => {
  const opset = intAttribute(node, 'opset', 13);
  const axis = normalizeAxis(intAttribute(node, 'axis', opset < 13 ? 1 : -1), say.shape.length);
  const x = say.real(0);
  if (opset >= 13 || axis === say.shape.length - 1) {
    return say.quantized(say.float('Softmax', [x], { axis }), 3, WHOLE_STEPS);
  }
  const flat = [elementCount(say.shape.slice(0, axis)), elementCount(say.shape.slice(axis))];
  const rows = say.float('Reshape', [x, say.constant('rows', flat)], {}, flat);
  const y = say.float('Softmax', [rows], { axis: 1 }, flat);
  say.quantized(say.float('Reshape', [y, say.constant('shape', say.shape)], {}), 3, WHOLE_STEPS);
};

/** By 'domain:operator'. */
export const SPELLINGS: ReadonlyMap<string, Spelling> = new Map([
  [':QLinearConv', conv],
  [':QLinearMatMul', matMul],
  ['com.microsoft:QGemm', gemm],
  ['com.microsoft:QLinearAdd', binary('Add')],
  ['com.microsoft:QLinearMul', binary('Mul')],
  ['com.microsoft:QLinearConcat', concat],
  ['com.microsoft:QLinearAveragePool', pool('AveragePool')],
  ['com.microsoft:QLinearGlobalAveragePool', pool('GlobalAveragePool')],
  ['com.microsoft:QLinearSigmoid', unary('Sigmoid')],
  ['com.microsoft:QLinearLeakyRelu', unary('LeakyRelu')],
  ['com.microsoft:QLinearSoftmax', softmax],
  ['com.microsoft:QuantizeLinear', (say, node) => say.result('QuantizeLinear', node.inputs, node.attributes)],
  ['com.microsoft:DequantizeLinear', (say, node) => say.result('DequantizeLinear', node.inputs, node.attributes)],
]);

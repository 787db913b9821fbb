import { floatAttribute } from '../../ir/attributes.ts';
import { elementCount, rowMajorStrides } from '../../ir/shape.ts';
import { bitsOf, dataOf, isFloat } from '../../ir/tensor.ts';
import type { DType, Node, Shape, Tensor, TensorType } from '../../ir/types.ts';
import { elementReader } from '../../numerics/convert.ts';
import { toFloat16Bits } from '../../numerics/float16.ts';
import { must } from '../../support/errors.ts';

/** The most products that a MatMul takes here: some ten seconds. */
const MAX_PRODUCTS = 2 ** 31;

/**
 * Constants whose value must not depend on the processor: in float64, rounded once to the type; integers exactly,
 * modulo 2^bits, division towards zero. Null for other operators and types, for integers divided by 0, and for products
 * of enormous matrices: these are left to onnxruntime.
 */
export function constantArithmetic(node: Node, inputs: readonly Tensor[], type: TensorType): Tensor | null {
  if (!isOurs(node, [...inputs, type])) return null;
  if (node.op === 'BatchNormalization') return batchNorm(node, inputs, type);
  return isFloat(type.dtype)
    ? combine(node, inputs, type, REALS, realElements)
    : combine(node, inputs, type, INTEGERS, ({ data }) => Array.from(data as ArrayLike<number | bigint>, BigInt));
}

/** By operator and types alone. */
export function isOurs({ domain, op, clip, attributes, outputs }: Node, types: readonly { dtype: DType }[]): boolean {
  if (domain !== '') return false;
  if (types.every(({ dtype }) => ['f32', 'f64', 'f16'].includes(dtype))) {
    const inference = !attributes.training_mode && outputs.length === 1;
    return op === 'BatchNormalization' ? inference : op === 'MatMul' || Object.hasOwn(REALS, op);
  }
  const whole = types.every(({ dtype }) => /^[iu](8|16|32|64)$/.test(dtype));
  return whole && clip === null && (op === 'MatMul' || Object.hasOwn(INTEGERS, op));
}

/** What an operator does to its first one or two operands; null where it is not defined. */
type Arithmetic<T> = Readonly<Record<string, (a: T, b: T) => T | null>> & {
  readonly Add: (a: T, b: T) => T;
  readonly Mul: (a: T, b: T) => T;
};

const REALS: Arithmetic<number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Neg: (a) => -a,
  Sqrt: (a) => Math.sqrt(a),
  Reciprocal: (a) => 1 / a,
};

const INTEGERS: Arithmetic<bigint> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => (b === 0n ? null : a / b),
  Neg: (a) => -a,
};

type Read<T> = (tensor: Tensor) => ArrayLike<T>;

function realElements(tensor: Tensor): ArrayLike<number> {
  const { data } = tensor;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  const read = elementReader(tensor);
  return Float64Array.from({ length: data.length }, (_, i) => read(i));
}

function combine<T extends number | bigint>(
  node: Node,
  inputs: readonly Tensor[],
  type: TensorType,
  arithmetic: Arithmetic<T>,
  read: Read<T>,
): Tensor | null {
  if (node.op === 'MatMul') return product(node, inputs, type, arithmetic, read);
  const [a, b = a] = inputs;
  const [left, right] = [read(a), read(b)];
  const [indexA, indexB] = [indexIn(a.shape, type.shape), indexIn(b.shape, type.shape)];
  const values: T[] = [];
  for (let i = 0; i < elementCount(type.shape); i++) {
    const value = arithmetic[node.op](left[indexA(i)], right[indexB(i)]);
    if (value === null) return null;
    values.push(value);
  }
  return rounded(node, type, values);
}

/** [..., M, K] times [..., K, N], summed in the order of K. A vector is a row on the left and a column on the right. */
function product<T extends number | bigint>(
  node: Node,
  [a, b]: readonly Tensor[],
  type: TensorType,
  { Add: add, Mul: multiply }: Arithmetic<T>,
  read: Read<T>,
): Tensor | null {
  const shapeA = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const shapeB = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [rows, inner, columns] = [must(shapeA.at(-2), 'M'), must(shapeA.at(-1), 'K'), must(shapeB.at(-1), 'N')];
  const count = elementCount(type.shape);
  if (inner === 0 || count * inner > MAX_PRODUCTS) return null;
  const matrixAxes = Number(a.shape.length > 1) + Number(b.shape.length > 1);
  const batch = type.shape.slice(0, type.shape.length - matrixAxes);
  const [indexA, indexB] = [indexIn(shapeA.slice(0, -2), batch), indexIn(shapeB.slice(0, -2), batch)];
  const [left, right] = [read(a), read(b)];
  const values: T[] = [];
  for (let i = 0; i < count; i++) {
    const matrix = Math.floor(i / (rows * columns));
    const row = (indexA(matrix) * rows + (Math.floor(i / columns) % rows)) * inner;
    const column = indexB(matrix) * inner * columns + (i % columns);
    let sum = multiply(left[row], right[column]);
    for (let k = 1; k < inner; k++) sum = add(sum, multiply(left[row + k], right[column + k * columns]));
    values.push(sum);
  }
  return rounded(node, type, values);
}

/** scale[c] (x - mean[c]) / sqrt(variance[c] + epsilon) + bias[c], c along axis 1. */
function batchNorm(node: Node, inputs: readonly Tensor[], type: TensorType): Tensor {
  const [x, scale, bias, mean, variance] = inputs.map(realElements);
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const channels = type.shape[1] ?? 1;
  const inner = elementCount(type.shape.slice(2));
  const values = Array.from({ length: elementCount(type.shape) }, (_, i) => {
    const c = Math.floor(i / inner) % channels;
    return (scale[c] * (x[i] - mean[c])) / Math.sqrt(variance[c] + epsilon) + bias[c];
  });
  return rounded(node, type, values);
}

/** The element of a broadcast operand that stands at element i of the result. */
function indexIn(from: Shape, to: Shape): (i: number) => number {
  const [own, steps] = [rowMajorStrides(from), rowMajorStrides(to)];
  const terms = from.flatMap((size, d) =>
    size === 1 ? [] : [{ size, stride: own[d], step: steps[d + to.length - from.length] }],
  );
  return (i) => {
    let index = 0;
    for (const { size, stride, step } of terms) index += (Math.floor(i / step) % size) * stride;
    return index;
  };
}

function rounded({ clip }: Node, { dtype, shape }: TensorType, values: readonly (number | bigint)[]): Tensor {
  const [min, max] = clip ?? [-Infinity, Infinity];
  const bits = bitsOf(dtype);
  const wrap = dtype.startsWith('u') ? BigInt.asUintN : BigInt.asIntN;
  const round = (value: number | bigint) => {
    if (typeof value === 'bigint') return wrap(bits, value);
    const clamped = Math.min(Math.max(value, min), max);
    return dtype === 'f16' ? toFloat16Bits(clamped) : clamped;
  };
  return { dtype, shape, data: dataOf(dtype, values.map(round)) };
}

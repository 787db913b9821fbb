import { editGraph, type GraphDraft } from '../ir/graph.ts';
import { broadcastShape, elementCount, sameShape } from '../ir/shape.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { Attribute, DType, Graph, Node, Shape, TensorType, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';

type Attributes = Readonly<Record<string, Attribute>>;

/**
 * Adds ONNX nodes to a graph, each with its type stated; values are named after `scope`. Axes count from 0. What changes
 * nothing (a reshape to the same shape, a sum over no axes) adds no node.
 */
export interface Builder {
  readonly draft: GraphDraft;
  /** Prefix of the names of new values. */
  scope: string;
  shape(value: ValueName): Shape;
  /** Any operator with one output; `dtype` f32 unless given. */
  op(
    op: string,
    inputs: readonly (ValueName | null)[],
    shape: Shape,
    attributes?: Attributes,
    dtype?: DType,
  ): ValueName;
  /** The outputs of a node that is there already; those it has left out so far are added with these types. */
  outputsOf(node: Pick<Node, 'name' | 'outputs'>, types: readonly TensorType[]): ValueName[];
  /** Equal parts along an axis. */
  split(x: ValueName, axis: number, count: number): ValueName[];
  scalar(value: number): ValueName;
  ints(values: readonly number[]): ValueName;
  constant(hint: string, shape: Shape, values: ArrayLike<number>): ValueName;
  zeros(shape: Shape): ValueName;
  unary(op: string, x: ValueName, attributes?: Attributes): ValueName;
  add(a: ValueName, b: ValueName): ValueName;
  sub(a: ValueName, b: ValueName): ValueName;
  mul(a: ValueName, b: ValueName): ValueName;
  div(a: ValueName, b: ValueName): ValueName;
  neg(x: ValueName): ValueName;
  /** x * factor. */
  scale(x: ValueName, factor: number): ValueName;
  compare(op: 'Greater' | 'Less' | 'Equal' | 'GreaterOrEqual' | 'LessOrEqual', a: ValueName, b: ValueName): ValueName;
  and(a: ValueName, b: ValueName): ValueName;
  where(condition: ValueName, a: ValueName, b: ValueName): ValueName;
  cast(x: ValueName, dtype: DType): ValueName;
  /** Batched product of the last two dimensions, each operand transposed or not. */
  matmul(a: ValueName, b: ValueName, how?: { transA?: boolean; transB?: boolean }): ValueName;
  /** Over these axes, which stay as 1 when `keep`. */
  reduce(op: string, x: ValueName, axes: readonly number[], keep?: boolean): ValueName;
  reshape(x: ValueName, shape: Shape): ValueName;
  transpose(x: ValueName, perm: readonly number[]): ValueName;
  expand(x: ValueName, shape: Shape): ValueName;
  /** Elements start, start + step, ... before `end` along one axis. */
  slice(x: ValueName, axis: number, start: number, end: number, step?: number): ValueName;
  reverse(x: ValueName, axis: number): ValueName;
  /** Zeros before and after; negative counts crop. All begins, then all ends. */
  pad(x: ValueName, pads: readonly number[]): ValueName;
  concat(values: readonly ValueName[], axis: number): ValueName;
  /** Undoes a broadcast: sums over the axes along which `shape` was repeated. */
  sumTo(x: ValueName, shape: Shape): ValueName;
}

/** A builder over a new draft; `build.draft.finish()` gives the graph. */
export function buildOn(graph: Graph): Builder {
  const draft = editGraph(graph);
  const cache = new Map<string, ValueName>();
  const cached = (key: string, make: () => ValueName) => {
    const value = cache.get(key) ?? make();
    cache.set(key, value);
    return value;
  };

  const build: Builder = {
    draft,
    scope: 'build',
    shape: (value) => draft.type(value).shape,
    op(op, inputs, shape, attributes = {}, dtype = 'f32') {
      const domain = op.startsWith('Fused') ? 'com.microsoft' : '';
      return draft.node({ op, domain, inputs, attributes }, { dtype, shape, quant: null }, `${build.scope}/${op}`);
    },
    outputsOf(node, types) {
      const name = must(node.outputs[0], 'first output');
      const outputs = types.map((type, i) => node.outputs[i] ?? draft.output(`${name}.${i}`, type));
      draft.update(node, { outputs });
      return outputs;
    },
    split(x, axis, count) {
      if (count === 1) return [x];
      const shape = build.shape(x).with(axis, build.shape(x)[axis] / count);
      const first = build.op('Split', [x], shape, { axis, num_outputs: count });
      const types = Array.from({ length: count }, () => draft.type(first));
      return build.outputsOf({ name: first, outputs: [first] }, types);
    },
    scalar: (value) => cached(`number ${value}`, () => draft.constant(`number/${value}`, tensorOf('f32', [], [value]))),
    ints: (values) =>
      cached(`list ${values}`, () =>
        draft.constant(`list/${values.join('_')}`, tensorOf('i64', [values.length], values)),
      ),
    constant: (hint, shape, values) => draft.constant(`${build.scope}/${hint}`, tensorOf('f32', shape, values)),
    zeros: (shape) => build.op('ConstantOfShape', [build.ints(shape)], shape),
    unary: (op, x, attributes) => build.op(op, [x], build.shape(x), attributes),
    add: (a, b) => binary('Add', a, b),
    sub: (a, b) => binary('Sub', a, b),
    mul: (a, b) => binary('Mul', a, b),
    div: (a, b) => binary('Div', a, b),
    neg: (x) => build.unary('Neg', x),
    scale: (x, factor) => (factor === 1 ? x : build.mul(x, build.scalar(factor))),
    compare: (op, a, b) => binary(op, a, b, 'bool'),
    and: (a, b) => binary('And', a, b, 'bool'),
    where(condition, a, b) {
      const shape = broadcastShape(broadcastShape(build.shape(condition), build.shape(a)), build.shape(b));
      return build.op('Where', [condition, a, b], shape, {}, draft.type(a).dtype);
    },
    cast: (x, dtype) =>
      draft.type(x).dtype === dtype ? x : build.op('Cast', [x], build.shape(x), { to: ONNX_TYPES[dtype]! }, dtype),
    matmul(a, b, { transA = false, transB = false } = {}) {
      const [left, right] = [build.shape(a), build.shape(b)];
      const rows = left[left.length - (transA ? 1 : 2)];
      const columns = right[right.length - (transB ? 2 : 1)];
      const shape = [...broadcastShape(left.slice(0, -2), right.slice(0, -2)), rows, columns];
      if (!transA && !transB) return build.op('MatMul', [a, b], shape);
      const flags = { transA: Number(transA), transB: Number(transB) };
      return build.op(left.length === 2 && right.length === 2 ? 'Gemm' : 'FusedMatMul', [a, b], shape, flags);
    },
    reduce(op, x, axes, keep = true) {
      if (axes.length === 0) return x;
      const shape = build.shape(x).map((size, i) => (axes.includes(i) ? 1 : size));
      const kept = keep ? shape : shape.filter((_, i) => !axes.includes(i));
      return build.op(op, [x, build.ints(axes)], kept, { keepdims: Number(keep) });
    },
    reshape(x, shape) {
      if (sameShape(build.shape(x), shape)) return x;
      return build.op('Reshape', [x, build.ints(shape)], shape, {}, draft.type(x).dtype);
    },
    transpose(x, perm) {
      if (perm.every((axis, i) => axis === i)) return x;
      const shape = build.shape(x);
      return build.op(
        'Transpose',
        [x],
        perm.map((axis) => shape[axis]),
        { perm },
      );
    },
    expand: (x, shape) => (sameShape(build.shape(x), shape) ? x : build.op('Expand', [x, build.ints(shape)], shape)),
    slice(x, axis, start, end, step = 1) {
      const shape = build.shape(x);
      if (start === 0 && end === shape[axis] && step === 1) return x;
      const sizes = shape.with(axis, Math.ceil((end - start) / step));
      return build.op(
        'Slice',
        [x, ...[start, end, axis, step].map((n) => build.ints([n]))],
        sizes,
        {},
        draft.type(x).dtype,
      );
    },
    reverse(x, axis) {
      const ends = [-1, -(2 ** 31), axis, -1].map((n) => build.ints([n]));
      return build.op('Slice', [x, ...ends], build.shape(x));
    },
    pad(x, pads) {
      if (pads.every((count) => count === 0)) return x;
      const shape = build.shape(x);
      const sizes = shape.map((size, i) => size + pads[i] + pads[i + shape.length]);
      return build.op('Pad', [x, build.ints(pads)], sizes);
    },
    concat(values, axis) {
      if (values.length === 1) return values[0];
      const total = values.reduce((sum, value) => sum + build.shape(value)[axis], 0);
      return build.op('Concat', values, build.shape(values[0]).with(axis, total), { axis });
    },
    sumTo(x, shape) {
      const from = build.shape(x);
      const extra = from.length - shape.length;
      const axes = from.flatMap((size, i) => (i < extra || (shape[i - extra] === 1 && size !== 1) ? [i] : []));
      return build.reshape(build.reduce('ReduceSum', x, axes), shape);
    },
  };
  return build;

  function binary(op: string, a: ValueName, b: ValueName, dtype: DType = 'f32'): ValueName {
    return build.op(op, [a, b], broadcastShape(build.shape(a), build.shape(b)), {}, dtype);
  }
}

/** TensorProto.DataType of the types that are cast to here. */
const ONNX_TYPES: Readonly<Partial<Record<DType, number>>> = { f32: 1, i32: 6, i64: 7, bool: 9 };

/** Elements of a tensor of this shape along the axes. */
export function countAlong(shape: Shape, axes: readonly number[]): number {
  return elementCount(axes.map((axis) => shape[axis]));
}

import { intAttribute, intsAttribute } from '../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../ir/shape.ts';
import { numbersOf, tensorOf } from '../ir/tensor.ts';
import type { Node, Shape, Tensor } from '../ir/types.ts';

/**
 * The dimension of a value that grows with the batch; null: none does. A batch of n makes it n times as long, one sample
 * after the other.
 */
export type BatchAxis = number | null;

/** The node would mix samples, or the batch cannot be followed through it. */
export class Mixed extends Error {}

/** A node of the graph for one sample. */
export interface BatchNode {
  readonly node: Node;
  readonly batch: number;
  axis(input: number): BatchAxis;
  shape(input: number): Shape;
  outputShape(output: number): Shape;
  constant(input: number): Tensor | null;
  /** Gives the node another constant. */
  replace(input: number, tensor: Tensor): void;
  /** Gives the node the same input with the batch in another dimension, which must be 1. */
  move(input: number, axis: number): void;
  /** Makes the node a Reshape. */
  reshape(shape: Shape): void;
}

type Rule = (node: BatchNode) => BatchAxis | readonly BatchAxis[];

/** Aligned at the end, as broadcasting is. What has no batch must be one for all samples. */
const elementwise: Rule = (n) => {
  const rank = n.outputShape(0).length;
  const axes = indices(n).flatMap((i) => (n.axis(i) === null ? [] : [n.axis(i)! + rank - n.shape(i).length]));
  const [axis] = axes;
  if (axes.some((other) => other !== axis)) throw new Mixed('its inputs have the batch in different dimensions');
  for (const i of indices(n)) {
    const own = axis - (rank - n.shape(i).length);
    if (n.axis(i) === null && own >= 0 && n.shape(i)[own] !== 1) throw new Mixed('a constant spans the batch');
  }
  return axis;
};

/** Works within dimension 0; other inputs are parameters. */
const perSample: Rule = (n) => {
  if (n.axis(0) !== 0 || indices(n).some((i) => i > 0 && n.axis(i) !== null))
    throw new Mixed('its parameters are computed from the input');
  return 0;
};

/** The batch stays where it is; the operator works along other dimensions. */
const along =
  (dimensions: (n: BatchNode) => readonly number[]): Rule =>
  (n) => {
    const axis = indices(n)
      .map((i) => n.axis(i))
      .find((other) => other !== null)!;
    const rank = n.shape(0).length;
    if (dimensions(n).some((d) => normalizeAxis(d, rank) === axis)) throw new Mixed('it works along the batch');
    return axis;
  };

const axisAttribute = (otherwise: number) => along(({ node }) => [intAttribute(node, 'axis', otherwise)]);

/** The dimension of the output that begins at the same element as the batch. */
const view: Rule = (n) => {
  const before = elementCount(n.shape(0).slice(0, n.axis(0)!));
  const output = n.outputShape(0);
  const axis = output.findIndex((_, i) => elementCount(output.slice(0, i)) === before);
  if (axis < 0) throw new Mixed('it cuts through the batch');
  n.reshape(output.with(axis, output[axis] * n.batch));
  return axis;
};

const matmul: Rule = (n) => {
  const rank = n.outputShape(0).length;
  const [a, b] = [n.axis(0), n.axis(1)];
  if (a !== null && a === n.shape(0).length - 1) throw new Mixed('it sums over the batch');
  if (b !== null && b >= n.shape(1).length - 2 && n.shape(1).length <= 2)
    throw new Mixed('its second factor is a batch');
  if (b !== null && b >= n.shape(1).length - 2)
    throw new Mixed('its second factor has the batch in its rows or columns');
  const aligned = [a === null ? null : a + rank - n.shape(0).length, b === null ? null : b + rank - n.shape(1).length];
  const axes = aligned.filter((axis) => axis !== null);
  if (axes.some((axis) => axis !== axes[0])) throw new Mixed('its factors have the batch in different dimensions');
  const other = a === null ? 0 : 1;
  const own = axes[0] - (rank - n.shape(other).length);
  const inBatch = axes[0] < rank - 2;
  if (axes.length === 1 && inBatch && own >= 0 && n.shape(other)[own] !== 1)
    throw new Mixed('a constant spans the batch');
  return axes[0];
};

/**
 * Steps first, batch second; states [directions, batch, hidden]. What was a Transpose of [1, steps, inputs] is a Reshape
 * for one sample, and leaves the batch before the steps.
 */
const recurrent: Rule = (n) => {
  if (intAttribute(n.node, 'layout', 0) === 1) throw new Mixed('its batch is not the second dimension');
  if (n.axis(0) === 0 && n.shape(0)[1] === 1) n.move(0, 1);
  else if (n.axis(0) !== 1) throw new Mixed('its batch is not the second dimension');
  for (const i of [4, 5, 6]) {
    const tensor = n.node.inputs[i] == null ? null : n.constant(i);
    const axis = i === 4 ? 0 : 1;
    if (tensor) n.replace(i, repeated(tensor, axis, n.batch));
    else if (n.node.inputs[i] != null && n.axis(i) !== axis) throw new Mixed('its first state has no batch');
  }
  return [2, 1, 1];
};

const numbersAt = (n: BatchNode, index: number) => {
  const tensor = n.constant(index);
  return tensor && numbersOf(tensor);
};

const REDUCTIONS =
  'ReduceMean ReduceSum ReduceSumSquare ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp';

/** By operator. */
export const BATCH_AXES: Readonly<Record<string, Rule>> = {
  ...named('Add Sub Mul Div Sum Pow Min Max Mean PRelu Where Equal Greater Less And Or', elementwise),
  ...named('Neg Abs Exp Log Sqrt Reciprocal Sign Relu Clip LeakyRelu Elu Softplus Sigmoid Tanh Erf', elementwise),
  ...named('HardSigmoid HardSwish Gelu Selu Celu Mish Swish Identity Cast Dropout Round Floor Ceil Not', elementwise),
  ...named('Conv ConvTranspose MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization', perSample),
  ...named('InstanceNormalization GroupNormalization LRN DepthToSpace SpaceToDepth', perSample),
  ...named('Softmax LogSoftmax', axisAttribute(-1)),
  Split: axisAttribute(0),
  TopK: (n) => {
    const axis = axisAttribute(-1)(n) as number;
    return [axis, axis];
  },
  Gather: (n) => {
    const axis = normalizeAxis(intAttribute(n.node, 'axis', 0), n.shape(0).length);
    const [data, indices] = [n.axis(0), n.axis(1)];
    if (data === axis || (data !== null && indices !== null)) throw new Mixed('it gathers along the batch');
    if (data === null) return axis + indices!;
    return data < axis ? data : data + n.shape(1).length - 1;
  },
  Concat: (n) => {
    if (indices(n).some((i) => n.axis(i) !== n.axis(0))) throw new Mixed('only some of its inputs have a batch');
    return axisAttribute(0)(n);
  },
  ...named(
    'LayerNormalization RMSNormalization',
    along((n) => {
      const axis = normalizeAxis(intAttribute(n.node, 'axis', -1), n.shape(0).length);
      return [...n.shape(0).keys()].slice(axis);
    }),
  ),
  Attention: (n) => {
    if ([0, 1, 2].some((i) => n.axis(i) !== 0)) throw new Mixed('only some of its inputs have a batch');
    return 0;
  },
  Resize: (n) => {
    if (!numbersAt(n, 2)?.length) throw new Mixed('its sizes hold the batch');
    return perSample(n);
  },
  Slice: (n) => {
    const axes = numbersAt(n, 3) ?? (numbersAt(n, 1) ?? [0]).map((_, i) => i);
    // Steps of a sequence [steps, 1, ...]: see `recurrent`.
    if (n.axis(0) === 0 && axes.includes(0) && n.shape(0)[1] === 1) {
      n.move(0, 1);
      return 1;
    }
    return along(() => axes)(n);
  },
  Pad: along((n) => {
    const rank = n.shape(0).length;
    const axes = numbersAt(n, 3) ?? [...n.shape(0).keys()];
    const pads = numbersAt(n, 1) ?? axes.map(() => 1);
    return axes
      .filter((_, i) => pads[i] !== 0 || (pads[i + axes.length] ?? 0) !== 0)
      .map((axis) => normalizeAxis(axis, rank));
  }),
  ...named(REDUCTIONS, (n) => {
    const rank = n.shape(0).length;
    const axes = (numbersAt(n, 1) ?? [...n.shape(0).keys()]).map((axis) => normalizeAxis(axis, rank));
    const axis = along(() => axes)(n) as number;
    return intAttribute(n.node, 'keepdims', 1) === 1 ? axis : axis - axes.filter((other) => other < axis).length;
  }),
  ...named('Reshape Flatten Squeeze Unsqueeze', view),
  Transpose: (n) => {
    const rank = n.shape(0).length;
    return intsAttribute(
      n.node,
      'perm',
      Array.from({ length: rank }, (_, i) => rank - 1 - i),
    ).indexOf(n.axis(0)!);
  },
  Expand: (n) => {
    const target = numbersAt(n, 1);
    const axis = n.axis(0)! + n.outputShape(0).length - n.shape(0).length;
    if (!target || n.outputShape(0)[axis] !== n.shape(0)[n.axis(0)!]) throw new Mixed('it repeats the batch');
    n.replace(
      1,
      tensorOf('i64', [n.outputShape(0).length], n.outputShape(0).with(axis, n.outputShape(0)[axis] * n.batch)),
    );
    return axis;
  },
  Gemm: (n) => {
    const row = intAttribute(n.node, 'transA', 0) === 0 ? 0 : 1;
    if (n.axis(0) !== row || n.axis(1) !== null) throw new Mixed('the batch is not in its rows');
    const c = n.node.inputs[2] == null ? [] : n.shape(2);
    if (c.length === 2 && c[0] !== 1 && n.axis(2) === null) throw new Mixed('a constant spans the batch');
    return 0;
  },
  MatMul: matmul,
  ...named('RNN GRU LSTM', recurrent),
};

function indices({ node }: BatchNode): number[] {
  return node.inputs.flatMap((input, i) => (input === null ? [] : [i]));
}

function named(list: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(list.split(' ').map((name) => [name, rule]));
}

/** The tensor, one sample long on `axis`, once for every sample. */
function repeated(tensor: Tensor, axis: number, count: number): Tensor {
  const inner = elementCount(tensor.shape.slice(axis));
  const values = numbersOf(tensor);
  const rows = Array.from({ length: values.length / inner }, (_, i) => values.slice(i * inner, (i + 1) * inner));
  const all = rows.flatMap((row) => Array.from({ length: count }, () => row).flat());
  return tensorOf(tensor.dtype, tensor.shape.with(axis, tensor.shape[axis] * count), all);
}

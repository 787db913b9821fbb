import { intAttribute, intsAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { dataOf } from '../../ir/tensor.ts';
import type { Node, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { argExtreme, greatest, least, mean, reduction, softmax } from './follow-reductions.ts';
import { axisAttribute, type Extents, type Follow, masked, refuse, type SizedGraph, shapeOf } from './sized-graph.ts';

/** The rule of an operator; null: none that is known to keep what lies behind the count out of the rest. */
export function followRule({ op, domain }: Node): Follow | null {
  if (domain !== '') return null;
  return RULES[op] ?? (findOp('', op)?.elementwise || ELEMENTWISE.has(op) ? elementwise : null);
}

const ELEMENTWISE: ReadonlySet<string> = new Set([
  ...['Cast', 'CastLike', 'BitCast', 'Identity', 'Dropout', 'Where', 'QuantizeLinear', 'DequantizeLinear'],
]);

/** Broadcast from the right; two dimensions of one axis have to be as long by one count. */
function elementwise(node: Node, sized: SizedGraph): void {
  for (const output of node.outputs) {
    const rank = shapeOf(sized, output).length;
    const extents = new Map<number, ValueName>();
    for (const input of node.inputs) {
      const missing = rank - shapeOf(sized, input).length;
      for (const [axis, count] of sized.extents(input)) {
        const other = extents.get(axis + missing);
        if (other !== undefined && other !== count) refuse(node, 'it joins results of two different numbers');
        extents.set(axis + missing, count);
      }
    }
    sized.setExtents(output, extents);
  }
}

/** The same place among the elements in front of it, as in a view. */
function view(node: Node, sized: SizedGraph): void {
  const [x] = node.inputs;
  const [from, to] = [shapeOf(sized, x), shapeOf(sized, node.outputs[0])];
  const extents = new Map<number, ValueName>();
  for (const [axis, count] of sized.extents(x)) {
    const before = elementCount(from.slice(0, axis));
    const places = to.flatMap((n, d) => (n === from[axis] && elementCount(to.slice(0, d)) === before ? [d] : []));
    const place = places.includes(axis) ? axis : places.at(-1);
    if (place === undefined) refuse(node, 'it splits or joins the dimension that depends on the data');
    extents.set(place!, count);
  }
  sized.setExtents(node.outputs[0], extents);
}

function transpose(node: Node, sized: SizedGraph): void {
  const [x] = node.inputs;
  const reversed = shapeOf(sized, x)
    .map((_, d) => d)
    .reverse();
  const perm = intsAttribute(node, 'perm', reversed);
  const extents = [...sized.extents(x)].map(([axis, count]) => [perm.indexOf(axis), count] as const);
  sized.setExtents(node.outputs[0], new Map(extents));
}

/** Every result has the dimensions of input 0; those that `across` names must not be among them. */
function keeping(across: (node: Node, sized: SizedGraph, axis: number) => boolean): Follow {
  return (node, sized) => {
    const extents = sized.extents(node.inputs[0]);
    for (const axis of extents.keys()) if (across(node, sized, axis)) refuse(node, `it works along axis ${axis}`);
    for (const input of node.inputs.slice(1))
      if (sized.extents(input).size > 0) refuse(node, 'its parameters are as long as the data make them');
    for (const output of node.outputs) sized.setExtents(output, extents);
  };
}

/** y[.., index.., ..] = x[.., indices[index..], ..] */
function gather(node: Node, sized: SizedGraph): void {
  const [x, indices] = node.inputs;
  const axis = axisAttribute(node, sized, 0);
  const rank = shapeOf(sized, indices).length;
  if (sized.extents(x).has(axis) && sized.elements(indices)?.some((i) => typeof i === 'number' && i < 0)) {
    refuse(node, 'an index counts from the end of what the data make as long as it is');
  }
  const ofX = [...sized.extents(x)].filter(([d]) => d !== axis);
  sized.setExtents(
    node.outputs[0],
    new Map([
      ...ofX.map(([d, count]) => [d < axis ? d : d + rank - 1, count] as const),
      ...[...sized.extents(indices)].map(([d, count]) => [axis + d, count] as const),
    ]),
  );
}

function gatherNd(node: Node, sized: SizedGraph): void {
  const [x, indices] = node.inputs;
  const picks = shapeOf(sized, indices);
  const depth = intAttribute(node, 'batch_dims', 0) + picks.at(-1)!;
  const ofX = [...sized.extents(x)].filter(([d]) => d >= depth);
  sized.setExtents(
    node.outputs[0],
    new Map([...sized.extents(indices), ...ofX.map(([d, count]) => [d - depth + picks.length - 1, count] as const)]),
  );
}

/** The result lies as the indices do. */
function likeIndices(node: Node, sized: SizedGraph): void {
  sized.setExtents(node.outputs[0], sized.extents(node.inputs[1]));
}

/** Rows of the one and columns of the other; along the sum both are masked by zeros. */
function product(node: Node, sized: SizedGraph): void {
  const turned = [intAttribute(node, 'transA', 0) === 1, intAttribute(node, 'transB', 0) === 1];
  const rank = shapeOf(sized, node.outputs[0]).length;
  const extents = new Map<number, ValueName>();
  const inputs = node.inputs.map((input, i) => {
    if (input === null || i > 1) return input;
    const own = shapeOf(sized, input).length;
    const along = own === 1 ? 0 : turned[i] === (i === 0) ? own - 2 : own - 1;
    let value = input;
    for (const [axis, count] of sized.extents(input)) {
      if (axis === along) value = masked(sized, value, axis, count, 0);
      else if (axis < own - 2) extents.set(axis + rank - own, count);
      else extents.set(i === 0 ? rank - 2 : rank - 1, count);
    }
    return value;
  });
  if (node.inputs[2] != null && sized.extents(node.inputs[2]).size > 0)
    refuse(node, 'its bias is as long as the data make it');
  sized.draft.update(node, { inputs });
  sized.setExtents(node.outputs[0], extents);
}

/** Only the batch may be as long as the data make it. */
const batchOnly: Follow = (node, sized) => {
  for (const input of node.inputs.slice(1)) {
    if (sized.extents(input).size > 0) refuse(node, 'its parameters are as long as the data make them');
  }
  keeping((_, __, axis) => axis !== 0)(node, sized);
};

const roiAlign: Follow = (node, sized) => {
  const [x, rois, batches] = node.inputs;
  if (sized.extents(x).size > 0) refuse(node, 'its image is as long as the data make it');
  const extents = new Map([...sized.extents(rois), ...sized.extents(batches)]);
  sized.setExtents(node.outputs[0], extents);
};

/** Dimensions of a result that are counts in the shape that it is given. */
function countsIn(node: Node, sized: SizedGraph, shape: ValueName | null | undefined, rank: number): Extents {
  const elements = sized.elements(shape);
  if (sized.isData(shape) && !elements) refuse(node, 'its shape is computed from the data');
  const counts = (elements ?? []).flatMap((element, i) => {
    if (typeof element === 'number') return [];
    if (element.sign !== 1 || element.add !== 0) refuse(node, 'its shape is computed from a number of results');
    return [[i + rank - elements!.length, element.count] as const];
  });
  return new Map(counts);
}

const expand: Follow = (node, sized) => {
  const [x, shape] = node.inputs;
  const [from, to] = [shapeOf(sized, x), shapeOf(sized, node.outputs[0])];
  const extents = new Map<number, ValueName>();
  for (const [axis, count] of sized.extents(x)) extents.set(axis + to.length - from.length, count);
  for (const [axis, count] of countsIn(node, sized, shape, to.length)) extents.set(axis, count);
  sized.setExtents(node.outputs[0], extents);
};

/** All of the capacity is filled. */
function constantOfShape(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [y] = node.outputs as ValueName[];
  const type = draft.type(y!);
  const { value } = node.attributes;
  const fill = typeof value === 'object' && 'data' in value ? value.data[0]! : 0;
  sized.setExtents(y, countsIn(node, sized, node.inputs[0], type.shape.length));
  draft.makeConstant(y!, { ...type, data: dataOf(type.dtype, new Array(elementCount(type.shape)).fill(fill)) });
}

const tile: Follow = (node, sized) => {
  const repeats = sized.elements(node.inputs[1]);
  for (const axis of sized.extents(node.inputs[0]).keys()) {
    if (repeats?.[axis] !== 1) refuse(node, `it repeats axis ${axis}, which is as long as the data make it`);
  }
  sized.setExtents(node.outputs[0], sized.extents(node.inputs[0]));
};

const oneHot: Follow = (node, sized) => {
  const rank = shapeOf(sized, node.outputs[0]).length;
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), rank);
  const extents = [...sized.extents(node.inputs[0])].map(([d, count]) => [d < axis ? d : d + 1, count] as const);
  sized.setExtents(node.outputs[0], new Map(extents));
};

const fromAxis = (otherwise: number) => keeping((node, sized, axis) => axis >= axisAttribute(node, sized, otherwise));
const alongAxis = (otherwise: number) => keeping((node, sized, axis) => axis === axisAttribute(node, sized, otherwise));
const zero = () => 0;

const RULES: Readonly<Record<string, Follow>> = {
  Reshape: view,
  Flatten: view,
  Squeeze: view,
  Unsqueeze: view,
  Transpose: transpose,
  Softmax: softmax,
  LogSoftmax: softmax,
  LayerNormalization: fromAxis(-1),
  RMSNormalization: fromAxis(-1),
  Hardmax: alongAxis(-1),
  LpNormalization: alongAxis(-1),
  Split: alongAxis(0),
  CumSum: keeping((node) => intAttribute(node, 'reverse', 0) === 1),
  ReduceSum: reduction(zero),
  ReduceL1: reduction(zero),
  ReduceL2: reduction(zero),
  ReduceSumSquare: reduction(zero),
  ReduceProd: reduction(() => 1),
  ReduceMean: mean,
  ReduceMax: reduction(least),
  ReduceMin: reduction(greatest),
  ReduceLogSumExp: reduction(() => -Infinity),
  ArgMax: argExtreme(least),
  ArgMin: argExtreme(greatest),
  Gather: gather,
  GatherND: gatherNd,
  GatherElements: likeIndices,
  MatMul: product,
  Gemm: product,
  Expand: expand,
  ConstantOfShape: constantOfShape,
  Tile: tile,
  OneHot: oneHot,
  Conv: batchOnly,
  MaxPool: batchOnly,
  AveragePool: batchOnly,
  GlobalAveragePool: batchOnly,
  GlobalMaxPool: batchOnly,
  BatchNormalization: batchOnly,
  RoiAlign: roiAlign,
};

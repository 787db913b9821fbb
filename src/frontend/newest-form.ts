import { intAttribute } from '../ir/attributes.ts';
import { editGraph, type GraphDraft, typeOf } from '../ir/graph.ts';
import { elementCount, normalizeAxis } from '../ir/shape.ts';
import { dataOf } from '../ir/tensor.ts';
import type { Graph, Node, Shape, TensorType, ValueName } from '../ir/types.ts';

/**
 * What an operator's own upgrade() cannot bring to the newest form, as types or nodes behind it are needed: everybody after the
 * import knows one form of each, and onnxruntime runs it.
 */
export function newestForm(graph: Graph): Graph {
  const old = graph.nodes.filter(({ op, domain }) => domain === '' && op in FORMS);
  if (old.length === 0) return graph;
  const draft = editGraph(graph);
  for (const node of old) FORMS[node.op](draft, node);
  return draft.finish();
}

const FORMS: Readonly<Record<string, (draft: GraphDraft, node: Node) => void>> = {
  Softmax: flatRows,
  LogSoftmax: flatRows,
  Hardmax: flatRows,
  GroupNormalization: perChannel,
  GRU: timeFirst,
  LSTM: timeFirst,
  RNN: timeFirst,
};

/**
 * Before opset 13 a row was everything from the axis on (see ops/reduce/softmax.ts). Where only one of these dimensions is longer
 * than 1, that is the axis of today, else the rows of a matrix.
 */
function flatRows(draft: GraphDraft, node: Node): void {
  if (node.attributes.rows_from_axis !== 1) return;
  const type = typeOf(draft.graph, node.inputs[0]);
  const { shape } = type;
  const from = normalizeAxis(intAttribute(node, 'axis', 1), shape.length);
  const long = shape.map((_, d) => d).filter((d) => d >= from && shape[d] !== 1);
  if (long.length <= 1) {
    draft.update(node, { attributes: { axis: long[0] ?? Math.min(from, shape.length - 1) } });
    return;
  }
  const matrix = { ...type, shape: [elementCount(shape.slice(0, from)), elementCount(shape.slice(from))] };
  const flat = draft.node(
    { op: 'Flatten', inputs: node.inputs, attributes: { axis: from } },
    matrix,
    `${node.name}.flat`,
  );
  const rows = draft.node({ op: node.op, name: node.name, inputs: [flat], attributes: { axis: 1 } }, matrix);
  const whole = sizes(draft, node, shape);
  draft.update(node, { op: 'Reshape', name: `${node.name}.whole`, inputs: [rows, whole], attributes: {} });
}

/** Before opset 21 there was one scale, and one bias, for each group of channels. */
function perChannel(draft: GraphDraft, node: Node): void {
  const channels = typeOf(draft.graph, node.inputs[0]).shape[1];
  const groups = intAttribute(node, 'num_groups', 1);
  const repeated = (value: ValueName): ValueName => {
    const type = typeOf(draft.graph, value);
    if (type.shape[0] === channels) return value;
    const size = channels / groups;
    const to = (op: string, from: ValueName, shape: Shape) =>
      draft.node({ op, inputs: [from, sizes(draft, node, shape)] }, { ...type, shape }, `${value}.channels`);
    return to('Reshape', to('Expand', to('Reshape', value, [groups, 1]), [groups, size]), [channels]);
  };
  const [x, scale, bias] = node.inputs as ValueName[];
  draft.update(node, { inputs: [x, repeated(scale), repeated(bias)] });
}

/** Of layout 1, batch first, onnxruntime has no kernel: transposed before, and back. */
function timeFirst(draft: GraphDraft, node: Node): void {
  if (node.attributes.layout !== 1) return;
  const transpose = (value: ValueName, perm: readonly number[], hint: string) => {
    const type = turned(draft.type(value), perm);
    return draft.node({ op: 'Transpose', inputs: [value], attributes: { perm } }, type, hint);
  };
  const inputs = node.inputs.map((input, i) =>
    input !== null && STATES.includes(i) ? transpose(input, [1, 0, 2], `${input}.time_first`) : input,
  );
  const outputs = node.outputs.map((output, i) => {
    const perm = i === 0 ? [1, 2, 0, 3] : [1, 0, 2];
    return output === null ? null : draft.output(`${output}.time_first`, turned(draft.type(output), perm));
  });
  const { layout: _, ...attributes } = node.attributes;
  draft.update(node, { inputs, outputs, attributes });
  for (const [i, output] of node.outputs.entries()) {
    const from = outputs[i];
    if (output !== null && from !== null) {
      draft.replaceUses(output, transpose(from, i === 0 ? [2, 0, 1, 3] : [1, 0, 2], `${output}.batch_first`));
    }
  }
}

/** x, initial_h and initial_c. */
const STATES: readonly number[] = [0, 5, 6];

function turned(type: TensorType, perm: readonly number[]): TensorType {
  return { ...type, shape: perm.map((d) => type.shape[d]) };
}

function sizes(draft: GraphDraft, node: Node, shape: Shape): ValueName {
  return draft.constant(`${node.name}.shape`, { dtype: 'i64', shape: [shape.length], data: dataOf('i64', [...shape]) });
}

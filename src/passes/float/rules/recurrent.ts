import { intAttribute, stringAttribute } from '../../../ir/attributes.ts';
import { producerOf, prune, typeOf } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import { own } from '../../../support/own.ts';
import { constantNumbers, isOp, onlyOutput, uniformConstant } from '../match.ts';
import type { Rule } from '../rewrite.ts';

const RECURRENT = ['GRU', 'LSTM', 'RNN'] as const;

/** Initial states of zeros are what a recurrent layer starts from anyway. */
export const dropZeroState: Rule = (graph, node) => {
  if (!isOp(node, ...RECURRENT)) return null;
  const isZero = (index: number) => index >= 5 && index <= 6 && uniformConstant(graph, node.inputs[index]) === 0;
  const inputs = node.inputs.map((input, i) => (isZero(i) ? null : input));
  if (inputs.every((input, i) => input === node.inputs[i])) return null;
  return { touches: [node], apply: (edit) => edit.update(node, { inputs }) };
};

/**
 * The last of all states (Y: [steps, 1, batch, size]) is the final state (Y_h: [1, batch, size]):
 * the layer need not keep the others.
 */
export const lastState: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const layer = takesLastStep(graph, node) ? recurrentSource(graph, node) : null;
  if (!output || !layer) return null;
  return {
    touches: [node, layer],
    apply(edit) {
      const [all = null, last = null, ...rest] = layer.outputs;
      const { dtype, shape } = typeOf(graph, all);
      const final = last ?? edit.output(`${layer.name}.final`, { dtype, shape: shape.slice(1), quant: null });
      if (!last) edit.update(layer, { outputs: [all, final, ...rest] });
      const target = typeOf(graph, output).shape;
      const view = edit.constant(`${output}.shape`, tensorOf('i64', [target.length], target));
      edit.update(node, { op: 'Reshape', inputs: [final, view], attributes: {} });
    },
  };
};

/** Gather or Slice of the last index of the first dimension that is not 1. */
function takesLastStep(graph: Graph, node: Node): boolean {
  if (!isOp(node, 'Gather', 'Slice')) return false;
  const { shape } = typeOf(graph, node.inputs[0]);
  const axis =
    node.op === 'Gather' ? intAttribute(node, 'axis', 0) : (constantNumbers(graph, node.inputs[3]) ?? [0])[0];
  const dimension = (axis + shape.length) % shape.length;
  const steps = shape[dimension];
  const block = elementCount(shape) / steps;
  const start = constantNumbers(graph, node.inputs[1]);
  const onlyLast = start?.length === 1 && (start[0] === -1 || start[0] === steps - 1);
  const oneStep = elementCount(typeOf(graph, node.outputs[0]).shape) === block && steps > 1;
  return onlyLast && oneStep && elementCount(shape.slice(0, dimension)) === 1;
}

/** The forward layer whose Y the node reads, through views, with its steps along the node's axis. */
function recurrentSource(graph: Graph, node: Node): Node | null {
  const value = beforeReshapes(graph, must(node.inputs[0], 'data'));
  const producer = producerOf(graph, value);
  const block = elementCount(typeOf(graph, node.outputs[0]).shape);
  if (!isOp(producer, ...RECURRENT) || producer.outputs[0] !== value || producer.inputs[4] != null) return null;
  const [, , batch, size] = typeOf(graph, value).shape;
  const forward = stringAttribute(producer, 'direction', 'forward') === 'forward';
  return forward && batch * size === block ? producer : null;
}

function beforeReshapes(graph: Graph, value: ValueName): ValueName {
  const producer = producerOf(graph, value);
  return isOp(producer, 'Reshape') ? beforeReshapes(graph, must(producer.inputs[0], 'data')) : value;
}

/** Outputs that ONNX lets a node leave out, by operator. */
const OPTIONAL: Readonly<Record<string, readonly number[]>> = {
  GRU: [0, 1],
  LSTM: [0, 1, 2],
  RNN: [0, 1],
  MaxPool: [1],
  Dropout: [1],
  LayerNormalization: [1, 2],
};

/** Optional outputs that nobody reads are left out; the very graph when there are none. */
export function dropUnusedOutputs(graph: Graph): Graph {
  const read = new Set([...graph.outputs, ...graph.nodes.flatMap((node) => node.inputs)]);
  let found = false;
  const nodes = graph.nodes.map((node): Node => {
    const optional = node.domain === '' ? (own(OPTIONAL, node.op) ?? []) : [];
    const unused = (output: Node['outputs'][number], i: number) =>
      output !== null && optional.includes(i) && !read.has(output);
    if (!node.outputs.some(unused)) return node;
    found = true;
    return { ...node, outputs: node.outputs.map((output, i) => (unused(output, i) ? null : output)) };
  });
  return found ? prune({ ...graph, nodes }) : graph;
}

import { typeOf } from '../ir/graph.ts';
import { dataOf } from '../ir/tensor.ts';
import type { DType, Graph, Node, Tensor, ValueName } from '../ir/types.ts';
import { toBfloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { invariant } from '../support/errors.ts';
import { writeAnnotations } from './annotations.ts';
import { type PlainModel, writeModel } from './onnx-writer.ts';
import { runnableOpset } from './runnable-opset.ts';

export interface ExportOptions {
  /** Values to be outputs, in this order; default: the graph's outputs. Graph inputs and constants are allowed. */
  readonly outputs?: readonly ValueName[];
  /** Default: the newest that onnxruntime runs all of the graph in. */
  readonly opset?: number;
  readonly producer?: string;
}

/**
 * A float (or plain integer) graph as an ONNX file: value names kept, fused clips written as nodes of their own,
 * the same bytes for the same graph. Quantized types have no plain meaning: InvariantError (codegen/oracle
 * exports those).
 */
export function exportOnnx(graph: Graph, options: ExportOptions = {}): Uint8Array {
  return writeModel(plainModel(graph, options));
}

/** The graph with every fused clip spelled out. */
export function plainModel(graph: Graph, options: ExportOptions = {}): PlainModel {
  for (const [value, type] of graph.types) invariant(!type.quant, `'${value}' is quantized and has no plain ONNX form`);
  const names = new Set(graph.types.keys());
  const nodes: Omit<Node, 'clip'>[] = [];
  const constants = new Map(graph.constants);
  for (const node of graph.nodes) {
    const spelled = node.clip ? withClip(graph, node, node.clip, names, constants) : [node];
    nodes.push(...spelled.flatMap((one) => inNewestForm(graph, one, names, constants)));
  }
  const outputs = options.outputs ?? graph.outputs;
  return {
    name: graph.name,
    nodes: withDistinctNames(nodes),
    inputs: graph.inputs.map((name) => ({ name, type: typeOf(graph, name) })),
    outputs: outputs.map((name) => ({ name, type: typeOf(graph, name) })),
    constants,
    ...(graph.annotations && { metadata: writeAnnotations(graph.annotations) }),
    opset: options.opset ?? runnableOpset({ nodes: graph.nodes, types: graph.types }),
    ...(options.producer !== undefined && { producer: options.producer }),
  };
}

function inNewestForm(
  graph: Graph,
  node: Omit<Node, 'clip'>,
  names: Set<ValueName>,
  constants: Map<ValueName, Tensor>,
): Omit<Node, 'clip'>[] {
  if (node.attributes.rows_from_axis === 1) return withFlatRows(graph, node, names, constants);
  if (['GRU', 'LSTM', 'RNN'].includes(node.op) && node.attributes.layout === 1) return withTimeFirst(node, names);
  return [node.op === 'Split' ? withAllOutputs(node, names) : node];
}

/** A recurrent node whose tensors have the batch first, of which onnxruntime has no kernel: transposed, and back. */
function withTimeFirst(node: Omit<Node, 'clip'>, names: Set<ValueName>): Omit<Node, 'clip'>[] {
  const transpose = (input: ValueName, output: ValueName, perm: readonly number[]) => {
    return { op: 'Transpose', domain: '', name: output, inputs: [input], outputs: [output], attributes: { perm } };
  };
  const [before, after]: Omit<Node, 'clip'>[][] = [[], []];
  // x, initial_h and initial_c
  const inputs = node.inputs.map((input, i) => {
    if (input === null || ![0, 5, 6].includes(i)) return input;
    const turned = fresh(`${node.name}.time_first`, names);
    before.push(transpose(input, turned, [1, 0, 2]));
    return turned;
  });
  const outputs = node.outputs.map((output, i) => {
    if (output === null) return null;
    const turned = fresh(`${node.name}.time_first`, names);
    after.push(transpose(turned, output, i === 0 ? [2, 0, 1, 3] : [1, 0, 2]));
    return turned;
  });
  const { layout: _, ...attributes } = node.attributes;
  return [...before, { ...node, inputs, outputs, attributes }, ...after];
}

/** A Softmax over all axes from one on, as before opset 13: over the rows of a matrix. */
function withFlatRows(
  graph: Graph,
  node: Omit<Node, 'clip'>,
  names: Set<ValueName>,
  constants: Map<ValueName, Tensor>,
): Omit<Node, 'clip'>[] {
  const [matrix, rows, shape] = ['matrix', 'rows', 'shape'].map((part) => fresh(`${node.name}.${part}`, names));
  const { rows_from_axis: _, axis, ...attributes } = node.attributes;
  const sizes = typeOf(graph, node.inputs[0]).shape;
  constants.set(shape, { dtype: 'i64', shape: [sizes.length], data: dataOf('i64', sizes) });
  const flatten = { op: 'Flatten', inputs: node.inputs, outputs: [matrix], attributes: { axis } };
  const along = { op: node.op, inputs: [matrix], outputs: [rows], attributes: { ...attributes, axis: 1 } };
  const back = { op: 'Reshape', inputs: [rows, shape], outputs: node.outputs, attributes: {} };
  return [flatten, along, back].map((one) => ({ ...one, domain: '', name: `${node.name}.${one.op}` }));
}

/** onnxruntime refuses two nodes of one name: the later ones have none. */
function withDistinctNames<T extends { readonly name: string }>(nodes: readonly T[]): T[] {
  const taken = new Set<string>();
  return nodes.map((node) => {
    const name = taken.has(node.name) ? '' : node.name;
    taken.add(name);
    return { ...node, name };
  });
}

/** onnxruntime 1.30 reads address 0 where an output of Split has no name. */
function withAllOutputs(node: Omit<Node, 'clip'>, names: Set<ValueName>): Omit<Node, 'clip'> {
  return { ...node, outputs: node.outputs.map((output) => output ?? fresh(`${node.name}.unread`, names)) };
}

/**
 * The node under a fresh output name, then the clamp that makes its output. A Clip without a bound would make infinities the
 * largest finite numbers, which Relu, Max and Min do not.
 */
function withClip(
  graph: Graph,
  node: Node,
  clip: readonly [number, number],
  names: Set<ValueName>,
  constants: Map<ValueName, Tensor>,
): Omit<Node, 'clip'>[] {
  const output = node.outputs[0];
  invariant(
    output && node.outputs.every((other, i) => i === 0 || !other),
    `clip on '${node.name}' with several outputs`,
  );
  const { dtype } = typeOf(graph, output);
  const [min, max] = clip;
  const relu = min === 0 && max === Infinity;
  const bounds = (relu ? [] : clip).flatMap((bound, i) => {
    if (!Number.isFinite(bound)) return [];
    const name = fresh(`${output}.${i === 0 ? 'min' : 'max'}`, names);
    constants.set(name, scalar(dtype, bound));
    return [name];
  });
  const op = relu ? 'Relu' : bounds.length === 2 ? 'Clip' : max === Infinity ? 'Max' : 'Min';
  const unclipped = fresh(`${output}.unclipped`, names);
  return [
    { ...node, outputs: [unclipped] },
    {
      op,
      domain: '',
      name: `${node.name}.clip`,
      inputs: [unclipped, ...bounds],
      outputs: [output],
      attributes: {},
    },
  ];
}

function fresh(hint: string, names: Set<ValueName>): ValueName {
  let name = hint;
  for (let i = 1; names.has(name); i++) name = `${hint}.${i}`;
  names.add(name);
  return name;
}

function scalar(dtype: DType, value: number): Tensor {
  const bits = dtype === 'f16' ? toFloat16Bits(value) : dtype === 'bf16' ? toBfloat16Bits(value) : value;
  return { dtype, shape: [], data: dataOf(dtype, [bits]) };
}

import { typeOf } from '../ir/graph.ts';
import { scalarOf } from '../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../ir/types.ts';
import { findOp } from '../ops/index.ts';
import type { PlainBuilder } from '../ops/op-def.ts';
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
    const spelled = node.clip
      ? withClip(graph, node, node.clip, names, constants)
      : (inPlainOnnx(graph, node, names, constants) ?? [node]);
    nodes.push(...spelled.map((one) => (one.op === 'Split' ? withAllOutputs(one, names) : one)));
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

/** A node that onnxruntime does not know as it stands; null for all others. */
function inPlainOnnx(
  graph: Graph,
  node: Node,
  names: Set<ValueName>,
  constants: Map<ValueName, Tensor>,
): Omit<Node, 'clip'>[] | null {
  const definition = findOp(node.domain, node.op);
  if (!definition?.plain || node.attributes.capacity === undefined) return null;
  const nodes: Omit<Node, 'clip'>[] = [];
  const several: PlainBuilder['several'] = (op, inputs, attributes, count) => {
    const outputs = Array.from({ length: count }, () => fresh(`${node.name}.${op.toLowerCase()}`, names));
    nodes.push({ op, domain: '', name: '', inputs, outputs, attributes });
    return outputs;
  };
  definition.plain(node, {
    type: (value) => typeOf(graph, value),
    several,
    node: (op, inputs, attributes = {}) => several(op, inputs, attributes, 1)[0]!,
    tensor(dtype, shape, data) {
      const name = fresh(`${node.name}.constant`, names);
      constants.set(name, { dtype, shape, data });
      return name;
    },
    output(index, value) {
      const last = nodes.findIndex(({ outputs }) => outputs.includes(value));
      const name = node.outputs[index];
      invariant(last >= 0, `'${node.name}' has no output ${index}`);
      if (name == null) return;
      const outputs = nodes[last]!.outputs.map((one) => (one === value ? name : one));
      nodes[last] = { ...nodes[last]!, outputs, name: index === 0 ? node.name : '' };
    },
  });
  return nodes;
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
    constants.set(name, scalarOf(dtype, bound));
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

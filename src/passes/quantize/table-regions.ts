import { isOutput } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';

/** Element-wise nodes that together are one function of one tensor. */
export interface TableRegion {
  readonly input: ValueName;
  readonly output: ValueName;
  /** In topological order; only the last one's output is used outside. */
  readonly nodes: readonly Node[];
}

/**
 * The largest regions of element-wise operators with one computed input (constants must be scalars):
 * Sigmoid alone, or x * Sigmoid(x), or a chain Mul, Add, Clip. In int8 each is one lookup table.
 */
export function tableRegions(graph: Graph, skip: (node: Node) => boolean): TableRegion[] {
  const root = new Map<ValueName, ValueName>();
  const producer = new Map<ValueName, Node>();
  for (const node of graph.nodes) {
    const source = skip(node) ? null : singleSource(graph, node, root);
    const output = node.outputs[0]!;
    if (source === null) continue;
    root.set(output, source);
    producer.set(output, node);
  }
  const regions: TableRegion[] = [];
  const inside = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    const output = node.outputs[0]!;
    if (producer.get(output) !== node || inside.has(node)) continue;
    // What is asked of a tensor is no function with codes of its own: Greater alone stays in float.
    if (graph.types.get(output)?.dtype !== 'f32') continue;
    const region = collect(graph, output, root.get(output)!, producer);
    for (const member of region.nodes) inside.add(member);
    regions.push(region);
  }
  return regions.reverse();
}

/** The one tensor that all computed inputs of an element-wise node stem from, or null. */
function singleSource(graph: Graph, node: Node, root: ReadonlyMap<ValueName, ValueName>): ValueName | null {
  if (!findOp(node.domain, node.op)?.elementwise || node.outputs.length !== 1) return null;
  const sources = new Set<ValueName>();
  for (const input of node.inputs) {
    if (input === null) continue;
    const constant = graph.constants.get(input);
    if (constant && elementCount(constant.shape) !== 1) return null;
    if (!constant) sources.add(root.get(input) ?? input);
  }
  const [source] = sources;
  if (sources.size !== 1 || source === undefined) return null;
  const same = graph.types.get(source)?.shape.join() === graph.types.get(node.outputs[0]!)?.shape.join();
  return same && graph.types.get(source)?.dtype === 'f32' ? source : null;
}

/** The nodes between `input` and `output`; a value that is also needed outside becomes the region's new input. */
function collect(
  graph: Graph,
  output: ValueName,
  input: ValueName,
  producer: ReadonlyMap<ValueName, Node>,
): TableRegion {
  const members = new Set<Node>();
  const pending = [output];
  while (pending.length > 0) {
    const node = producer.get(pending.pop()!);
    if (!node || members.has(node)) continue;
    members.add(node);
    for (const value of node.inputs) if (value !== null && value !== input) pending.push(value);
  }
  const nodes = graph.nodes.filter((node) => members.has(node));
  const escapes = (node: Node) =>
    node.outputs[0] !== output &&
    (isOutput(graph, node.outputs[0]!) ||
      graph.nodes.some((other) => !members.has(other) && other.inputs.includes(node.outputs[0])));
  if (!nodes.some(escapes)) return { input, output, nodes };
  const last = nodes.at(-1)!;
  const direct = last.inputs.filter((value) => value !== null && !graph.constants.has(value));
  return { input: direct[0]!, output, nodes: direct.every((value) => value === direct[0]) ? [last] : [] };
}

import { editGraph } from '../../../ir/graph.ts';
import { fingerprint, sameTensor } from '../../../ir/tensor.ts';
import type { Attribute, Graph, Node, Tensor, ValueName } from '../../../ir/types.ts';
import { RANDOM_OPS } from './random.ts';

/** Equal constants become one, and so do nodes that compute the same from the same; the very graph when all differ. */
export function mergeDuplicates(graph: Graph): Graph {
  const merged = new Map<ValueName, ValueName>();
  const outputs = new Set(graph.outputs);
  mergeConstants(graph, outputs, merged);
  mergeNodes(graph, outputs, merged);
  if (merged.size === 0) return graph;
  const edit = editGraph(graph);
  for (const [from, to] of merged) edit.replaceUses(from, to);
  return edit.finish();
}

function mergeConstants(graph: Graph, outputs: ReadonlySet<ValueName>, merged: Map<ValueName, ValueName>): void {
  const seen = new Map<string, { name: ValueName; tensor: Tensor }[]>();
  for (const [name, tensor] of graph.constants) {
    if (outputs.has(name)) continue;
    const key = `${tensor.dtype}[${tensor.shape}]${fingerprint(tensor.data)}${JSON.stringify(graph.types.get(name)?.quant)}`;
    const alike = seen.get(key) ?? [];
    const twin = alike.find((other) => sameTensor(other.tensor, tensor));
    if (twin) merged.set(name, twin.name);
    else seen.set(key, [...alike, { name, tensor }]);
  }
}

function mergeNodes(graph: Graph, outputs: ReadonlySet<ValueName>, merged: Map<ValueName, ValueName>): void {
  const seen = new Map<string, Node>();
  for (const node of graph.nodes) {
    if (RANDOM_OPS.has(node.op)) continue;
    const inputs = node.inputs.map((input) => input && (merged.get(input) ?? input));
    const types = node.outputs.map((output) => output && graph.types.get(output));
    const key = JSON.stringify([node.domain, node.op, inputs, attributesKey(node), clipKey(node), types]);
    const twin = seen.get(key);
    const copies = node.outputs.map((output, i) => [output, twin?.outputs[i] ?? null] as const);
    const clash = copies.some(([a, b]) => a !== null && outputs.has(a) && (b === null || outputs.has(b)));
    if (!twin) seen.set(key, node);
    else if (!clash) for (const [from, to] of copies) if (from && to) merged.set(from, to);
  }
}

function clipKey(node: Node): string {
  return String(node.clip);
}

function attributesKey(node: Node): unknown {
  return Object.entries(node.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, attributeKey(value)]);
}

/** -0, infinities and NaN keep their difference; a tensor stands for itself by all its elements. */
function attributeKey(value: Attribute): unknown {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return [value];
  if ('dtype' in value) return [value.dtype, value.shape, Array.from(value.data as ArrayLike<number | bigint>, String)];
  return value.map((item) => attributeKey(item));
}

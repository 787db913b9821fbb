import { editGraph, typeOf } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, OutputSize, ValueName } from '../../ir/types.ts';
import { type Element, isComputed, shapeElements, shapePart } from './elements.ts';
import { followRule } from './follow.ts';
import { asInt64, ints, refuse, type SizedGraph, startSizing } from './sized-graph.ts';
import { SIZED } from './sized-nodes.ts';

/** Inputs that say what shape a result has: the shape is known, with the most that fits. */
const SHAPE_INPUT: Readonly<Record<string, number>> = { Reshape: 1, Expand: 1, ConstantOfShape: 0 };

/**
 * The graph with fixed shapes throughout: where results are as long as the data make them (types have the most that fits), nodes
 * get that capacity and give their number as a value of its own, and what works across such a dimension is masked. Outputs of
 * such a dimension name their count, which becomes an output too. Throws UNSUPPORTED on what cannot be kept apart.
 */
export function sizeResults(graph: Graph): Graph {
  const draft = editGraph(graph);
  const sized = startSizing(graph, draft);
  for (const node of graph.nodes) sizeNode(node, graph, sized);
  const sizes = graph.outputs.flatMap((output): OutputSize[] => {
    const [first, second] = sized.extents(output);
    if (second) return refuse(producer(graph, output), 'two dimensions of an output depend on the data');
    return first ? [{ output, axis: first[0], count: first[1] }] : [];
  });
  if (sizes.length === 0) return draft.finish();
  for (const count of new Set(sizes.map(({ count }) => count))) draft.addOutput(count);
  return { ...draft.finish(), sizes };
}

function sizeNode(node: Node, graph: Graph, sized: SizedGraph): void {
  const ofShape = node.domain === '' && (node.op === 'Shape' || node.op === 'Size');
  const isData = node.inputs.some((input) => (ofShape ? sized.extents(input).size > 0 : sized.isData(input)));
  if (isData) for (const output of node.outputs) if (output) sized.markData(output);
  const elements = node.domain === '' && !ofShape ? shapeElements(node, sized.elements) : null;
  if (elements?.some(isComputed)) sized.setElements(node.outputs[0]!, elements);
  const form = node.domain === '' ? SIZED[node.op] : undefined;
  if (form?.applies(node, sized)) return form.size(node, sized);
  if (ofShape && isData) return shapeOfSized(node, graph, sized);
  const shape = node.domain === '' ? SHAPE_INPUT[node.op] : undefined;
  const shaped = shape !== undefined && sized.isData(node.inputs[shape]);
  if (!shaped && node.inputs.every((input) => sized.extents(input).size === 0)) return;
  const follow = followRule(node);
  if (!follow)
    return refuse(
      node,
      `${node.op} works on ${node.inputs.length > 1 ? 'inputs' : 'an input'} as long as the data make it`,
    );
  follow(node, sized);
  if (shaped && node.op !== 'ConstantOfShape') fixShape(node, shape, graph, sized);
}

/** Dimensions as numbers, and counts. */
function shapeOfSized(node: Node, graph: Graph, sized: SizedGraph): void {
  if (node.op === 'Size') return refuse(node, 'it counts elements of a result whose number depends on the data');
  const [x] = node.inputs;
  const extents = sized.extents(x);
  const dimensions = typeOf(graph, x).shape.map((n, d): Element => {
    const count = extents.get(d);
    return count === undefined ? n : { count, sign: 1, add: 0 };
  });
  const part = shapePart(node, dimensions);
  const { draft } = sized;
  const parts = part.map((n) =>
    isComputed(n) ? asInt64(sized, n.count, [1]) : draft.constant('size', tensorOf('i64', [1], [n])),
  );
  const type = typeOf(graph, node.outputs[0]);
  sized.setElements(node.outputs[0]!, part);
  draft.replaceUses(
    node.outputs[0]!,
    draft.node({ op: 'Concat', name: node.name, inputs: parts, attributes: { axis: 0 } }, type),
  );
}

function fixShape(node: Node, input: number, graph: Graph, { draft }: SizedGraph): void {
  const shape = ints(draft, typeOf(graph, node.outputs[0]).shape);
  draft.update(node, { inputs: node.inputs.map((value, i) => (i === input ? shape : value)) });
}

function producer(graph: Graph, value: ValueName): Node {
  return graph.nodes.find(({ outputs }) => outputs.includes(value)) ?? graph.nodes[0]!;
}

import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Node, ValueName } from '../../ir/types.ts';
import { checked, has, nameOf, placesOf } from './counts.ts';
import { cutsSized, join, joinsSized, pad, slice } from './cut-and-join.ts';
import { range } from './range.ts';
import { COUNT, extremesOf, ints, masked, refuse, type SizedGraph } from './sized-graph.ts';

/** Writes a node whose results are as long as the data make them with a fixed capacity, and their number as a value. */
type Size = (node: Node, sized: SizedGraph) => void;

export const SIZED: Readonly<
  Record<string, { readonly applies: (node: Node, sized: SizedGraph) => boolean; readonly size: Size }>
> = {
  NonMaxSuppression: { applies: anyData, size: suppress },
  NonZero: { applies: anyData, size: places },
  Unique: { applies: anyData, size: different },
  Compress: { applies: ({ inputs }, sized) => sized.isData(inputs[1]) || has(sized, inputs[1]), size: compress },
  TopK: { applies: ({ inputs }, sized) => sized.isData(inputs[1]) || has(sized, inputs[0]), size: best },
  Range: { applies: anyData, size: range },
  Slice: { applies: cutsSized, size: slice },
  Concat: { applies: joinsSized, size: join },
  Pad: { applies: ({ inputs }, sized) => has(sized, inputs[0]), size: pad },
};

function anyData({ inputs }: Node, sized: SizedGraph): boolean {
  return inputs.some((input) => sized.isData(input));
}

/** The node with the attribute, and its count as one more result, the last of `results`. */
function withCount(node: Node, sized: SizedGraph, capacity: number, results: number, inputs = node.inputs): ValueName {
  const count = sized.draft.output(nameOf(node), COUNT);
  const outputs = Array.from({ length: results }, (_, i) => node.outputs[i] ?? null);
  sized.draft.update(node, { inputs, outputs: [...outputs, count], attributes: { ...node.attributes, capacity } });
  return count;
}

function suppress(node: Node, sized: SizedGraph): void {
  const [boxes, scores, most = null, overlap = null, score = null] = node.inputs;
  const [ofBoxes, ofScores] = [sized.extents(boxes), sized.extents(scores)];
  const count = ofBoxes.get(1);
  const odd = [...ofBoxes.keys()].some((d) => d !== 1) || [...ofScores.keys()].some((d) => d !== 2);
  if (odd || ofScores.get(2) !== count) refuse(node, 'its boxes and scores are not of one number');
  const inputs = count === undefined ? node.inputs : [boxes!, scores!, most, overlap, score, count];
  const [selected] = node.outputs;
  sized.setExtents(selected, new Map([[0, withCount(node, sized, sized.draft.type(selected!).shape[0]!, 1, inputs)]]));
}

function places(node: Node, sized: SizedGraph): void {
  let [x] = node.inputs;
  for (const [axis, count] of sized.extents(x)) x = masked(sized, x!, axis, count, 0);
  const [found] = node.outputs;
  sized.setExtents(found, new Map([[1, withCount(node, sized, sized.draft.type(found!).shape[1]!, 1, [x!])]]));
}

function different(node: Node, sized: SizedGraph): void {
  if (has(sized, node.inputs[0])) refuse(node, 'its input is as long as the data make it');
  const { axis } = node.attributes;
  const rank = sized.draft.type(node.inputs[0]!).shape.length;
  const along = typeof axis === 'number' ? normalizeAxis(axis, rank) : 0;
  const capacity = capacityOfUnique(node, sized, along);
  const count = withCount(node, sized, capacity, 4);
  for (const [i, d] of [along, 0, null, 0].entries()) {
    if (d !== null) sized.setExtents(node.outputs[i], new Map([[d, count]]));
  }
}

function capacityOfUnique(node: Node, sized: SizedGraph, along: number): number {
  const [y, first, , counts] = node.outputs;
  if (y) return sized.draft.type(y).shape[along]!;
  const list = first ?? counts;
  if (list) return sized.draft.type(list).shape[0]!;
  return elementCount(sized.draft.type(node.inputs[0]!).shape);
}

/** Gather at the places of the ones. */
function compress(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [x, condition] = node.inputs as ValueName[];
  const [y] = node.outputs as ValueName[];
  const type = draft.type(x!);
  const flat = node.attributes.axis === undefined;
  const axis = flat ? 0 : normalizeAxis(intAttribute(node, 'axis', 0), type.shape.length);
  if ([...sized.extents(x)].some(([d]) => flat || d !== axis)) refuse(node, 'its input is as long as the data make it');
  const capacity = draft.type(y!).shape[axis]!;
  let flags = condition!;
  for (const [d, count] of sized.extents(condition)) flags = masked(sized, flags, d, count, 0);
  const { list, count } = placesOf(node, sized, flags, capacity);
  const source = flat
    ? draft.node({ op: 'Reshape', inputs: [x!, ints(draft, [-1])] }, { ...type, shape: [elementCount(type.shape)] })
    : x!;
  draft.replaceUses(
    y!,
    draft.node({ op: 'Gather', name: node.name, inputs: [source, list], attributes: { axis } }, draft.type(y!)),
  );
  sized.setExtents(y, new Map([[axis, count]]));
}

/** A computed k, or what lies behind the count out of the race. */
function best(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [x, k] = node.inputs as ValueName[];
  const type = draft.type(x!);
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), type.shape.length);
  const own = sized.extents(x);
  const count = own.get(axis);
  const { min, max } = extremesOf(type);
  const worst = intAttribute(node, 'largest', 1) === 1 ? min : max;
  const source = count === undefined ? x! : masked(sized, x!, axis, count, worst);
  const others = new Map([...own].filter(([d]) => d !== axis));
  if (!sized.isData(k)) {
    draft.update(node, { inputs: [source, k!] });
    for (const output of node.outputs) sized.setExtents(output, others);
    return;
  }
  const capacity = draft.type(node.outputs.find((output) => output !== null)!).shape[axis]!;
  const wanted = checked(node, sized, k!, capacity, type.shape[axis]!);
  draft.update(node, { inputs: [source, ints(draft, [capacity])] });
  for (const output of node.outputs) sized.setExtents(output, new Map([...others, [axis, wanted]]));
}

import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Node, TensorType, ValueName } from '../../ir/types.ts';
import { codeOf } from '../data-types.ts';
import { asInt64, COUNT, ints, lowest, masked, refuse, type SizedGraph } from './sized-graph.ts';

/** Writes a node whose results are as long as the data make them with a fixed capacity, and their number as a value. */
export type Size = (node: Node, sized: SizedGraph) => void;

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

function has(sized: SizedGraph, value: ValueName | null | undefined): boolean {
  return sized.extents(value).size > 0;
}

function nameOf(node: Node): string {
  return `${node.outputs.find((output) => output !== null) ?? node.name}.count`;
}

/** The node with the attribute, and its count as one more result, the last of `results`. */
function withCount(node: Node, sized: SizedGraph, capacity: number, results: number, inputs = node.inputs): ValueName {
  const count = sized.draft.output(nameOf(node), COUNT);
  const outputs = Array.from({ length: results }, (_, i) => node.outputs[i] ?? null);
  sized.draft.update(node, { inputs, outputs: [...outputs, count], attributes: { ...node.attributes, capacity } });
  return count;
}

/** `value`, an int64 of one element, in bounds, as a count. */
function checked(node: Node, sized: SizedGraph, value: ValueName, capacity: number, limit?: number): ValueName {
  const attributes = { capacity, ...(limit !== undefined && { limit }) };
  return sized.draft.node({ op: 'CheckedCount', domain: 'nibblec', inputs: [value], attributes }, COUNT, nameOf(node));
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

/** Where the flags (a list) are set: a list of `capacity` int64, and how many of them. */
function placesOf(
  node: Node,
  sized: SizedGraph,
  flags: ValueName,
  capacity: number,
): { list: ValueName; count: ValueName } {
  const { draft } = sized;
  const ofShape = (shape: readonly number[]): TensorType => ({ dtype: 'i64', shape, quant: null });
  const found = draft.node(
    { op: 'NonZero', inputs: [flags], attributes: { capacity } },
    ofShape([1, capacity]),
    `${node.name}.places`,
  );
  const count = draft.output(nameOf(node), COUNT);
  draft.update({ name: '', outputs: [found] }, { outputs: [found, count] });
  return { list: draft.node({ op: 'Reshape', inputs: [found, ints(draft, [capacity])] }, ofShape([capacity])), count };
}

/** A computed k, or what lies behind the count out of the race. */
function best(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [x, k] = node.inputs as ValueName[];
  const type = draft.type(x!);
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), type.shape.length);
  const own = sized.extents(x);
  const count = own.get(axis);
  const largest = intAttribute(node, 'largest', 1) === 1;
  const worst = largest ? lowest(type) : -lowest(type) - (Number.isFinite(lowest(type)) ? 1 : 0);
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

/** start + i * delta, max(0, ceil((limit - start) / delta)) of them. */
function range(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [start, , delta] = node.inputs as ValueName[];
  const [y] = node.outputs as ValueName[];
  const type = draft.type(y!);
  const [length] = type.shape as [number];
  const count = checked(node, sized, steps(node, sized), length);
  const numbers = Array.from({ length }, (_, i) => i);
  const places = draft.constant(`${y}.places`, tensorOf(type.dtype, [length], numbers));
  const scaled = draft.node({ op: 'Mul', inputs: [places, delta!] }, type, `${y}.scaled`);
  draft.replaceUses(y!, draft.node({ op: 'Add', name: node.name, inputs: [scaled, start!] }, type));
  sized.setExtents(y, new Map([[0, count]]));
}

/** Integers by a constant step are divided as such, all else in float64. */
function steps(node: Node, sized: SizedGraph): ValueName {
  const { draft } = sized;
  const [start, limit, delta] = node.inputs as ValueName[];
  const name = (op: string) => `${node.name}.${op.toLowerCase()}`;
  const scalar = (dtype: TensorType['dtype']): TensorType => ({ dtype, shape: [], quant: null });
  const cast = (value: ValueName, to: TensorType['dtype']) =>
    draft.node({ op: 'Cast', inputs: [value], attributes: { to: codeOf(to) } }, scalar(to), name('Cast'));
  const pair = (op: string, a: ValueName, b: ValueName, dtype: TensorType['dtype']) =>
    draft.node({ op, inputs: [a, b] }, scalar(dtype), name(op));
  const whole = (value: number) => draft.constant('number', tensorOf('i64', [], [value]));
  const step = sized.elements(delta)?.[0];
  if (typeof step === 'number' && step !== 0) {
    const [from, to] = step > 0 ? [start!, limit!] : [limit!, start!];
    const distance = pair('Sub', cast(to, 'i64'), cast(from, 'i64'), 'i64');
    const up = pair('Add', distance, whole(Math.abs(step) - 1), 'i64');
    return pair('Max', pair('Div', up, whole(Math.abs(step)), 'i64'), whole(0), 'i64');
  }
  const distance = pair('Sub', cast(limit!, 'f64'), cast(start!, 'f64'), 'f64');
  const quotient = pair('Div', distance, cast(delta!, 'f64'), 'f64');
  const ceil = draft.node({ op: 'Ceil', inputs: [quotient] }, scalar('f64'), name('Ceil'));
  return pair('Max', cast(ceil, 'i64'), whole(0), 'i64');
}

function axesOf(node: Node, sized: SizedGraph): readonly number[] {
  const rank = sized.draft.type(node.inputs[0]!).shape.length;
  const length = sized.draft.type(node.inputs[1]!).shape[0]!;
  const given = sized.elements(node.inputs[3]) ?? Array.from({ length }, (_, i) => i);
  return given.map((axis) => normalizeAxis(Number(axis), rank));
}

/** A Slice along what the data make as long as it is, or up to a computed end. */
function cutsSized(node: Node, sized: SizedGraph): boolean {
  return has(sized, node.inputs[0]) || sized.isData(node.inputs[1]) || sized.isData(node.inputs[2]);
}

/** From a constant start on, in steps of one: as many as are left, or as lie before the end. */
function slice(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [x, starts, ends, , steps] = node.inputs;
  const [y] = node.outputs;
  const own = sized.extents(x);
  const axes = axesOf(node, sized);
  const [from, to] = [draft.type(x!).shape, draft.type(y!).shape];
  const cut = axes.filter((axis) => own.has(axis));
  const extents = new Map([...own].filter(([axis]) => !cut.includes(axis)));
  const computed = sized.isData(ends);
  if (sized.isData(starts)) refuse(node, 'where it starts is computed from the data');
  if (computed && axes.length > 1) refuse(node, 'it has several ends, which are computed from the data');
  for (const axis of computed ? axes : cut) {
    const i = axes.indexOf(axis);
    const [start, end, step] = [
      sized.elements(starts)?.[i],
      computed ? null : sized.elements(ends)?.[i],
      sized.elements(steps)?.[i] ?? 1,
    ];
    const plain =
      typeof start === 'number' && start >= 0 && step === 1 && (computed || (typeof end === 'number' && end >= 0));
    if (!plain) return refuse(node, `it does not go from a start to an end along axis ${axis}`);
    const all = own.get(axis);
    const length =
      all === undefined ? draft.constant('length', tensorOf('i64', [1], [from[axis]!])) : asInt64(sized, all, [1]);
    const until = computed ? ends! : draft.constant('end', tensorOf('i64', [1], [Math.min(Number(end), 2 ** 31)]));
    extents.set(axis, counted(node, sized, { start: Number(start), until, length }, to[axis]!));
  }
  if (computed) {
    const last = axes.map((axis, i) => Number(sized.elements(starts)![i]) + to[axis]!);
    draft.update(node, { inputs: node.inputs.map((input, i) => (i === 2 ? ints(draft, last) : input)) });
  }
  sized.setExtents(y, extents);
}

/** max(0, min(end, length) - start), a negative end from the length on. */
function counted(
  node: Node,
  sized: SizedGraph,
  { start, until, length }: { readonly start: number; readonly until: ValueName; readonly length: ValueName },
  capacity: number,
): ValueName {
  const { draft } = sized;
  const list: TensorType = { dtype: 'i64', shape: [1], quant: null };
  const wide =
    draft.type(until).dtype === 'i64'
      ? until
      : draft.node({ op: 'Cast', inputs: [until], attributes: { to: codeOf('i64') } }, list);
  const step = (op: string, inputs: ValueName[], type = list) =>
    draft.node({ op, inputs }, type, `${node.name}.${op.toLowerCase()}`);
  const number = (value: number) => draft.constant('number', tensorOf('i64', [1], [value]));
  const negative = step('Less', [wide, number(0)], { ...list, dtype: 'bool' });
  const end = step('Min', [step('Where', [negative, step('Add', [wide, length]), wide]), length]);
  return checked(node, sized, step('Max', [step('Sub', [end, number(start)]), number(0)]), capacity);
}

function joinsSized({ inputs }: Node, sized: SizedGraph): boolean {
  return inputs.some((input) => has(sized, input));
}

/** Along another axis as all else; along one that the data make as long as it is, what there is of each is brought together. */
function join(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [y] = node.outputs as ValueName[];
  const type = draft.type(y!);
  const axis = normalizeAxis(intAttribute(node, 'axis', 0), type.shape.length);
  const along = node.inputs.some((input) => sized.extents(input).has(axis));
  const extents = new Map<number, ValueName>();
  for (const [d, count] of node.inputs.flatMap((input) => [...sized.extents(input)])) {
    if (d === axis) continue;
    if (along || (extents.get(d) ?? count) !== count) refuse(node, 'it joins results of two different numbers');
    extents.set(d, count);
  }
  if (!along) return sized.setExtents(y, extents);
  const flags = node.inputs.map((input) => {
    const size = draft.type(input!).shape[axis]!;
    const ones = draft.constant('ones', tensorOf('bool', [size], new Array<number>(size).fill(1)));
    const count = sized.extents(input).get(axis);
    return count === undefined ? ones : masked(sized, ones, 0, count, 0);
  });
  const size = type.shape[axis]!;
  const all = draft.node(
    { op: 'Concat', inputs: flags, attributes: { axis: 0 } },
    { dtype: 'bool', shape: [size], quant: null },
  );
  const { list, count } = placesOf(node, sized, all, size);
  const joined = draft.node({ op: 'Concat', inputs: node.inputs, attributes: { axis } }, type, `${node.name}.joined`);
  draft.replaceUses(
    y!,
    draft.node({ op: 'Gather', name: node.name, inputs: [joined, list], attributes: { axis } }, type),
  );
  sized.setExtents(y, new Map([[axis, count]]));
}

/** Up to a fixed length, as exporters fill results up: what lies behind the count gets the value that fills. */
function pad(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [x, pads, fill, axes] = node.inputs;
  const shape = draft.type(x!).shape;
  const rank = shape.length;
  const listed = (sized.elements(axes) ?? shape.map((_, d) => d)).map((d) => normalizeAxis(Number(d), rank));
  const elements = sized.elements(pads);
  if (!elements) return refuse(node, 'its pads are computed from the data');
  const constant = fill == null ? 0 : Number(draft.graph.constants.get(fill)?.data[0] ?? Number.NaN);
  let source = x!;
  const extents = new Map(sized.extents(x));
  const fixed = elements.map((element, i) => {
    if (typeof element === 'number') return element;
    const axis = listed[i % listed.length]!;
    const count = extents.get(axis);
    const fills =
      i >= listed.length &&
      element.sign === -1 &&
      element.count === count &&
      (node.attributes.mode ?? 'constant') === 'constant';
    if (!fills || Number.isNaN(constant)) return refuse(node, 'it does not fill its input up to a fixed length');
    source = masked(sized, source, axis, count!, constant);
    extents.delete(axis);
    return element.add - shape[axis]!;
  });
  for (const axis of extents.keys()) {
    const i = listed.indexOf(axis);
    if (i >= 0 && (fixed[i] !== 0 || fixed[i + listed.length] !== 0))
      refuse(node, `it pads axis ${axis}, which is as long as the data make it`);
  }
  draft.update(node, { inputs: [source, ints(draft, fixed), ...node.inputs.slice(2)] });
  sized.setExtents(node.outputs[0], extents);
}

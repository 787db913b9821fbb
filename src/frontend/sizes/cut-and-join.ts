import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Node, TensorType, ValueName } from '../../ir/types.ts';
import { elementReader } from '../../numerics/convert.ts';
import { codeOf } from '../data-types.ts';
import { checked, has, placesOf } from './counts.ts';
import { asInt64, ints, masked, refuse, type SizedGraph } from './sized-graph.ts';

function axesOf(node: Node, sized: SizedGraph): readonly number[] {
  const rank = sized.draft.type(node.inputs[0]!).shape.length;
  const length = sized.draft.type(node.inputs[1]!).shape[0]!;
  const given = sized.elements(node.inputs[3]) ?? Array.from({ length }, (_, i) => i);
  return given.map((axis) => normalizeAxis(Number(axis), rank));
}

/** A Slice along what the data make as long as it is, or up to a computed end. */
export function cutsSized(node: Node, sized: SizedGraph): boolean {
  return has(sized, node.inputs[0]) || sized.isData(node.inputs[1]) || sized.isData(node.inputs[2]);
}

/** From a constant start on, in steps of one: as many as are left, or as lie before the end. */
export function slice(node: Node, sized: SizedGraph): void {
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

export function joinsSized({ inputs }: Node, sized: SizedGraph): boolean {
  return inputs.some((input) => has(sized, input));
}

/** Along another axis as all else; along one that the data make as long as it is, what there is of each is brought together. */
export function join(node: Node, sized: SizedGraph): void {
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
export function pad(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [x, pads, fill, axes] = node.inputs;
  const shape = draft.type(x!).shape;
  const rank = shape.length;
  const listed = (sized.elements(axes) ?? shape.map((_, d) => d)).map((d) => normalizeAxis(Number(d), rank));
  const elements = sized.elements(pads);
  if (!elements) return refuse(node, 'its pads are computed from the data');
  const given = fill == null ? null : draft.graph.constants.get(fill);
  const constant = given ? elementReader(given)(0) : fill == null ? 0 : Number.NaN;
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

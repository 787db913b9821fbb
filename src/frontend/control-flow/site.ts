import { elementCount } from '../../ir/shape.ts';
import { numbersOf, tensorOf } from '../../ir/tensor.ts';
import type { Attribute, Tensor, TensorType, ValueName } from '../../ir/types.ts';
import { badModel } from '../bad-model.ts';
import type { RawAttribute, RawGraph, RawNode } from '../border/raw-model.ts';

/** A node with subgraphs, and the flat graph that grows in its place. */
export interface Site {
  readonly node: RawNode;
  /** For messages. */
  readonly where: string;
  /** Of the nodes that are added. */
  readonly opset: number;
  readonly inputs: readonly (ValueName | null)[];
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  /** How many turns fit, where that was said. */
  readonly capacity: number | null;
  /** Puts a subgraph without inputs in the place of the node. */
  become(graph: RawGraph): Promise<void>;
  /** Nodes of one run of a subgraph, which sees the names around the node; its results. */
  inline(graph: RawGraph, inputs: readonly ValueName[]): Promise<ValueName[]>;
  /** What is known at compile time, or null. */
  constant(value: ValueName): Promise<Tensor | null>;
  type(value: ValueName): Promise<TensorType | null>;
  add(op: string, inputs: readonly ValueName[], attributes?: Readonly<Record<string, Attribute>>): ValueName;
  hold(tensor: Tensor, hint: string): ValueName;
  /** Tells that these are one value, turn by turn. */
  series(values: readonly ValueName[]): void;
  /** 0, 1, 2 ... up to a computed count (a scalar): there may be at most `capacity` of them, or the run ends with an overflow. */
  places(count: ValueName, capacity: number): ValueName;
}

/** Thrown where a node cannot become plain ones. */
export class Undecided extends Error {
  /** What would have to be known. */
  readonly hangsOn: readonly ValueName[];
  /** Whether a capacity for its turns would do. */
  readonly isUnbounded: boolean;

  constructor(why: string, hangsOn: readonly (ValueName | null)[] = [], isUnbounded = false) {
    super(why);
    this.hangsOn = hangsOn.filter((value) => value !== null);
    this.isUnbounded = isUnbounded;
  }
}

export function subgraph({ attributes, where }: Site, name: string): RawGraph {
  const attribute = attributes.get(name);
  return attribute?.kind === 'graph' ? attribute.graph : badModel(`it has no ${name}`, where);
}

/** With those of the graphs in it. */
export function countNodes({ nodes }: RawGraph): number {
  const inside = nodes.flatMap(({ attributes }) => [...attributes.values()]);
  return inside.reduce((sum, one) => sum + (one.kind === 'graph' ? countNodes(one.graph) : 0), nodes.length);
}

/** An attribute of integers; null where it is left out. */
export function integers({ attributes, where }: Site, name: string): readonly number[] | null {
  const attribute = attributes.get(name);
  if (attribute === undefined) return null;
  const value = attribute.kind === 'value' && attribute.holds === 'int' ? attribute.value : null;
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? value.map(Number) : badModel(`its ${name} are no integers`, where);
}

/** The one number of a tensor. */
export function onlyNumber(tensor: Tensor, what: string, { where }: Site): number {
  return tensor.data.length === 1 ? numbersOf(tensor)[0]! : badModel(`its ${what} is not one number`, where);
}

/** A condition that is known. */
export function truth(tensor: Tensor, site: Site): boolean {
  if (tensor.dtype !== 'bool') badModel(`its condition is ${tensor.dtype}, not bool`, site.where);
  return onlyNumber(tensor, 'condition', site) !== 0;
}

export function whole(site: Site, value: number): ValueName {
  return site.hold(tensorOf('i64', [], [value]), 'number');
}

/** As a scalar, which no broadcast can take for a dimension. */
export async function asScalar(site: Site, value: ValueName, what: string): Promise<ValueName> {
  const type = await site.type(value);
  if (type?.shape.length === 0) return value;
  if (type && elementCount(type.shape) !== 1)
    badModel(`its ${what} has ${elementCount(type.shape)} elements`, site.where);
  return site.add('Reshape', [value, site.hold(tensorOf('i64', [0], []), 'shape')]);
}

/** Row `at` along an axis, without the axis. */
export function rowOf(site: Site, value: ValueName, axis: number, at: number): ValueName {
  return site.add('Gather', [value, whole(site, at)], { axis });
}

/** Rows as one tensor, with an axis for them. */
export function stacked(site: Site, rows: readonly ValueName[], axis: number): ValueName {
  const parts = rows.map((row) => withAxis(site, row, axis));
  return parts.length === 1 ? parts[0]! : site.add('Concat', parts, { axis });
}

/** Unsqueeze has its axes as an input since opset 13. */
function withAxis(site: Site, row: ValueName, axis: number): ValueName {
  if (site.opset < 13) return site.add('Unsqueeze', [row], { axes: [axis] });
  return site.add('Unsqueeze', [row, site.hold(tensorOf('i64', [1], [axis]), 'axes')]);
}

/** `chosen` where the condition, a scalar, is true. Both are of one type, or it is undecided, because of `hangsOn`. */
export async function select(
  site: Site,
  condition: ValueName,
  [chosen, other]: readonly [ValueName, ValueName],
  unlike: Undecided,
): Promise<ValueName> {
  if (chosen === other) return chosen;
  if (site.opset < 9) throw new Undecided(`operator set ${site.opset} has no Where to choose by; convert it to 9`);
  const [a, b] = [await site.type(chosen), await site.type(other)];
  if (!a || !b || a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) throw unlike;
  return site.add('Where', [condition, chosen, other]);
}

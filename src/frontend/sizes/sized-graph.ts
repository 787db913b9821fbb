import { intAttribute } from '../../ir/attributes.ts';
import type { GraphDraft } from '../../ir/graph.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import { isFloat, scalarOf, tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Shape, TensorType, ValueName } from '../../ir/types.ts';
import { integerRange } from '../../numerics/dtype.ts';
import { UserError } from '../../support/errors.ts';
import { showNode } from '../bad-model.ts';
import { codeOf } from '../data-types.ts';
import { constantElements, type Element } from './elements.ts';

/** Dimensions of a value that are as long as the data make them, each with its count: an int32 scalar. */
export type Extents = ReadonlyMap<number, ValueName>;

/** What becomes of such dimensions; a node that works across one gets it masked, or is refused. */
export type Follow = (node: Node, sized: SizedGraph) => void;

const NONE: Extents = new Map();
export const COUNT: TensorType = { dtype: 'i32', shape: [], quant: null };

/** What is known of the values of a graph while its nodes are walked in their order; values by their names before the walk. */
export interface SizedGraph {
  readonly draft: GraphDraft;
  extents(value: ValueName | null | undefined): Extents;
  setExtents(value: ValueName | null | undefined, extents: Extents): void;
  elements(value: ValueName | null | undefined): readonly Element[] | null;
  setElements(value: ValueName, elements: readonly Element[]): void;
  /** Whether the value depends on the data, and not on shapes alone. */
  isData(value: ValueName | null | undefined): boolean;
  markData(value: ValueName): void;
}

export function startSizing(graph: Graph, draft: GraphDraft): SizedGraph {
  const extents = new Map<ValueName, Extents>();
  const elements = new Map<ValueName, readonly Element[]>();
  const data = new Set<ValueName>(graph.inputs);
  return {
    draft,
    extents: (value) => (value != null && extents.get(value)) || NONE,
    setExtents: (value, found) => void (value != null && found.size > 0 && extents.set(value, found)),
    elements(value) {
      if (value == null) return null;
      const constant = graph.constants.get(value);
      return elements.get(value) ?? (constant ? constantElements(constant) : null);
    },
    setElements: (value, found) => void elements.set(value, found),
    isData: (value) => value != null && data.has(value),
    markData: (value) => void data.add(value),
  };
}

/** None of an input that is left out. */
export function shapeOf({ draft }: SizedGraph, value: ValueName | null | undefined): Shape {
  return value == null ? [] : draft.type(value).shape;
}

/** The attribute `axis` over the dimensions of input 0, from 0. */
export function axisAttribute(node: Node, sized: SizedGraph, otherwise: number): number {
  return normalizeAxis(intAttribute(node, 'axis', otherwise), shapeOf(sized, node.inputs[0]).length);
}

/** The value with what lies behind its first `count` along an axis replaced by a number. */
export function masked(
  { draft }: SizedGraph,
  value: ValueName,
  axis: number,
  count: ValueName,
  fill: number,
): ValueName {
  const type = draft.type(value);
  const size = type.shape[axis]!;
  const places = draft.constant(
    `${value}.places`,
    tensorOf(
      'i32',
      [size],
      Array.from({ length: size }, (_, i) => i),
    ),
  );
  const bools = (shape: Shape): TensorType => ({ dtype: 'bool', shape, quant: null });
  const within = draft.node({ op: 'Less', inputs: [places, count] }, bools([size]), `${value}.within`);
  const shape = type.shape.map((_, d) => (d === axis ? size : 1));
  const spread = draft.node({ op: 'Reshape', inputs: [within, ints(draft, shape)] }, bools(shape), `${value}.within`);
  if (type.dtype === 'bool') return draft.node({ op: 'And', inputs: [value, spread] }, type, `${value}.masked`);
  const other = draft.constant(`${value}.fill`, scalarOf(type.dtype, fill));
  return draft.node({ op: 'Where', inputs: [spread, value, other] }, type, `${value}.masked`);
}

/** Numbers that no element of the type is below, and none above. */
export function extremesOf({ dtype }: TensorType): { readonly min: number; readonly max: number } {
  if (isFloat(dtype)) return { min: -Infinity, max: Infinity };
  return (
    integerRange(dtype) ?? (dtype === 'i64' ? { min: -(2 ** 63), max: 2 ** 63 } : { min: 0, max: 2 ** 64 - 2 ** 11 })
  );
}

export function ints(draft: GraphDraft, values: readonly number[]): ValueName {
  return draft.constant('shape', tensorOf('i64', [values.length], [...values]));
}

/** A count as an int64 of that shape. */
export function asInt64({ draft }: SizedGraph, count: ValueName, shape: Shape): ValueName {
  const wide = draft.node(
    { op: 'Cast', inputs: [count], attributes: { to: codeOf('i64') } },
    { ...COUNT, dtype: 'i64' },
  );
  if (shape.length === 0) return wide;
  return draft.node({ op: 'Reshape', inputs: [wide, ints(draft, shape)] }, { dtype: 'i64', shape, quant: null });
}

export function refuse(node: Node, why: string): never {
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'a node cannot work on results whose number depends on the data',
    where: showNode(node),
    because: [why],
    hint: 'end the model before this node, and do the rest in your own code',
  });
}

import { intAttribute, numbersOf } from '../../ir/attributes.ts';
import type { Node, Tensor, ValueName } from '../../ir/types.ts';

/** An element of a shape: a number, or sign * count + add, `count` an int32 scalar of the graph. */
export type Element = number | { readonly count: ValueName; readonly sign: 1 | -1; readonly add: number };

/** What is known of a value element by element; null: nothing. */
type Known = (value: ValueName | null | undefined) => readonly Element[] | null;

/** The elements of what a node makes of shapes, as exporters compute them; null where that is not followed. */
export function shapeElements(node: Node, known: Known): readonly Element[] | null {
  const [a, b] = node.inputs.map(known);
  switch (node.op) {
    case 'Identity':
    case 'Cast':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
      return a ?? null;
    case 'Concat': {
      const parts = node.inputs.map(known);
      return parts.every((part) => part !== null) ? parts.flatMap((part) => part!) : null;
    }
    case 'Gather':
      return a && b ? picked(a, b) : null;
    case 'Slice': {
      const bounds = node.inputs.slice(1).map((value) => known(value)?.[0]);
      const [start, end, , step = 1] = bounds;
      return a && typeof start === 'number' && typeof end === 'number' && step === 1 ? a.slice(start, end) : null;
    }
    case 'Add':
      return pairs(a, b, add);
    case 'Sub':
      return pairs(a, b, (x, y) => add(x, negative(y)));
    default:
      return null;
  }
}

function picked(elements: readonly Element[], places: readonly Element[]): readonly Element[] | null {
  const found = places.map((i) => (typeof i === 'number' ? elements.at(i) : undefined));
  return found.every((element) => element !== undefined) ? found : null;
}

function pairs(
  a: readonly Element[] | null | undefined,
  b: readonly Element[] | null | undefined,
  join: (x: Element, y: Element) => Element | null,
): readonly Element[] | null {
  if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return null;
  const length = Math.max(a.length, b.length);
  const joined = Array.from({ length }, (_, i) => join(a[a.length === 1 ? 0 : i]!, b[b.length === 1 ? 0 : i]!));
  return joined.every((element) => element !== null) ? (joined as Element[]) : null;
}

function add(x: Element, y: Element): Element | null {
  if (typeof x === 'number') return typeof y === 'number' ? x + y : { ...y, add: y.add + x };
  return typeof y === 'number' ? { ...x, add: x.add + y } : null;
}

function negative(x: Element): Element {
  return typeof x === 'number' ? -x : { count: x.count, sign: x.sign === 1 ? -1 : 1, add: -x.add };
}

/** The part of a shape that Shape takes. */
export function shapePart<T>(node: Node, dimensions: readonly T[]): readonly T[] {
  return dimensions.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', dimensions.length));
}

/** A constant of a few integers. */
export function constantElements(tensor: Tensor): readonly number[] | null {
  return /^[iu](32|64)$/.test(tensor.dtype) && tensor.data.length <= 64 ? numbersOf(tensor) : null;
}

export function isComputed(element: Element): element is Exclude<Element, number> {
  return typeof element !== 'number';
}

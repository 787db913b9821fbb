import { elementCount } from '../ir/shape.ts';
import type { Graph, Node, Tensor, TypedArray, ValueName } from '../ir/types.ts';

/** A result of a TopK that may give the chosen elements in any order: 0 their values, 1 their indices. */
export interface Unsorted {
  readonly node: Node;
  readonly output: 0 | 1;
}

export function unsortedResult(graph: Graph, value: ValueName): Unsorted | null {
  const node = graph.nodes.find(({ op, outputs }) => op === 'TopK' && outputs.includes(value));
  if (node?.attributes.sorted !== 0) return null;
  return { node, output: node.outputs[0] === value ? 0 : 1 };
}

/** Values of each row in falling order: what TopK chose, as a set. */
export function sortedRows(values: TypedArray, row: Rows): TypedArray {
  const sorted = values.slice();
  for (const places of row.places()) {
    const inOrder = places.map((at) => values[at]!).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
    for (const [i, at] of places.entries()) sorted[at] = inOrder[i]!;
  }
  return sorted;
}

/** Whether each index is that of the value at the same place, and none stands twice in a row. */
export function belongTogether(indices: TypedArray, values: TypedArray, x: Tensor, row: Rows): boolean {
  for (const places of row.places()) {
    const chosen = places.map((at) => Number(indices[at]));
    if (new Set(chosen).size !== chosen.length) return false;
    const fits = places.every((at, i) => Object.is(x.data[row.source(at, chosen[i]!)], values[at]));
    if (!fits) return false;
  }
  return true;
}

/** The rows that TopK chooses from, k elements each in its result. */
export interface Rows {
  /** Offsets of the elements of each row in the result. */
  places(): Iterable<number[]>;
  /** Offset of element `index` of the row that the result's offset `at` belongs to, in the input. */
  source(at: number, index: number): number;
}

export function rowsOf(node: Node, shape: readonly number[], count: number): Rows {
  const axis = Number(node.attributes.axis ?? -1);
  const at = axis < 0 ? axis + shape.length : axis;
  const [length, inner] = [shape[at]!, elementCount(shape.slice(at + 1))];
  const outer = elementCount(shape.slice(0, at));
  const k = count / (outer * inner);
  return {
    *places() {
      for (let o = 0; o < outer; o++)
        for (let i = 0; i < inner; i++) yield Array.from({ length: k }, (_, j) => (o * k + j) * inner + i);
    },
    source: (place, index) => (Math.floor(place / (k * inner)) * length + index) * inner + (place % inner),
  };
}

import { producerOf } from '../../../ir/graph.ts';
import type { Graph, ValueName } from '../../../ir/types.ts';
import { isOp } from '../match.ts';

/** A product, as part of a sum. */
export interface Term {
  readonly sign: 1 | -1;
  readonly factors: readonly ValueName[];
  readonly divisors: readonly ValueName[];
}

/** Longer sums and products are none of a normalization. */
const MOST_TERMS = 6;
const DEEPEST = 8;

/** A value as a sum of products; `isLeaf` says what is not taken apart. Null: too many. */
export function termsOf(
  graph: Graph,
  value: ValueName,
  isLeaf: (value: ValueName) => boolean,
  depth = 0,
): readonly Term[] | null {
  const node = isLeaf(value) ? null : producerOf(graph, value);
  const [a, b] = node?.inputs ?? [];
  const splits = isOp(node, 'Add', 'Sub') && (node.clip === null || depth === 0);
  if (!splits || !a || !b) return [{ sign: 1, ...productOf(graph, value, isLeaf, depth) }];
  if (depth > DEEPEST) return null;
  const [left, right] = [termsOf(graph, a, isLeaf, depth + 1), termsOf(graph, b, isLeaf, depth + 1)];
  if (!left || !right || left.length + right.length > MOST_TERMS) return null;
  return [...left, ...(node.op === 'Sub' ? right.map((term): Term => ({ ...term, sign: flipped(term.sign) })) : right)];
}

function flipped(sign: 1 | -1): 1 | -1 {
  return sign === 1 ? -1 : 1;
}

type Product = Omit<Term, 'sign'>;

function productOf(graph: Graph, value: ValueName, isLeaf: (value: ValueName) => boolean, depth: number): Product {
  const node = isLeaf(value) ? null : producerOf(graph, value);
  const [a, b] = node?.inputs ?? [];
  const plain = { factors: [value], divisors: [] };
  if (!node || !a || depth > DEEPEST || (node.clip !== null && depth > 0)) return plain;
  const part = (input: ValueName) => productOf(graph, input, isLeaf, depth + 1);
  if (isOp(node, 'Reciprocal')) return inverse(part(a));
  if (!b || !isOp(node, 'Mul', 'Div')) return plain;
  const [left, right] = [part(a), node.op === 'Div' ? inverse(part(b)) : part(b)];
  return { factors: [...left.factors, ...right.factors], divisors: [...left.divisors, ...right.divisors] };
}

function inverse({ factors, divisors }: Product): Product {
  return { factors: divisors, divisors: factors };
}

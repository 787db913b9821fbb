import { constantOf, consumersOf, producerOf, typeOf } from '../../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { isOp, onlyOutput, soleProducer, uniformConstant } from '../match.ts';

/** What Softmax reads of an attention: scale * a b, changed by masks. */
export interface Scores {
  readonly a: ValueName;
  readonly b: ValueName;
  readonly scale: number;
  readonly masks: readonly Mask[];
}

/** Numbers that are added, or truths: where a key takes part, or (`hides`) where it does not. */
export interface Mask {
  readonly kind: 'added' | 'allows' | 'hides';
  readonly value: ValueName;
}

/** A number that is added to a product to hide it. */
export const HIDDEN = -1000;
const MOST_STEPS = 6;

/**
 * Which computed truths may be a mask, by the number that hides: the operator gives zeros for a query without a key, where
 * a large negative number gives the mean of all values and -infinity gives NaN.
 */
export type MayHide = (number: number) => boolean;

/** Null where the value is no product of two computed matrices behind sums and choices. */
export function scoresOf(
  graph: Graph,
  value: ValueName | null | undefined,
  mayHide: MayHide,
  depth = 0,
): Scores | null {
  const node = soleProducer(graph, value, 'MatMul', 'Mul', 'Div', 'Add', 'Where');
  if (!node || depth > MOST_STEPS || typeOf(graph, value).dtype !== 'f32') return null;
  const [a, b, c] = node.inputs;
  if (node.op === 'MatMul') {
    const computed = a && b && !constantOf(graph, a) && !constantOf(graph, b);
    return computed ? plain(graph, a, b) : null;
  }
  const inside = (value: ValueName | null | undefined) => scoresOf(graph, value, mayHide, depth + 1);
  const hides = (value: ValueName | null | undefined) => {
    const number = uniformConstant(graph, value);
    return number !== null && number <= HIDDEN && (constantOf(graph, a) !== null || mayHide(number));
  };
  if (node.op === 'Add') return added(graph, inside(a), b, mayHide) ?? added(graph, inside(b), a, mayHide);
  if (node.op === 'Where') {
    if (hides(c)) return masked(inside(b), { kind: 'allows', value: a! });
    return hides(b) ? masked(inside(c), { kind: 'hides', value: a! }) : null;
  }
  const scaled = scaledBy(graph, node);
  const inner = scaled && inside(scaled.value);
  // What is added before the scale is not scaled in the operator.
  if (!inner || inner.masks.some(({ kind }) => kind === 'added')) return null;
  return { ...inner, scale: inner.scale * scaled.factor };
}

function plain(graph: Graph, a: ValueName, b: ValueName): Scores {
  const [left, right] = [a, b].map((value) => unscaled(graph, value));
  return { a: left.value, b: right.value, scale: left.factor * right.factor, masks: [] };
}

/** Queries and keys may each take a part of the scale. */
function unscaled(graph: Graph, value: ValueName): { value: ValueName; factor: number } {
  const node = soleProducer(graph, value, 'Mul', 'Div');
  return (node && scaledBy(graph, node)) || { value, factor: 1 };
}

function scaledBy(graph: Graph, node: Node): { value: ValueName; factor: number } | null {
  const [a, b] = node.inputs;
  const [left, right] = [uniformConstant(graph, a), uniformConstant(graph, b)];
  const found =
    a && right !== null
      ? { value: a, factor: node.op === 'Div' ? 1 / right : right }
      : b && left !== null && node.op === 'Mul'
        ? { value: b, factor: left }
        : null;
  const same = found && typeOf(graph, found.value).shape.length === typeOf(graph, node.outputs[0]).shape.length;
  return same && found.factor > 0 && Number.isFinite(found.factor) ? found : null;
}

function added(
  graph: Graph,
  inner: Scores | null,
  mask: ValueName | null | undefined,
  mayHide: MayHide,
): Scores | null {
  if (!mask) return null;
  return masked(inner, truthsOf(graph, mask, mayHide) ?? { kind: 'added', value: mask });
}

/** The truths behind a mask of zeros and numbers that hide, as Where makes it. */
export function truthsOf(graph: Graph, mask: ValueName, mayHide: MayHide): Mask | null {
  const node = soleProducer(graph, mask, 'Where');
  const [truth, a, b] = node?.inputs ?? [];
  const numbers = [a, b].map((value) => uniformConstant(graph, value));
  const hidden = numbers.findIndex((number) => number !== null && number <= HIDDEN && mayHide(number));
  if (!truth || hidden < 0 || numbers[1 - hidden] !== 0) return null;
  return { kind: hidden === 1 ? 'allows' : 'hides', value: truth };
}

function masked(scores: Scores | null, mask: Mask): Scores | null {
  return scores && { ...scores, masks: [...scores.masks, mask] };
}

/** The Softmax over the last axis behind a value, and whether rows without a number are made zeros behind it. */
export function softmaxBehind(
  graph: Graph,
  value: ValueName | null | undefined,
): { softmax: Node; guarded: boolean } | null {
  const plain = soleProducer(graph, value, 'Softmax');
  if (plain) return isLast(graph, plain) ? { softmax: plain, guarded: false } : null;
  const guard = soleProducer(graph, value, 'Where');
  const [test, zero, weights] = guard?.inputs ?? [];
  const tested = soleProducer(graph, test, 'IsNaN');
  if (!tested || !weights || tested.inputs[0] !== weights || uniformConstant(graph, zero) !== 0) return null;
  if (consumersOf(graph, weights).length !== 2) return null;
  const softmax = producerOf(graph, weights);
  const last = isOp(softmax, 'Softmax') && softmax.clip === null && isLast(graph, softmax);
  return last ? { softmax, guarded: true } : null;
}

function isLast(graph: Graph, node: Node): boolean {
  const { axis = -1 } = node.attributes;
  const rank = typeOf(graph, node.inputs[0]).shape.length;
  return (axis === -1 || axis === rank - 1) && onlyOutput(node) !== null;
}

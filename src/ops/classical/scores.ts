import { stringAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { ONNX_I64 } from '../support/oracle.ts';
import { type Spelling, type Value, withColumns } from './spelling.ts';

/** What an estimator does to its scores: NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT. */
export const transformOf = (node: Node): string => stringAttribute(node, 'post_transform', 'NONE');

/** Of scores [N, E] as onnxruntime has them: of one column only PROBIT means anything. */
export function transformed(node: Node, scores: Value, spell: Spelling): Value {
  const transform = transformOf(node);
  if (transform === 'PROBIT') return probit(scores, spell);
  if (scores.shape.at(-1) === 1) return scores;
  if (transform === 'LOGISTIC') return spell.each('Sigmoid', scores);
  if (transform === 'SOFTMAX') return spell.node('Softmax', [scores], scores.shape, { axis: -1 });
  return transform === 'SOFTMAX_ZERO' ? softmaxBesideZeros(scores, spell) : scores;
}

/** Of two classes from the sum s of the second one: LOGISTIC of -s and s; else 1 - s and s, or -s and s where it may be negative. */
export function scoresOfTwo(node: Node, sum: Value, isSigned: boolean, spell: Spelling): Value {
  const isLogistic = transformOf(node) === 'LOGISTIC';
  const opposite = isSigned || isLogistic ? spell.each('Neg', sum) : spell.each('Sub', spell.number(1), sum);
  const both = spell.node('Concat', [opposite, sum], withColumns(sum, 2), { axis: -1 });
  return isLogistic ? spell.each('Sigmoid', both) : both;
}

/** The labels of the columns that these numbers [N] name. */
export function labelsAt(columns: Value, labels: readonly number[], spell: Spelling): Value {
  if (labels.every((label, i) => label === i)) return columns;
  return spell.node('Gather', [spell.ints(labels), columns], columns.shape, { axis: 0 }, 'i64');
}

/** The number of the first column with the highest score. */
export function highest(scores: Value, spell: Spelling): Value {
  return spell.node('ArgMax', [scores], scores.shape.slice(0, -1), { axis: -1, keepdims: 0 }, 'i64');
}

/** 1 where a score [N, 1] is above the limit, else 0, as [N]. */
export function above(score: Value, limit: number, spell: Spelling): Value {
  const shape = score.shape.slice(0, -1);
  const flat = spell.node('Reshape', [score, spell.ints(shape)], shape);
  const isAbove = spell.each('Greater', flat, spell.number(limit));
  return spell.node('Cast', [isAbove], shape, { to: ONNX_I64 }, 'i64');
}

/** exp(x - max) over its sum; what is zero stays out of the sum, and is itself exp(-max) times it over the sum. */
function softmaxBesideZeros(x: Value, spell: Spelling): Value {
  const max = spell.reduce('ReduceMax', x);
  const isZero = spell.each('LessOrEqual', spell.each('Abs', x), spell.number(1e-7));
  const powers = spell.each('Exp', spell.each('Sub', x, max));
  const zeros = spell.each('Mul', x, spell.each('Exp', spell.each('Neg', max)));
  const sum = spell.reduce('ReduceSum', spell.each('Where', isZero, spell.number(0), powers));
  return spell.each('Div', spell.each('Where', isZero, zeros, powers), sum);
}

/** sqrt(2) erfinv(2 x - 1), with Winitzki's erfinv. */
function probit(x: Value, spell: Spelling): Value {
  const each = (op: string, ...inputs: readonly Value[]) => spell.each(op, ...inputs);
  const n = (value: number) => spell.number(value);
  const centred = each('Sub', each('Mul', x, n(2)), n(1));
  const log = each('Log', each('Mul', each('Sub', n(1), centred), each('Add', n(1), centred)));
  const half = each('Add', each('Mul', log, n(0.5)), n(2 / (Math.PI * 0.147)));
  const root = each('Sqrt', each('Sub', each('Mul', half, half), each('Mul', log, n(1 / 0.147))));
  const size = each('Sqrt', each('Sub', root, half));
  const sign = each('Where', each('Less', centred, n(0)), n(-Math.SQRT2), n(Math.SQRT2));
  return each('Mul', sign, size);
}

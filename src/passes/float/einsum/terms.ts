import type { GraphDraft } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Shape, ValueName } from '../../../ir/types.ts';

/** The extent of every letter. */
export type Sizes = ReadonlyMap<string, number>;

/** An operand: one letter for each of its dimensions. */
export interface Term {
  readonly value: ValueName;
  readonly letters: string;
  readonly constant: boolean;
}

/** Dimensions of 1 that stand for more: matrices are spread over a batch as they are, all else is left to the other operand. */
export function unspread(edit: GraphDraft, term: Term, sizes: Sizes, result: string): Term {
  const { shape } = edit.type(term.value);
  const stays = (letter: string, d: number) =>
    shape[d] === sizes.get(letter) || (result.includes(letter) && !term.constant);
  const letters = [...term.letters].filter(stays).join('');
  return {
    ...term,
    letters,
    value: reshaped(
      edit,
      term.value,
      shape.filter((_, d) => stays(term.letters[d]!, d)),
    ),
  };
}

/** ii -> i: of the two dimensions as one every n + 1-th element. */
export function diagonal(edit: GraphDraft, term: Term): Term {
  const letter = [...term.letters].find((one, d) => term.letters.indexOf(one) !== d);
  if (letter === undefined) return term;
  const from = edit.type(term.value).shape;
  const places = [...term.letters].flatMap((one, d) => (one === letter ? [d] : []));
  const others = [...term.letters].flatMap((one, d) => (one === letter ? [] : [d]));
  const [n, count] = [from[places[0]!]!, places.length];
  const outer = others.map((d) => from[d]!);
  const across = transposed(edit, term.value, [...others, ...places]);
  const flat = reshaped(edit, across, [...outer, n ** count]);
  const list = (x: number) => edit.constant(`${term.value}.diagonal`, tensorOf('i64', [1], [x]));
  const step = Array.from({ length: count }, (_, d) => n ** d).reduce((a, b) => a + b);
  const slice = { op: 'Slice', inputs: [flat, list(0), list(n ** count), list(outer.length), list(step)] };
  const value = edit.node(slice, real([...outer, n]), `${term.value}.diagonal`);
  return diagonal(edit, { ...term, value, letters: others.map((d) => term.letters[d]).join('') + letter });
}

/** The sum over all letters that nobody else has. */
export function summed(edit: GraphDraft, term: Term, others: string): Term {
  const alone = [...term.letters].flatMap((letter, d) => (others.includes(letter) ? [] : [d]));
  if (alone.length === 0) return term;
  const letters = [...term.letters].filter((letter) => others.includes(letter)).join('');
  const shape = edit.type(term.value).shape.filter((_, d) => !alone.includes(d));
  const axes = edit.constant(`${term.value}.axes`, tensorOf('i64', [alone.length], alone));
  const sum = { op: 'ReduceSum', inputs: [term.value, axes], attributes: { keepdims: 0 } };
  return { ...term, letters, value: edit.node(sum, real(shape), `${term.value}.sum`) };
}

export function turned(edit: GraphDraft, term: Term, letters: string): Term {
  const perm = [...letters].map((letter) => term.letters.indexOf(letter));
  return { ...term, letters, value: transposed(edit, term.value, perm) };
}

function transposed(edit: GraphDraft, value: ValueName, perm: readonly number[]): ValueName {
  if (perm.every((from, to) => from === to)) return value;
  const { shape } = edit.type(value);
  const spec = { op: 'Transpose', inputs: [value], attributes: { perm } };
  return edit.node(spec, real(perm.map((d) => shape[d]!)), `${value}.turned`);
}

export function reshaped(edit: GraphDraft, value: ValueName, shape: Shape): ValueName {
  if (edit.type(value).shape.join() === shape.join()) return value;
  const list = edit.constant(`${value}.shape`, tensorOf('i64', [shape.length], shape));
  return edit.node({ op: 'Reshape', inputs: [value, list] }, real(shape), `${value}.view`);
}

export function sizesOf(letters: Iterable<string>, sizes: Sizes): number[] {
  return [...letters].map((letter) => sizes.get(letter)!);
}

export function real(shape: Shape) {
  return { dtype: 'f32', shape, quant: null } as const;
}

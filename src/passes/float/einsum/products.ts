import { stringAttribute } from '../../../ir/attributes.ts';
import { constantOf, type GraphDraft, typeOf } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape } from '../../../ir/types.ts';
import { type Equation, letterSizes, parseEquation } from '../../../ops/einsum.ts';
import { isOp, onlyOutput } from '../match.ts';
import type { Rule } from '../rewrite.ts';
import { joinPair, smallestPair } from './pairs.ts';
import { diagonal, real, reshaped, type Sizes, sizesOf, summed, type Term, turned, unspread } from './terms.ts';

/**
 * A sum of products is a product of matrices, which has kernels, integer forms and gradients.
 * Letters of two operands are the batch (in both and in the result), rows (left alone), columns (right alone) and depth (in
 * both, summed): [batch, rows, depth] by [batch, depth, columns]. Without depth it is a product element by element.
 * Kept: numbers that are not float32, and three operands of which any two make more than all of them are.
 */
export const einsumToProducts: Rule = (graph, node) => {
  const output = onlyOutput(node);
  if (!isOp(node, 'Einsum') || !output || node.clip !== null || typeOf(graph, output).dtype !== 'f32') return null;
  const shapes = node.inputs.map((value) => typeOf(graph, value).shape);
  const equation = parseEquation(
    stringAttribute(node, 'equation', ''),
    shapes.map((shape) => shape.length),
  );
  if (!equation || [typeOf(graph, output).shape, ...shapes].some((shape) => elementCount(shape) === 0)) return null;
  const sizes = letterSizes(
    equation,
    shapes.map((shape) => ({ shape })),
  );
  if (equation.inputs.some((term, i) => isUneven(term, shapes[i]))) return null;
  if (equation.inputs.length < 3)
    return { touches: [node], apply: (edit) => write(edit, graph, node, equation, sizes) };
  const pair = smallestPair(graph, node, equation);
  return pair && { touches: [node], apply: (edit) => joinPair(edit, node, equation, pair) };
};

/** Whether a letter stands twice, for two sizes. */
function isUneven(term: string, shape: Shape): boolean {
  return [...term].some((letter, d) => shape[term.indexOf(letter)] !== shape[d]);
}

function write(edit: GraphDraft, graph: Graph, node: Node, equation: Equation, sizes: Sizes): void {
  const { inputs, output: letters } = equation;
  const output = node.outputs[0]!;
  const operands = inputs.map((term, i) => {
    const whole = { value: node.inputs[i]!, letters: term, constant: constantOf(graph, node.inputs[i]) !== null };
    return diagonal(edit, unspread(edit, whole, sizes, letters));
  });
  const terms = operands.map((term, i) =>
    summed(edit, term, letters + operands.flatMap((other, j) => (j === i ? [] : other.letters)).join('')),
  );
  const [first, second] = terms;
  const made = second ? product(edit, node, ordered(first!, second, letters), { letters, sizes }) : first!;
  const placed = turned(edit, made, [...letters].filter((letter) => made.letters.includes(letter)).join(''));
  const shape = edit.constant(`${output}.shape`, tensorOf('i64', [letters.length], sizesOf(letters, sizes)));
  edit.update(node, { op: 'Reshape', name: `${node.name}.view`, inputs: [placed.value, shape], attributes: {} });
}

/** A constant on the right is a matrix of weights; else what the result has first is on the left, which spares a Transpose. */
function ordered(a: Term, b: Term, result: string): readonly [Term, Term] {
  const first = [...result].find((letter) => a.letters.includes(letter) !== b.letters.includes(letter));
  const swap = a.constant !== b.constant ? a.constant : first !== undefined && b.letters.includes(first);
  return swap ? [b, a] : [a, b];
}

function product(
  edit: GraphDraft,
  node: Node,
  [a, b]: readonly [Term, Term],
  { letters, sizes }: { letters: string; sizes: Sizes },
): Term {
  const part = (of: string, take: (letter: string) => boolean) => [...of].filter(take).join('');
  const depth = part(a.letters, (letter) => b.letters.includes(letter) && !letters.includes(letter));
  const hint = `${node.outputs[0]}.product`;
  if (depth === '') {
    const inputs = [a, b].map((term) => {
      const own = turned(
        edit,
        term,
        part(letters, (letter) => term.letters.includes(letter)),
      );
      const extents = edit.type(own.value).shape;
      const spread = [...letters].map((letter) => extents[own.letters.indexOf(letter)] ?? 1);
      return reshaped(edit, own.value, spread);
    });
    const value = edit.node({ op: 'Mul', name: node.name, inputs }, real(sizesOf(letters, sizes)), hint);
    return { value, letters, constant: false };
  }
  const batch = part(letters, (letter) => a.letters.includes(letter) && b.letters.includes(letter));
  const rows = part(letters, (letter) => a.letters.includes(letter) && !batch.includes(letter));
  const columns = part(letters, (letter) => b.letters.includes(letter) && !batch.includes(letter));
  const [m, k, n] = [rows, depth, columns].map((part) => elementCount(sizesOf(part, sizes)));
  const inputs = [
    matrices(edit, turned(edit, a, batch + rows + depth), batch.length, [m!, k!]),
    matrices(edit, turned(edit, b, batch + depth + columns), batch.length, [k!, n!]),
  ];
  const type = real([...sizesOf(batch, sizes), m!, n!]);
  const matrix = edit.node({ op: 'MatMul', name: node.name, inputs }, type, hint);
  const whole = batch + rows + columns;
  return { value: reshaped(edit, matrix, sizesOf(whole, sizes)), letters: whole, constant: false };
}

/** Its dimensions behind those of the batch as two. */
function matrices(edit: GraphDraft, { value }: Term, batch: number, matrix: Shape) {
  return reshaped(edit, value, [...edit.type(value).shape.slice(0, batch), ...matrix]);
}

import { stringAttribute } from '../ir/attributes.ts';
import { elementCount } from '../ir/shape.ts';
import type { NodeFacts, OpDef, Operand } from './op-def.ts';
import { inLoops, linesParams, sumText } from './support/loops.ts';
import { inputs, shapeOf } from './support/rules.ts';
import { arithmetic, isInteger, isReal } from './support/scalar.ts';

/** Operands' subscripts and the output's, one letter per dimension; the dimensions of '...' are digits from the right. */
export interface Equation {
  readonly inputs: readonly string[];
  readonly output: string;
}

export const einsum: OpDef = {
  op: 'Einsum',
  summary: 'Sum of products in index notation: any number of operands, diagonals, ellipsis.',
  check: [inputs(1, Infinity), equationFits],
  inSteps: true,
  lower(node, lower) {
    const { dtype } = lower.type(node.outputs[0]);
    if (!isReal(dtype) && !isInteger(dtype)) return lower.refuse(`${dtype} is not supported`);
    const operands = node.inputs.map((_, i) => lower.read(i, 'any'));
    const ranks = operands.map(({ shape }) => shape.length);
    const equation = parseEquation(stringAttribute(node, 'equation', ''), ranks);
    if (!equation) return lower.refuse('its equation does not fit its operands');
    const y = lower.write(0, 'row-major');

    const sizes = letterSizes(equation, operands);
    const summed = [...sizes.keys()].filter((letter) => !equation.output.includes(letter));
    const letters = [...equation.output, ...summed];
    const index = (operand: Pick<Operand, 'shape' | 'strides'>, subscript: string) => {
      const stride = (letter: string) =>
        [...subscript].reduce(
          (sum, own, d) => sum + (own === letter && operand.shape[d] !== 1 ? operand.strides[d] : 0),
          0,
        );
      return sumText(
        letters.map((_, i) => `i${i}`),
        letters.map(stride),
      );
    };
    const factors = operands.map((operand, i) => `${operand.name}[${index(operand, equation.inputs[i])}]`);
    const product = factors.reduce((left, right) => arithmetic(dtype, '*', left, right));
    const outer = [...equation.output].map((letter) => sizes.get(letter)!);
    const inner = summed.map((letter) => sizes.get(letter)!);
    const sum = [
      `${y.ctype} sum = 0;`,
      ...inLoops(inner, [`sum = ${arithmetic(dtype, '+', 'sum', `(${product})`)};`], 'i', outer.length),
      `${y.name}[${index(y, equation.output)}] = sum;`,
    ];
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(outer, sum)),
      macs: elementCount([...outer, ...inner]),
      summary: `Einsum ${equation.inputs.join(',')}->${equation.output}`,
    });
  },
};

/** Every letter is one size or 1 wherever it stands, and stands once in the result. */
function equationFits(facts: NodeFacts): string | null {
  const shapes = facts.node.inputs.map((_, i) => shapeOf(facts, i));
  const text = stringAttribute(facts.node, 'equation', '');
  const equation = parseEquation(
    text,
    shapes.map((shape) => shape.length),
  );
  if (!equation || !/^[A-Za-z\s.,]*(->[A-Za-z\s.]*)?$/.test(text)) return 'its equation does not fit its operands';
  if (new Set(equation.output).size < equation.output.length) return 'its equation has a letter twice in the result';
  const sizes = letterSizes(
    equation,
    shapes.map((shape) => ({ shape })),
  );
  for (const [i, term] of equation.inputs.entries()) {
    const odd = [...term].findIndex((letter, d) => shapes[i][d] !== 1 && shapes[i][d] !== sizes.get(letter));
    if (odd >= 0) return `operand ${i} is [${shapes[i]}], but '${term[odd]}' is ${sizes.get(term[odd])} elsewhere`;
  }
  return null;
}

/**
 * 'bij,bjk->bik', '...ii->...i', 'ij,jk'; without '->' the output is every letter that stands once, in alphabetical
 * order, after the ellipsis. Null when it does not fit operands of these ranks.
 */
export function parseEquation(text: string, ranks: readonly number[]): Equation | null {
  const [left = '', right] = text.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== ranks.length) return null;
  const ellipsis = Math.max(0, ...terms.map((term, i) => (term.includes('...') ? ranks[i] - (term.length - 3) : 0)));
  const digits = (count: number) => '0123456789'.slice(ellipsis - count, ellipsis);
  const inputs = terms.map((term, i) => term.replace('...', digits(Math.max(0, ranks[i] - (term.length - 3)))));
  if (ellipsis > 10 || inputs.some((term, i) => term.length !== ranks[i])) return null;
  const once = [...new Set(left.replace(/[.,]/g, ''))].filter((letter) => left.split(letter).length === 2).sort();
  const output = right === undefined ? digits(ellipsis) + once.join('') : right.replace('...', digits(ellipsis));
  return [...output].every((letter) => inputs.some((term) => term.includes(letter))) ? { inputs, output } : null;
}

/** The extent of every letter; dimensions of 1 are broadcast. */
export function letterSizes({ inputs }: Equation, operands: readonly Pick<Operand, 'shape'>[]): Map<string, number> {
  const sizes = new Map<string, number>();
  inputs.forEach((term, i) => {
    for (const [d, letter] of [...term].entries()) {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, operands[i].shape[d]));
    }
  });
  return sizes;
}

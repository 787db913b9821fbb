import { intAttribute } from '../../ir/attributes.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import { bounded, inputs, rank, shapeOf, spreads } from './rules.ts';
import { fits } from './shape-rule.ts';

const flag = (name: string): Rule => bounded(name, 0, 0, 1);
const output = (facts: NodeFacts) => facts.output(0)?.shape ?? [];

/** A [M, K], B [K, N], either transposed, of which inputs these are. */
const product =
  (a: number, b: number): Rule =>
  (facts) => {
    const turned = (input: number, name: string) => {
      const [rows, columns] = shapeOf(facts, input);
      return intAttribute(facts.node, name, 0) === 1 ? [columns, rows] : [rows, columns];
    };
    const [[, k], [own]] = [turned(a, 'transA'), turned(b, 'transB')];
    return k === own ? null : `A has rows of ${k} numbers, B columns of ${own}`;
  };

export const gemmRules: readonly Rule[] = [
  inputs(2, 3),
  rank(0, 2),
  rank(1, 2),
  flag('transA'),
  flag('transB'),
  product(0, 1),
  rank(2, 0, 2),
  spreads(2, output),
];

/** Any rank: the last two dimensions are matrices, those before them are broadcast. */
const matrices =
  (a: number, b: number): Rule =>
  (facts) => {
    const [left, right] = [shapeOf(facts, a), shapeOf(facts, b)];
    if (left.length === 0 || right.length === 0) return 'a number is no matrix';
    const [k, own] = [left.at(-1), right.at(right.length === 1 ? 0 : -2)];
    return k === own ? null : `[${left}] has rows of ${k} numbers, [${right}] columns of ${own}`;
  };

export const matMulRules: readonly Rule[] = [inputs(2), matrices(0, 1)];

export const matMulIntegerRules: readonly Rule[] = [
  inputs(2, 4),
  matrices(0, 1),
  fits(
    { A: '...', B: '...', a_zero_point: 'scalar|M|... M 1', b_zero_point: 'scalar|N|... 1 N' },
    { M: rowsOf(0), N: columnsOf(1) },
  ),
];

export const qlinearMatMulRules: readonly Rule[] = [
  inputs(8),
  matrices(0, 3),
  fits(
    {
      a: '...',
      a_scale: 'scalar|M|... M 1',
      a_zero_point: 'scalar|M|... M 1',
      b: '...',
      b_scale: 'scalar|N|... 1 N',
      b_zero_point: 'scalar|N|... 1 N',
      y_scale: 'scalar|M|... M 1',
      y_zero_point: 'scalar|M|... M 1',
    },
    { M: rowsOf(0), N: columnsOf(3) },
  ),
];

function rowsOf(input: number) {
  return (facts: NodeFacts) => shapeOf(facts, input).at(-2) ?? 1;
}

function columnsOf(input: number) {
  return (facts: NodeFacts) => (shapeOf(facts, input).length > 1 ? (shapeOf(facts, input).at(-1) ?? 1) : 1);
}

/** A, B and C of QGemm, with a scale and a zero point behind each but C. */
export const qgemmRules: readonly Rule[] = [
  inputs(6, 9),
  rank(0, 2),
  rank(3, 2),
  flag('transA'),
  flag('transB'),
  product(0, 3),
  fits(
    {
      A: '...',
      a_scale: 'scalar',
      a_zero_point: 'scalar',
      B: '...',
      b_scale: 'scalar|N',
      b_zero_point: 'scalar|N',
      C: '...',
      y_scale: 'scalar',
      y_zero_point: 'scalar',
    },
    { N: (facts) => output(facts).at(-1) ?? 1 },
  ),
  rank(6, 0, 2),
  spreads(6, output),
];

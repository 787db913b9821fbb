import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { OpDef } from '../op-def.ts';
import { checkDtype, constantNumbers } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver, sumText } from '../support/loops.ts';
import { elementsText, followInput } from '../support/moves.ts';
import { arithmetic, isInteger, isReal, number } from '../support/scalar.ts';
import { cumulativeRules } from './rules.ts';

/** y[k] = x[0] op ... op x[k] along an axis; exclusive: without x[k]; reverse: from the other end. */
const cumulative = (op: string, operator: '+' | '*', first: number): OpDef => ({
  op,
  summary: `Running ${operator === '+' ? 'sum' : 'product'} along a constant axis.`,
  check: cumulativeRules,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => isReal(dtype) || isInteger(dtype));
    const x = lower.read(0, 'any');
    const axis = normalizeAxis(constantNumbers(node, lower, 1, 'axis')?.[0] ?? 0, x.shape.length);
    const y = lower.write(0, followInput(node, lower));
    const { dtype } = x.type;
    const size = x.shape[axis];
    const { sizes, at } = loopsOver(
      x.shape.map((n, d) => (d === axis ? 1 : n)),
      'x',
      { x: { strides: x.strides }, y: { strides: y.strides } },
    );
    const reverse = intAttribute(node, 'reverse', 0) === 1;
    const along = (stride: number) => sumText(['k'], [reverse ? -stride : stride], reverse ? (size - 1) * stride : 0);
    const steps = [
      `acc = ${arithmetic(dtype, operator, 'acc', 'v')};`,
      `${y.name}[${at.y} + ${along(y.strides[axis])}] = acc;`,
    ];
    const lines = inLoops(sizes, [
      `${x.ctype} acc = ${number(dtype, first)};`,
      `for (int32_t k = 0; k < ${size}; k++) {`,
      `    const ${x.ctype} v = ${x.name}[${at.x} + ${along(x.strides[axis])}];`,
      ...(intAttribute(node, 'exclusive', 0) === 1 ? steps.reverse() : steps).map((line) => `    ${line}`),
      '}',
    ]);
    lower.call({ template: 'lines', params: linesParams(lines), summary: `${op}, ${elementsText(node, lower)}` });
  },
});

export const cumSum = cumulative('CumSum', '+', 0);
export const cumProd = cumulative('CumProd', '*', 1);

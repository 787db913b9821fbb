import type { DType } from '../ir/types.ts';
import { isQuantized } from '../quant/quantized.ts';
import type { OpDef } from './op-def.ts';
import { cType } from './support/c-text.ts';
import { elementwise } from './support/elementwise-rules.ts';
import { ownRule } from './support/own-rule.ts';
import { elementName, lowerPointwise, type Step } from './support/pointwise.ts';
import { isInteger, isReal, number, orNaN } from './support/scalar.ts';
import { lowerSeveralS8, severalOracle } from './support/several-int8.ts';

const average = (op: string, summary: string, divisor: (inputs: number) => number): OpDef => ({
  op,
  summary,
  elementwise: true,
  check: elementwise(1, Infinity),
  quantize: ownRule,
  oracle: severalOracle,
  lower(node, lower) {
    if (isQuantized(lower.type, node)) return lowerSeveralS8(node, lower);
    const { dtype } = lower.type(node.inputs[0]);
    if (!isReal(dtype)) return lower.refuse(`${dtype} is not supported`);
    const total = node.inputs.map((_, i) => elementName(i)).join(' + ');
    const count = divisor(node.inputs.length);
    lowerPointwise(node, lower, {
      title: op,
      expression: count === 1 ? total : `(${total}) / ${number(dtype, count)}`,
    });
  },
});

export const sum = average('Sum', 'Sum of any number of tensors, broadcast.', () => 1);
export const mean = average('Mean', 'Mean of any number of tensors, broadcast.', (inputs) => inputs);

const extreme = (op: string, operator: string, summary: string): OpDef => ({
  op,
  summary,
  elementwise: true,
  check: elementwise(1, Infinity),
  quantize: ownRule,
  oracle: severalOracle,
  lower(node, lower) {
    if (isQuantized(lower.type, node)) return lowerSeveralS8(node, lower);
    const { dtype } = lower.type(node.inputs[0]);
    if (!isReal(dtype) && !isInteger(dtype)) return lower.refuse(`${dtype} is not supported`);
    const steps = extremes(dtype, operator, node.inputs.length);
    lowerPointwise(node, lower, { title: op, steps: steps.slice(0, -1), expression: steps.at(-1)?.value ?? 'a' });
  },
});

/** The winner among the first two elements, three, ...; a NaN wins. */
function extremes(dtype: DType, operator: string, count: number): Step[] {
  const steps: Step[] = [];
  for (let i = 1; i < count; i++) {
    const best = steps.at(-1)?.name ?? 'a';
    const test = `${best} ${operator} ${elementName(i)}${orNaN(dtype, best)}`;
    steps.push({ ctype: cType(dtype), name: `best${i}`, value: `(${test}) ? ${best} : ${elementName(i)}` });
  }
  return steps;
}

export const min = extreme('Min', '<', 'Smallest of any number of elements, broadcast; NaN wins.');
export const max = extreme('Max', '>', 'Largest of any number of elements, broadcast; NaN wins.');

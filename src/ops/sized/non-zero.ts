import { elementCount } from '../../ir/shape.ts';
import type { OpDef } from '../op-def.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams, sumText } from '../support/loops.ts';
import { isInteger, isReal } from '../support/scalar.ts';
import { capacityOf, countLines, overflowAbove, ownAttributes, padded } from './padded.ts';
import { nonZeroRules } from './rules.ts';

/** y[d][k] = coordinate d of the k-th element that is not zero, in row-major order. */
export const nonZero: OpDef = {
  op: 'NonZero',
  summary: 'Coordinates of the elements that are not zero, as many as fit the capacity.',
  check: nonZeroRules,
  plain(node, plain) {
    const found = plain.node('NonZero', [node.inputs[0]], ownAttributes(node));
    const { value, count } = padded(plain, found, { axis: 1, rank: 2, capacity: capacityOf(node) });
    plain.output(0, value);
    plain.output(1, count);
  },
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => isReal(dtype) || isInteger(dtype) || dtype === 'bool');
    const capacity = capacityOf(node);
    const x = lower.read(0, 'any');
    const y = lower.write(0, 'row-major');
    const index = x.shape.map((_, d) => `i${d}`);
    const store = index.map((i, d) => `        ${y.name}[${sumText(['count'], [1], d * capacity)}] = ${i};`);
    const body = [
      `if (${x.name}[${sumText(index, x.strides)}] != 0) {`,
      `    if (count < ${capacity}) {`,
      ...store,
      '    }',
      '    count++;',
      '}',
    ];
    const clear = [
      `for (int32_t k = count; k < ${capacity}; k++) {`,
      ...index.map((_, d) => `    ${y.name}[${sumText(['k'], [1], d * capacity)}] = 0;`),
      '}',
    ];
    const limit = overflowAbove(capacity, elementCount(x.shape));
    lower.call({
      template: 'lines',
      params: linesParams([
        'int32_t count = 0;',
        ...inLoops(x.shape, body),
        ...(index.length > 0 ? clear : []),
        ...countLines(node, lower, limit),
      ]),
      summary: `NonZero, at most ${capacity} of ${elementCount(x.shape)}`,
      ...(limit && { limit }),
    });
  },
};

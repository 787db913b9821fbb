import { intAttribute } from '../../ir/attributes.ts';
import type { OpDef } from '../op-def.ts';
import { axisOf, checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams, sumText } from '../support/loops.ts';
import { isInteger, isReal } from '../support/scalar.ts';
import { placeForm } from './int8.ts';
import { reduction } from './kept.ts';
import { argExtremeRules } from './rules.ts';

const argExtreme = (op: string, sign: '>' | '<'): OpDef => ({
  op,
  summary: `Index of the ${sign === '>' ? 'largest' : 'smallest'} element along an axis, the first or the last of equals.`,
  check: argExtremeRules,
  ...placeForm,
  lower(node, lower) {
    if (!lower.type(node.inputs[0]).quant) checkDtype(node, lower, (dtype) => isReal(dtype) || isInteger(dtype));
    const axis = axisOf(node, lower.type(node.inputs[0]).shape.length, 0);
    const { x, y, outer } = reduction(node, lower, [axis], (storage) => lower.write(0, storage));
    const last = intAttribute(node, 'select_last_index', 0) === 1;
    const element = (index: string) => {
      const start = outer.at.x === '0' ? '' : `${outer.at.x} + `;
      return `${x.name}[${start}${sumText([index], [x.strides[axis]])}]`;
    };
    const body = [
      'int32_t best = 0;',
      `for (int32_t k = 1; k < ${x.shape[axis]}; k++) {`,
      `    best = (${element('k')} ${sign}${last ? '=' : ''} ${element('best')}) ? k : best;`,
      '}',
      `${y.name}[${outer.at.y}] = best;`,
    ];
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(outer.sizes, body)),
      summary: `${op} along axis ${axis} of ${x.shape[axis]}`,
    });
  },
});

export const argMax = argExtreme('ArgMax', '>');
export const argMin = argExtreme('ArgMin', '<');

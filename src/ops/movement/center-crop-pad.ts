import { intsAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { OpDef } from '../op-def.ts';
import { literal } from '../support/c-text.ts';
import { linesParams } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { surrounded } from './pad.ts';
import { centerCropPadRules } from './rules.ts';

/** The output's shape says it all; an odd difference leaves the smaller half in front. */
export const centerCropPad: OpDef = {
  op: 'CenterCropPad',
  summary: 'Cuts or pads each axis evenly at both ends to a constant size.',
  check: centerCropPadRules,
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const rank = x.shape.length;
    const every = x.shape.map((_, d) => d);
    const axes = intsAttribute(node, 'axes', every).map((axis) => normalizeAxis(axis, rank));
    const begins = x.shape.map((size, d) => {
      const grows = y.shape[d] - size;
      return axes.includes(d) ? Math.sign(grows) * Math.floor(Math.abs(grows) / 2) : 0;
    });
    const { dtype, quant } = x.type;
    const zero = literal(quant?.zeroPoint[0] ?? 0, dtype === 'f16' || dtype === 'bf16' ? 'u16' : dtype);
    lower.call({
      template: 'lines',
      params: linesParams(surrounded(x, y, begins, zero)),
      summary: `CenterCropPad, ${elementsText(node, lower)}`,
    });
  },
};

import { intsAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { formSuffix } from '../../kernels/forms.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { clampCodes, codesOf, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder } from '../op-def.ts';
import { lowerPool } from '../spatial/pool-nd.ts';
import { cType } from '../support/c-text.ts';
import { narrowing } from '../support/pair-int8.ts';
import { windowAxes } from '../support/window-loops.ts';
import { cellsOf, scalesOfCells } from './cells.ts';

/** The largest code of windows of any rank, as loops. */
export function lowerMaxPoolNdS8(node: Node, lower: LowerBuilder): void {
  const quant = quantOf(lower.graph, node.outputs[0]);
  const { min, max } = clampCodes(node, quant);
  lowerPool(node, lower, intsAttribute(node, 'kernel_shape', []), () => ({
    start: [`${cType(lower.type(node.outputs[0]).dtype)} best = ${min};`],
    step: ['best = (v > best) ? v : best;'],
    result: max < codesOf(quant).max ? `(best > ${max}) ? ${max} : best` : 'best',
    clamped: true,
  }));
}

/** The mean of windows of any rank: the sum of (x - zero point), then one multiply by scale / count. */
export function lowerAveragePoolNdS8(node: Node, lower: LowerBuilder, includePad: number): void {
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => lower.type(value).shape);
  const kernel = intsAttribute(node, 'kernel_shape', []);
  const cells = cellsOf(windowAxes(node, x, y, kernel), y.slice(2), includePad === 1);
  const scales = scalesOfCells(lower.graph, node, cells);
  const quant = quantOf(lower.graph, node.outputs[0]);
  const { min, max } = clampCodes(node, quant);
  lower.requantizes(scales.form);
  const byCount = new Int32Array(Math.max(...scales.counts) + 1);
  scales.counts.forEach((count, i) => {
    byCount[count] = scales.multiplier[i];
  });
  const comment = `scale by number of cells, of ${node.name}`;
  const table = lower.table('multiplier', 'i32', byCount, 'parameters', comment);
  const fields = [scales.leftShift, zeroPointField(scales, zeroPointOf(quant)), min, max].join(', ');
  const zero = zeroPointOf(quantOf(lower.graph, node.inputs[0]));
  const requantize = hasWideCodes(lower.graph, node)
    ? `${narrowing(node, lower)}nn_requantize_s16`
    : 'nn_requantize_s8';
  const sum = scales.form === 'sum64' ? 'int64_t' : 'int32_t';
  lowerPool(node, lower, kernel, () => ({
    start: [`const nn_quant quant = { ${fields} };`, `${sum} sum = 0;`, 'int32_t count = 0;'],
    step: [zero === 0 ? 'sum += v;' : `sum += (int32_t)v - (${zero});`, ...(includePad === 1 ? [] : ['count++;'])],
    padded: includePad === 1,
    result: `${requantize}${formSuffix(scales.form)}(&quant, sum, ${table}[count])`,
    clamped: true,
  }));
}

import { intAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { counted } from '../../support/counted.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { axisOf, checkDtype } from '../support/inputs.ts';
import { linesParams } from '../support/loops.ts';
import { followInput } from '../support/moves.ts';
import { rowsAlong } from '../support/rows.ts';
import { lowerSoftmaxS8, softmaxOracle, softmaxRule } from '../support/softmax-int8.ts';
import { lowerWideSoftmax, wideSoftmaxOracle } from '../support/softmax-wide.ts';
import { logSumOracle, logSumRule, lowerLogSoftmaxS8 } from './log-sum-int8.ts';
import { lowerWideLogSoftmax, wideLogSumOracle } from './log-sum-wide.ts';
import { rowwiseRules } from './rules.ts';

/** How it computes on codes. */
type CodesForm = Required<Pick<OpDef, 'quantize' | 'oracle' | 'lower'>>;

/** One kernel call per row: all elements along the axis. */
const rowwise = (op: string, kernel: string, summary: string, codes?: CodesForm): OpDef => ({
  ...(codes && { quantize: codes.quantize, oracle: codes.oracle }),
  op,
  summary,
  check: rowwiseRules,
  upgrade: coerceRows,
  lower(node, lower) {
    if (codes && isQuantized(lower.type, node)) return codes.lower(node, lower);
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    lowerRows(node, lower, kernel);
  },
});

function lowerRows(node: Node, lower: LowerBuilder, kernel: string): void {
  const x = lower.read(0, 'any');
  const y = lower.write(0, followInput(node, lower));
  const rows = rowsAlong(axisOf(node, x.shape.length, -1), x, y);
  lower.call({
    template: 'lines',
    params: linesParams(rows.loops([`${kernel}(${rows.x}, ${rows.xStep}, ${rows.length}, ${rows.y}, ${rows.yStep});`])),
    summary: `${node.op} of ${counted(rows.count, 'row')} of ${rows.length}`,
    overlap: rows.inPlace ? [{ read: x, distance: 0 }] : [],
  });
}

/**
 * Before opset 13 the input was seen as a matrix, cut at the axis (default 1): our own attribute `rows_from_axis`, until the import
 * knows the shape (frontend/newest-form.ts).
 */
function coerceRows(node: Node, opset: number): Node {
  if (opset >= 13) return node;
  const axis = intAttribute(node, 'axis', 1);
  return { ...node, attributes: { ...node.attributes, axis, rows_from_axis: 1 } };
}

export const softmax = rowwise('Softmax', 'nn_softmax_f32', 'exp(x) / sum(exp(x)) along an axis.', {
  quantize: softmaxRule,
  oracle: (node, oracle) =>
    hasWideCodes(oracle.graph, node) ? wideSoftmaxOracle(node, oracle) : softmaxOracle(node, oracle),
  lower: (node, lower) =>
    hasWideCodes(lower.graph, node) ? lowerWideSoftmax(node, lower) : lowerSoftmaxS8(node, lower),
});
export const logSoftmax = rowwise('LogSoftmax', 'nn_logsoftmax_f32', 'x - log(sum(exp(x))) along an axis.', {
  quantize: logSumRule,
  oracle: (node, oracle) =>
    hasWideCodes(oracle.graph, node) ? wideLogSumOracle(node, oracle) : logSumOracle(node, oracle),
  lower: (node, lower) =>
    hasWideCodes(lower.graph, node) ? lowerWideLogSoftmax(node, lower) : lowerLogSoftmaxS8(node, lower),
});
export const hardmax = rowwise('Hardmax', 'nn_hardmax_f32', '1 at the first maximum along an axis, else 0.');

import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Node, Shape } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import type { LowerBuilder, OpDef, UpgradeBuilder } from '../op-def.ts';
import { axisOf, checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { followInput } from '../support/moves.ts';
import { rowsAlong } from '../support/rows.ts';
import { lowerSoftmaxS8, softmaxOracle, softmaxRule } from '../support/softmax-int8.ts';
import { rowwiseRules } from './rules.ts';

/** One kernel call per row: all elements along the axis. */
const rowwise = (op: string, kernel: string, summary: string, more: Partial<OpDef> = {}): OpDef => ({
  ...more,
  op,
  summary,
  check: rowwiseRules,
  upgrade: coerceRows,
  lower(node, lower) {
    if (more.oracle && isQuantized(lower.type, node)) return lowerSoftmaxS8(node, lower);
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    if (intAttribute(node, 'rows_from_axis', 0) === 1) lowerFlat(node, lower, kernel);
    else lowerRows(node, lower, kernel);
  },
});

function lowerRows(node: Node, lower: LowerBuilder, kernel: string): void {
  const x = lower.read(0, 'any');
  const y = lower.write(0, followInput(node, lower));
  const rows = rowsAlong(axisOf(node, x.shape.length, -1), x, y);
  lower.call({
    template: 'lines',
    params: linesParams(rows.loops([`${kernel}(${rows.x}, ${rows.xStep}, ${rows.length}, ${rows.y}, ${rows.yStep});`])),
    summary: `${node.op} of ${rows.count} rows of ${rows.length}`,
    overlap: rows.inPlace ? [{ read: x, distance: 0 }] : [],
  });
}

/** Before opset 13 a row was everything from the axis on. */
function lowerFlat(node: Node, lower: LowerBuilder, kernel: string): void {
  const x = lower.read(0, 'row-major');
  const y = lower.write(0, 'row-major');
  const axis = axisOf(node, x.shape.length, 1);
  const n = elementCount(x.shape.slice(axis));
  const rows = elementCount(x.shape.slice(0, axis));
  lower.call({
    template: 'lines',
    params: linesParams(inLoops([rows], [`${kernel}(${x.name} + i0 * ${n}, 1, ${n}, ${y.name} + i0 * ${n}, 1);`])),
    summary: `${node.op} of ${rows} rows of ${n}`,
    overlap: [{ read: x, distance: 0 }],
  });
}

/**
 * Before opset 13 the input was seen as a matrix, cut at the axis (default 1). Where only one of the dimensions from
 * there on is longer than 1, that is the axis of today; else the node carries our own attribute `rows_from_axis`.
 */
function coerceRows(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  if (opset >= 13) return node;
  const shape: Shape | null = upgrade.type(node.inputs[0]!)?.shape ?? null;
  const axis = intAttribute(node, 'axis', 1);
  if (!shape) return { ...node, attributes: { ...node.attributes, axis, rows_from_axis: 1 } };
  const from = normalizeAxis(axis, shape.length);
  const long = shape.map((_, d) => d).filter((d) => d >= from && shape[d] !== 1);
  if (long.length <= 1) return { ...node, attributes: { axis: long[0] ?? Math.min(from, shape.length - 1) } };
  return { ...node, attributes: { axis: from, rows_from_axis: 1 } };
}

export const softmax = rowwise('Softmax', 'nn_softmax_f32', 'exp(x) / sum(exp(x)) along an axis.', {
  quantize: softmaxRule,
  oracle: softmaxOracle,
});
export const logSoftmax = rowwise('LogSoftmax', 'nn_logsoftmax_f32', 'x - log(sum(exp(x))) along an axis.');
export const hardmax = rowwise('Hardmax', 'nn_hardmax_f32', '1 at the first maximum along an axis, else 0.');

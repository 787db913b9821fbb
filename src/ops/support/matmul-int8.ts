import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { outputClampParams } from '../../kernels/weights/weight-tables.ts';
import { clampCodes, layerRequantization, quantOf, scaleOf, spanOf, zeroPointOf } from '../../quant/quantized.ts';
import { productScale, type Requantization } from '../../quant/requantize.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { loopsOver, type MatMulNest, matMulNest } from './matmul.ts';
import { centred, ONNX_F64, ONNX_I64, requantized } from './oracle.ts';
import { narrowing } from './pair-int8.ts';

/** Product of two activations, both zero points subtracted in the loop. */
export function lowerMatMulS8(node: Node, lower: LowerBuilder): void {
  const nest = matMulNest(node, lower);
  const wide = hasWideCodes(lower.graph, node);
  const scale = productRequantization(lower.graph, node);
  lower.requantizes(scale.form);
  const rows = wide ? null : rowsParams(nest, scale.form ?? '', lower);
  lower.call({
    template: rows ? 'matmul_rows_s8' : wide ? 'matmul_s16' : 'matmul_s8',
    params: {
      ...nest.params,
      ...rows,
      ...(wide && { sum: scale.form === 'sum64' ? 'int64_t' : 'int32_t', cast: narrowing(node, lower) }),
      a_zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[0])),
      b_zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[1])),
      multiplier: scale.multiplier[0],
      left_shift: scale.leftShift,
      ...outputClampParams(node, lower, scale),
    },
    macs: nest.macs,
    summary: nest.summary,
  });
}

/**
 * Cores that multiply several codes at once take a row of the left matrix at a time: its products with the columns of the right one
 * where these lie densely, else the rows of the right one, each times its code of the left row. Null: neither.
 */
function rowsParams({ views }: MatMulNest, form: string, lower: LowerBuilder) {
  const { a, b, outer } = views;
  if (!lower.features.has('dsp') || a.depth < LEAST_ROW || b.columns < LEAST_ROW) return null;
  const byColumns = a.depthStride === 1 && b.depthStride === 1;
  // The kernel behind turns sums into codes itself.
  if (!byColumns && (b.columnStride !== 1 || form !== '')) return null;
  return {
    ...loopsOver(outer),
    byColumns,
    aIndex: views.aIndex,
    bIndex: views.bIndex,
    kStep: a.depthStride === 1 ? 'k' : `k * ${a.depthStride}`,
    columns: b.columns,
    step: byColumns ? b.columnStride : b.depthStride,
    row: lower.scratch(4 * (byColumns ? b.columns : a.depth), 'int32_t'),
  };
}

/** Shorter ones gain nothing. */
const LEAST_ROW = 4;

export function matMulOracle(node: Node, oracle: OracleBuilder): void {
  const side = (i: number) =>
    centred(oracle, node.inputs[i]!, zeroPointOf(quantOf(oracle.graph, node.inputs[i])), ONNX_F64);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const acc = oracle.node('Cast', [oracle.node('MatMul', [side(0), side(1)])], { to: ONNX_I64 });
  const scales = productRequantization(oracle.graph, node);
  oracle.output(0, requantized(oracle, acc, scales, [], zeroPointOf(y), clampCodes(node, y)));
}

/** For (x0 - z0) * (x1 - z1), or their sum along the last axis of x0. */
export function productRequantization(graph: Graph, node: Node): Requantization {
  const [a, b, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.inputs[1]), quantOf(graph, node.outputs[0])];
  const depth = node.op === 'MatMul' ? (typeOf(graph, node.inputs[0]).shape.at(-1) ?? 1) : 1;
  const scale = productScale(scaleOf(a), scaleOf(b), scaleOf(y));
  return layerRequantization(graph, node, [scale], () => [depth * spanOf(a) * spanOf(b)]);
}

import { elementCount } from '../../ir/shape.ts';
import { isRowMajor, memoryToIndex } from '../../ir/storage.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import type { WindowShape } from '../../ir/window.ts';
import { lowerWith } from '../../kernels/choose.ts';
import { DENSE_KERNELS, WIDE_DENSE_KERNELS } from '../../kernels/index.ts';
import { linearJob } from '../../kernels/linear-job.ts';
import { clampCodes, quantOf, weightRequantization, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { must } from '../../support/errors.ts';
import type { AccessOptions, LowerBuilder, Operand, OracleBuilder } from '../op-def.ts';
import { centred, ONNX_F64, ONNX_I64, requantized, withBias } from './oracle.ts';

/** One row is taken in whatever order it lies (the weights' columns follow it); several rows must be row-major. */
export function readRows(node: Node, lower: LowerBuilder, rows: number, access?: AccessOptions): Operand {
  const x = node.inputs[0]!;
  return lower.read(0, rows === 1 && !lower.constant(x) ? lower.storageOf(x) : 'row-major', access);
}

/** w[out][in] with the columns permuted to the order in which a single row x lies in memory. */
export function columnsInMemoryOrder(weights: Tensor, x: Operand): Tensor['data'] {
  if (isRowMajor(x.storage)) return weights.data;
  const order = memoryToIndex(x.storage);
  const [rows, columns] = weights.shape as [number, number];
  const data = weights.data.slice();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) data[r * columns + c] = weights.data[r * columns + order[c]];
  }
  return data;
}

/** Integer dense layer; `weights` is [out][in] codes. */
export function lowerDenseS8(node: Node, lower: LowerBuilder, weights: Tensor): void {
  const [out, inputs] = weights.shape;
  const rows = elementCount(lower.type(node.outputs[0]).shape) / out;
  const wide = hasWideCodes(lower.graph, node);
  const access = wide ? { wide } : { packed: true };
  const x = readRows(node, lower, rows, access);
  const y = lower.write(0, 'row-major', access);
  const job = linearJob(node, lower, {
    shape: rowsShape(rows, inputs, out),
    weights: { ...weights, data: columnsInMemoryOrder(weights, x) },
    x,
    y,
    macs: rows * inputs * out,
    summary: denseTitle(rows, inputs, out),
  });
  lowerWith(job, wide ? WIDE_DENSE_KERNELS : DENSE_KERNELS, lower);
}

/** A 1x1 window over an image of one row whose pixels are the rows of the layer. */
export function rowsShape(rows: number, inputs: number, out: number): WindowShape {
  const size = { batch: 1, in_h: 1, in_w: rows, in_c: inputs, out_h: 1, out_w: rows, out_c: out };
  const window = { kernel_h: 1, kernel_w: 1, stride_h: 1, stride_w: 1, dilation_h: 1, dilation_w: 1 };
  return { ...size, ...window, pad_top: 0, pad_left: 0, groups: 1 };
}

export function denseTitle(rows: number, inputs: number, out: number): string {
  return `Dense ${inputs} -> ${out}${rows === 1 ? '' : `, ${rows} rows`}`;
}

/** x [.., in] times weights [out][in] in float64 (exact below 2^53), then bias and requantization in int64. */
export function denseOracle(node: Node, oracle: OracleBuilder, weights: Tensor): void {
  const [out, inputs] = weights.shape as [number, number];
  const x = quantOf(oracle.graph, node.inputs[0]);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const input = centred(oracle, node.inputs[0]!, zeroPointOf(x), ONNX_F64);
  const columns = new Float64Array(inputs * out);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < inputs; i++) columns[i * out + o] = Number(weights.data[o * inputs + i]);
  const sum = oracle.node('MatMul', [input, oracle.tensor('f64', [inputs, out], columns)]);
  const acc = oracle.node('Cast', [sum], { to: ONNX_I64 });
  const biased = withBias(oracle, node, acc, [out]);
  const scales = must(weightRequantization(oracle.graph, node, out), 'scales');
  oracle.output(0, requantized(oracle, biased, scales, [out], zeroPointOf(y), clampCodes(node, y)));
}

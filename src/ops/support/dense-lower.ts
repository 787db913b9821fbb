import type { Codes } from '../../formats/index.ts';
import { elementCount } from '../../ir/shape.ts';
import { isRowMajor, memoryToIndex } from '../../ir/storage.ts';
import { arenaBytes, elementBytes } from '../../ir/tensor.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { activationParams } from '../../kernels/weights/activations.ts';
import { addRows } from '../../kernels/weights/adds.ts';
import { packRows } from '../../kernels/weights/pack-rows.ts';
import { sharedBytes } from '../../kernels/weights/read-weights.ts';
import { outputClampParams, weightTables } from '../../kernels/weights/weight-tables.ts';
import { clampCodes, quantOf, weightRequantization, zeroPointOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import type { AccessOptions, LowerBuilder, Operand, OracleBuilder } from '../op-def.ts';
import { centred, ONNX_F64, ONNX_I64, requantized } from './oracle.ts';

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
    for (let c = 0; c < columns; c++) data[r * columns + c] = weights.data[r * columns + order[c]!]!;
  }
  return data;
}

/** Bytes below x at which y of a dense layer may start: row r is written while row r is still read. */
export function denseOverlap(rows: number, inBytes: number, outBytes: number): number {
  let distance = 0;
  for (let r = 0; r < rows; r++) {
    distance = Math.max(distance, Math.ceil((r + 1) * outBytes) - Math.floor(r * inBytes));
  }
  return distance;
}

/** int8 dense layer; `weights` is [out][in] codes. */
export function lowerDenseS8(node: Node, lower: LowerBuilder, weights: Tensor): void {
  const [out, inputs] = weights.shape as [number, number];
  const rows = elementCount(lower.type(node.outputs[0]).shape) / out;
  const x = readRows(node, lower, rows, { packed: true });
  const y = lower.write(0, 'row-major', { packed: true });
  const overlap = denseOverlap(rows, inputs * elementBytes(x.type), out * elementBytes(y.type));
  const packed = x.packed || y.packed;
  const codes = columnsInMemoryOrder(weights, x) as Codes;
  const adds = packed ? null : addRows(node, lower, weights, codes);
  if (adds) {
    return lower.call({
      template: 'dense_adds',
      params: { rows, in: inputs, out, x: x.name, y: y.name, ...adds },
      macs: rows * inputs * out,
      summary: `${denseTitle(rows, inputs, out)}, by additions`,
      readsFlash: true,
      overlap: [{ read: x, distance: overlap }],
    });
  }
  const tables = weightTables(node, lower, {
    weights,
    codes: packRows(codes, out, inputs),
    layout: '[out][in] in blocks of 4 x 4',
    order: { rows: out, perGroup: out, depth: inputs },
    blocks: true,
    uses: rows,
    once: rows === 1 && !packed,
    activations: arenaBytes(x.type) + arenaBytes(y.type),
    shared: rows === 1 ? 0 : sharedBytes(arenaBytes(x.type), arenaBytes(y.type), overlap),
  });
  const room = { window: x.packed ? inputs : 0, result: tables.block || out };
  lower.call({
    template: packed ? 'dense_a4' : 'dense_s8',
    params: {
      rows,
      in: inputs,
      out,
      ...tables,
      ...outputClampParams(node, lower),
      ...(packed ? { activations: activationParams(node, lower, x, y, room) } : { x: x.name, y: y.name }),
    },
    macs: rows * inputs * out,
    summary: denseTitle(rows, inputs, out),
    readsFlash: !packed,
    overlap: tables.block > 0 && rows > 1 ? [] : [{ read: x, distance: overlap }],
  });
}

function denseTitle(rows: number, inputs: number, out: number): string {
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
  const bias = oracle.constant(node.inputs[2]);
  const biased = bias
    ? oracle.node('Add', [acc, oracle.tensor('i64', [out], Array.from(bias.data as Int32Array, BigInt))])
    : acc;
  const scales = must(weightRequantization(oracle.graph, node, out), 'scales');
  oracle.output(0, requantized(oracle, biased, scales, [out], zeroPointOf(y), clampCodes(node, y)));
}

import { embeddingOf, scalesRows } from '../../ir/embedding.ts';
import { constantOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import { isWide } from '../../ir/tensor.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { formSuffix } from '../../kernels/forms.ts';
import { storePickedRows } from '../../kernels/weights/picked-rows.ts';
import { outputClampParams } from '../../kernels/weights/weight-tables.ts';
import { clampCodes, layerRequantization, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import type { Requantization } from '../../quant/requantize.ts';
import { must } from '../../support/errors.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { ONNX_I64, requantized } from '../support/oracle.ts';

/**
 * Rows of a table with a scale of its own for each, as weights of few bits have them: a row is decoded into the result and
 * requantized by its multiplier there, y = clamp(zero point + ((code * 2^shift * M[row] + 2^31) >> 32)).
 */
export function lowerPickedRows(node: Node, lower: LowerBuilder): void {
  const { table, places, output, rows, depth } = must(embeddingOf(lower.graph, node), 'an embedding');
  const { format = 'int8' } = quantOf(lower.graph, table);
  const codes = must(constantOf(lower.graph, table), table).data as Int8Array | Int16Array;
  const stored = storePickedRows(codes, depth, { format, name: node.name }, lower);
  if (typeof stored === 'string') return lower.refuse(stored);
  const scale = rowScales(lower.graph, node);
  lower.requantizes(scale.form);
  const wide = isWide(lower.type(output));
  lower.call({
    template: 'gather_rows',
    params: {
      count: elementCount(lower.type(places).shape),
      rows,
      places: lower.read(1, 'row-major').name,
      ...stored,
      wide,
      multiplier: lower.table('multiplier', 'i32', scale.multiplier, 'parameters', `row scales of ${node.name}`),
      kernel: `nn_requantize_${wide ? 's16' : 's8'}${formSuffix(scale.form)}`,
      left_shift: scale.leftShift,
      ...outputClampParams(node, lower, scale),
      y: lower.write(0, 'row-major', { wide }).name,
    },
    summary: `Gather, ${elementCount(lower.type(output).shape)} elements of ${rows} rows in ${format}`,
    reading: stored.packed ? 'block' : 'bytes',
  });
}

/** The same over int64 tensors: what the rows have one by one is picked as they are. */
export function pickedRowsOracle(node: Node, oracle: OracleBuilder): void {
  const { table, places, output } = must(embeddingOf(oracle.graph, node), 'an embedding');
  const pick = (value: string) => oracle.node('Gather', [value, places], { axis: 0 });
  const ofRows: OracleBuilder = {
    ...oracle,
    tensor: (dtype, shape, data) =>
      shape.length > 0 ? pick(oracle.tensor(dtype, shape, data)) : oracle.tensor(dtype, shape, data),
  };
  const codes = oracle.node('Cast', [pick(table)], { to: ONNX_I64 });
  const { shape } = oracle.type(table);
  const y = quantOf(oracle.graph, output);
  const perRow = shape.map((size, d) => (d === 0 ? size : 1));
  const scale = rowScales(oracle.graph, node);
  oracle.output(0, requantized(ofRows, codes, scale, perRow, zeroPointOf(y), clampCodes(node, y)));
}

function rowScales(graph: Graph, node: Node): Requantization {
  const { table, rows, depth, output } = must(embeddingOf(graph, node), 'an embedding');
  const [x, y] = [quantOf(graph, table), quantOf(graph, output)];
  const scales = Array.from({ length: rows }, (_, row) => scaleOf(x, row) / scaleOf(y));
  const codes = must(constantOf(graph, table), table).data as Int8Array;
  const largest = (row: number) =>
    codes.subarray(row * depth, (row + 1) * depth).reduce((most, code) => Math.max(most, Math.abs(code)), 0);
  return layerRequantization(graph, node, scales, () => scales.map((_, row) => largest(row)));
}

/** Whether a node on codes picks rows so; where table and result have one scale, codes move. */
export function picksRows(graph: Graph, node: Node): boolean {
  const embedding = embeddingOf(graph, node);
  return embedding !== null && scalesRows(graph, embedding);
}

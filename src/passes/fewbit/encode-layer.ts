import { baseFormat } from '../../formats/index.ts';
import { editGraph, producerOf } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant, Shape, Tensor } from '../../ir/types.ts';
import { rescaleDeadRows } from '../../quant/fewbit/rescale-dead-rows.ts';
import type { RoundedRows } from '../../quant/fewbit/round-rows.ts';
import { largestLevel } from '../../quant/grids/grid.ts';
import { must } from '../../support/errors.ts';
import { fromRows, type WeightLayer } from './weight-layer.ts';

const INT32_MAX = 2 ** 31 - 1;

/** New weights and bias (real numbers) of a layer. */
export interface Encoding {
  readonly rows: RoundedRows;
  readonly bias: Float64Array;
  readonly format: string;
}

/** The graph, and the layer (its first node) in it, with these weights and this bias. Codes of more than 8 bits are int16. */
export function withEncoding(graph: Graph, layer: WeightLayer, encoding: Encoding): { graph: Graph; node: Node } {
  const { node, output, weightShape, rowAxis: axis, inputAffine, takesBias } = layer;
  const { bias, format } = encoding;
  const rows = rescaleDeadRows(encoding.rows, bias, inputAffine.scale);
  const edit = editGraph(graph);
  const { tensor, quant } = rowsTensor({ ...rows, codes: fromRows(rows.codes, layer) }, weightShape, axis, format);
  const weights = edit.constant(`${node.inputs[1]}.${baseFormat(format)}`, tensor);
  edit.setType(weights, { dtype: tensor.dtype, shape: weightShape, quant });
  const parameters = [weights];
  if (takesBias) {
    const biasScale = quant.scale.map((s) => s * inputAffine.scale);
    const codes = Array.from(bias, (b, c) => bounded(Math.round(b / biasScale[c])));
    const name = edit.constant(node.inputs[2] ?? `${output}.bias`, tensorOf('i32', [codes.length], codes));
    edit.setType(name, { dtype: 'i32', shape: [codes.length], quant: affine(32, biasScale, 0) });
    parameters.push(name);
  }
  for (const use of layer.uses) edit.update(use.node, { inputs: [use.node.inputs[0], ...parameters] });
  const changed = edit.finish();
  return { graph: changed, node: must(producerOf(changed, output), 'the encoded layer') };
}

/** Codes in the order of the weight constant, with a scale for each row along `axis`. */
export function rowsTensor(
  { codes, grids }: RoundedRows,
  shape: Shape,
  axis: number,
  format: string,
): { readonly tensor: Tensor; readonly quant: Quant } {
  const bits = bitsOfCodes(Math.max(...grids.map(({ grid }) => largestLevel(grid))));
  const scale = grids.map((grid) => grid.scale);
  return { tensor: tensorOf(bits > 8 ? 'i16' : 'i8', shape, codes), quant: affine(bits, scale, axis, format) };
}

function affine(bits: number, scale: number[], axis: number, format?: string): Quant {
  return { scheme: 'affine', bits, scale, zeroPoint: scale.map(() => 0), axis, ...(format && { format }) };
}

/** Bits of a signed code of this magnitude. */
function bitsOfCodes(magnitude: number): number {
  return 1 + Math.ceil(Math.log2(magnitude + 1));
}

function bounded(code: number): number {
  return Math.min(Math.max(code, -INT32_MAX), INT32_MAX);
}

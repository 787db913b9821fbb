import { baseFormat } from '../../formats/index.ts';
import { editGraph, producerOf } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant } from '../../ir/types.ts';
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
  const scale = rows.grids.map((grid) => grid.scale);
  const bits = bitsOfCodes(Math.max(...rows.grids.map(({ grid }) => largestLevel(grid))));
  const dtype = bits > 8 ? 'i16' : 'i8';
  const weights = edit.constant(
    `${node.inputs[1]}.${baseFormat(format)}`,
    tensorOf(dtype, weightShape, fromRows(rows.codes, layer)),
  );
  edit.setType(weights, { dtype, shape: weightShape, quant: affine(bits, scale, axis, format) });
  const parameters = [weights];
  if (takesBias) {
    const biasScale = scale.map((s) => s * inputAffine.scale);
    const codes = Array.from(bias, (b, c) => bounded(Math.round(b / biasScale[c])));
    const name = edit.constant(node.inputs[2] ?? `${output}.bias`, tensorOf('i32', [codes.length], codes));
    edit.setType(name, { dtype: 'i32', shape: [codes.length], quant: affine(32, biasScale, 0) });
    parameters.push(name);
  }
  for (const use of layer.uses) edit.update(use.node, { inputs: [use.node.inputs[0], ...parameters] });
  const changed = edit.finish();
  return { graph: changed, node: must(producerOf(changed, output), 'the encoded layer') };
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

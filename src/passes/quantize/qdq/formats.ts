import { type Codes, findFormat } from '../../../formats/index.ts';
import { constantOf, editGraph, typeOf } from '../../../ir/graph.ts';
import { bitsOf } from '../../../ir/tensor.ts';
import type { Graph, TensorType, ValueName } from '../../../ir/types.ts';
import { codeRange } from '../../../quant/affine.ts';
import { must, UserError } from '../../../support/errors.ts';
import type { PassContext } from '../../pass.ts';
import { rowsOf, type StoredLayer, storedLayers } from '../stored-layers.ts';

/** Weights keep the formats that the file names where their codes can be stored so, with a remark where they cannot. */
export function keepFittingFormats(graph: Graph, ctx: PassContext): Graph {
  const edit = editGraph(graph);
  const kept = new Set<ValueName>();
  for (const layer of storedLayers(graph)) {
    const { format, bits } = must(typeOf(graph, layer.weights).quant, 'weight type');
    const reason = refusal(graph, layer, bits, format);
    if (reason === null) kept.add(layer.weights);
    else ctx.remark(layer.node, `its weights are not stored as the file says: ${reason}`);
  }
  for (const value of graph.constants.keys()) {
    const type = typeOf(graph, value);
    if (type.quant && !kept.has(value)) edit.setType(value, plain(type));
  }
  return edit.finish();
}

function refusal(graph: Graph, { node, weights }: StoredLayer, bits: number, name: string | undefined): string | null {
  const codes = must(constantOf(graph, weights), weights);
  const { min, max } = codeRange(bits);
  const beyond = (codes.data as Codes).find((code) => code < min || code > max);
  if (beyond !== undefined) return `code ${beyond} has more than ${bits} bits`;
  if (name === undefined) return null;
  try {
    return findFormat(name).refuse(codes.data as Codes, rowsOf(node, codes.shape));
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function plain(type: TensorType): TensorType {
  const { format, ...quant } = must(type.quant, 'quantized type');
  return { ...type, quant: { ...quant, bits: bitsOf(type.dtype) } };
}

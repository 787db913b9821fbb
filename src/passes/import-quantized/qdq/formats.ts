import { type Codes, findFormat } from '../../../formats/index.ts';
import { constantOf, editGraph, typeOf } from '../../../ir/graph.ts';
import { bitsOf } from '../../../ir/tensor.ts';
import type { Graph, TensorType, ValueName } from '../../../ir/types.ts';
import { codeRange } from '../../../quant/affine.ts';
import { must, UserError } from '../../../support/errors.ts';
import type { PassContext } from '../../pass.ts';
import { rowOrderOf, type StoredLayer, storedLayers } from '../../quantize/stored-layers.ts';

/** Constants keep the formats and bits that the file names where their codes allow it; layers get a remark where they do not. */
export function keepFittingFormats(graph: Graph, ctx: PassContext): Graph {
  const edit = editGraph(graph);
  const kept = new Set<ValueName>();
  for (const layer of storedLayers(graph)) {
    const { format } = must(typeOf(graph, layer.weights).quant, 'weight type');
    const reason = beyondBits(graph, layer.weights) ?? (format === undefined ? null : refusal(graph, layer, format));
    if (reason === null) kept.add(layer.weights);
    else ctx.remark(layer.node, `its weights are not stored as the file says: ${reason}`);
  }
  for (const value of graph.constants.keys()) {
    const type = typeOf(graph, value);
    if (type.quant && !kept.has(value)) edit.setType(value, plain(type, beyondBits(graph, value) === null));
  }
  return edit.finish();
}

function beyondBits(graph: Graph, value: ValueName): string | null {
  const { bits } = must(typeOf(graph, value).quant, 'type');
  const { min, max } = codeRange(bits);
  const codes = must(constantOf(graph, value), value).data as Codes;
  const beyond = codes.find((code) => code < min || code > max);
  return beyond === undefined ? null : `code ${beyond} has more than ${bits} bits`;
}

function refusal(graph: Graph, layer: StoredLayer, name: string): string | null {
  const codes = must(constantOf(graph, layer.weights), layer.weights);
  try {
    return findFormat(name).refuse(codes.data as Codes, rowOrderOf(layer));
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function plain(type: TensorType, keepBits: boolean): TensorType {
  const { format, bits, ...quant } = must(type.quant, 'quantized type');
  return { ...type, quant: { ...quant, bits: keepBits ? bits : bitsOf(type.dtype) } };
}

import { producerOf, soleConsumer, typeOf } from '../../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../../ir/types.ts';
import { dequantizeArray } from '../../quant/affine.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import type { WeightLayer } from './weight-layer.ts';

/**
 * The value that a layer's result is added to, when it is known before the layer runs: the layer can make up for what
 * that value lost. Null where there is none, or where the layer clips before the sum.
 */
export function skipConnection(graph: Graph, float: Graph, { node, output }: WeightLayer): ValueName | null {
  const sum = soleConsumer(graph, output);
  if (node.clip || sum?.op !== 'Add' || sum.domain !== '' || typeOf(graph, sum.outputs[0]).quant === null) return null;
  const other = sum.inputs.find((input) => input !== output);
  if (other == null || graph.constants.has(other) || float.types.get(other)?.dtype !== 'f32') return null;
  const sameShape = typeOf(graph, other).shape.join() === typeOf(graph, output).shape.join();
  const producer = producerOf(graph, other);
  const before = producer === null || graph.nodes.indexOf(producer) < graph.nodes.indexOf(node);
  return sameShape && before && typeOf(graph, other).quant ? other : null;
}

/** Float minus quantized, sample by sample. */
export function shortfallOf(
  graph: Graph,
  value: ValueName,
  float: readonly Tensor[],
  codes: readonly Tensor[],
): Float32Array[] {
  const quant = quantOf(graph, value);
  const affine = { scale: scaleOf(quant), zeroPoint: zeroPointOf(quant) };
  return float.map(({ data }, sample) => {
    const real = dequantizeArray(codes[sample].data as Int8Array, affine);
    return real.map((y, i) => Number(data[i]) - y);
  });
}

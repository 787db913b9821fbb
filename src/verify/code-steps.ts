import { producerOf, typeOf } from '../ir/graph.ts';
import { isFloat } from '../ir/tensor.ts';
import type { Graph, ValueName } from '../ir/types.ts';

/**
 * The real number that one code of an output stands for, where the output is codes or just left them (DequantizeLinear);
 * null where real numbers are computed behind the last codes.
 */
export function stepOf(graph: Graph, output: ValueName): number | null {
  const { dtype, quant } = typeOf(graph, output);
  if (quant) return quant.scale.length === 1 ? quant.scale[0] : null;
  if (!isFloat(dtype)) return 1;
  const producer = producerOf(graph, output);
  const source =
    producer?.op === 'DequantizeLinear' && producer.inputs[0] ? typeOf(graph, producer.inputs[0]).quant : null;
  return source?.scale.length === 1 ? source.scale[0] : null;
}

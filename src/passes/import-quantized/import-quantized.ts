import type { Graph } from '../../ir/types.ts';
import { floatPasses } from '../float/index.ts';
import type { AnyPass } from '../pass.ts';
import { dequantizeConstants } from './dequantize-constants.ts';
import { importQdq } from './import-qdq.ts';
import { hasQlinear, importQlinear } from './import-qlinear.ts';

/**
 * In place of floatPasses for a model that is quantized already. The float passes run between the two: they fold
 * what is plain float (Relu into the layer before, shapes, BatchNormalization) and leave QuantizeLinear and
 * DequantizeLinear alone.
 */
export const quantizedImportPasses: readonly AnyPass[] = [importQlinear, ...floatPasses, importQdq];

/** The same model in float32, its quantization kept as rounding: for those who ask for float32. */
export const quantizedFloatPasses: readonly AnyPass[] = [importQlinear, dequantizeConstants, ...floatPasses];

/** True when the model says itself which of its values are integers. */
export function isQuantizedModel(graph: Graph): boolean {
  return hasQlinear(graph) || graph.nodes.some(({ op }) => op === 'QuantizeLinear' || op === 'DequantizeLinear');
}

import type { Node, Tensor, TypedArray } from '../../ir/types.ts';
import { col2im } from './col2im.ts';
import { cropResize } from './crop-resize.ts';
import type { Definition } from './definition.ts';
import { convInteger, matMulInteger } from './integer-products.ts';
import {
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  meanVarianceNormalization,
  rmsNormalization,
} from './normalization.ts';
import { wrapFar } from './pad-wrap.ts';
import { sigmoid } from './sigmoid.ts';

/**
 * Operators on which onnxruntime's CPU kernels were seen to be off, as they are defined. Measured at onnxruntime 1.30.0:
 *   GroupNormalization         of 10000 .. 10001.5 gives 237 for 1.34: variance as a difference of squares
 *   InstanceNormalization      of the same: 1.8e-4 of the range
 *   LayerNormalization         the same until 1.24.3
 *   RMSNormalization           squares beyond float32 count as infinite
 *   MeanVarianceNormalization  of a constant: NaN for 0
 *   Sigmoid                    below -16: 8.9e-8 for 4.1e-8 at -17, 0 from -18 on
 *   Resize                     tf_crop_and_resize does not crop an axis of which input and output have one size
 *   Pad                        by wrap, of more than the axis has: elements that nobody wrote
 *   Col2Im                     with dilations in one or in three dimensions: they reach into the next block
 *   MatMulInteger, ConvInteger pairs of products saturate at 16 bits on processors with AVX2 or AVX512 but without VNNI
 */
const DEFINITIONS: ReadonlyMap<string, Definition> = new Map([
  ['GroupNormalization', groupNormalization],
  ['InstanceNormalization', instanceNormalization],
  ['LayerNormalization', layerNormalization],
  ['RMSNormalization', rmsNormalization],
  ['MeanVarianceNormalization', meanVarianceNormalization],
  ['Sigmoid', sigmoid],
  ['Resize', cropResize],
  ['Pad', wrapFar],
  ['Col2Im', col2im],
  ['MatMulInteger', matMulInteger],
  ['ConvInteger', convInteger],
]);

export function hasDefinition({ op, domain }: Node): boolean {
  return domain === '' && DEFINITIONS.has(op);
}

/** The node's first result as it is defined, clamped as the node says; null where that form is not spelled out. */
export function byDefinition(node: Node, inputs: readonly (Tensor | null)[]): TypedArray | null {
  const exact = DEFINITIONS.get(node.op)?.(node, inputs) ?? null;
  if (!(exact instanceof Float64Array) || inputs[0]?.dtype === 'f64') return exact;
  const [min, max] = node.clip ?? [-Infinity, Infinity];
  return Float32Array.from(exact, (y) => Math.min(max, Math.max(min, y)));
}

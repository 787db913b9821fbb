import type { Node, Tensor, TypedArray } from '../../ir/types.ts';
import { batchNormalization } from './batch-norm.ts';
import { castBeyond } from './cast.ts';
import { openClip } from './clip.ts';
import { col2im } from './col2im.ts';
import { cropResize } from './crop-resize.ts';
import type { Defined, Definition, Results } from './definition.ts';
import { determinant } from './det.ts';
import { dynamicQuantize } from './dynamic-quantize.ts';
import { extremePlace, hardmax, reducedExtreme, scatteredExtreme } from './extremes.ts';
import { dft, stft } from './fourier.ts';
import { farSample } from './grid-sample.ts';
import { hasStandIn, inFloat64, isInFloat32 } from './in-float64.ts';
import { convInteger, matMulInteger } from './integer-products.ts';
import { logSumExp } from './log-sum-exp.ts';
import { localResponse } from './lrn.ts';
import { maxPool } from './max-pool.ts';
import {
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  meanVarianceNormalization,
  rmsNormalization,
  skipLayerNormalization,
} from './normalization.ts';
import { wrapFar } from './pad-wrap.ts';
import { reducedProduct } from './product.ts';
import { quantizedBlocks } from './quantize-blocks.ts';
import { recurrent } from './recurrent.ts';
import { boundlessRegions } from './roi-align.ts';
import { sigmoid } from './sigmoid.ts';
import { attention, rotary } from './wide-rows.ts';

/**
 * Operators on which onnxruntime's CPU kernels were seen to be off, as they are defined, and those whose numbers may leave float32 or
 * the integers on the way (Defined.beyond). Measured at onnxruntime 1.30.0:
 *   GroupNormalization         of 10000 .. 10001.5 gives 237 for 1.34: variance as a difference of squares
 *   InstanceNormalization      of the same: 1.8e-4 of the range
 *   LayerNormalization         the same until 1.24.3
 *   RMSNormalization           squares beyond float32 count as infinite
 *   MeanVarianceNormalization  of a constant: NaN for 0
 *   Sigmoid                    below -16: 8.9e-8 for 4.1e-8 at -17, 0 from -18 on
 *   Resize                     tf_crop_and_resize does not crop an axis of which input and output have one size
 *   Pad                        by wrap, of more than the axis has: elements that nobody wrote
 *   Col2Im                     with dilations in one or in three dimensions: they reach into the next block
 *   MaxPool                    of NaN: by its place in the window, and by the processor
 *   LRN                        a running sum: infinities, NaN and large squares stay in it behind their channel
 *   ReduceLogSumExp            of NaN: by its place, and none where something else is infinite
 *   DynamicQuantizeLinear      of NaN: the range goes by its place
 *   ReduceMax, ReduceMin, ArgMax, ArgMin  of NaN: by its place; ScatterElements and ScatterND of such reductions: the number behind it
 *   Hardmax                    of rows with NaN: no 1 at all
 *   DFT, STFT                  of other lengths than powers of two: infinities, NaN and large numbers spread over all bins
 *   QuantizeLinear             by blocks along another axis than the last: the lowest code for infinity
 *   RoiAlign                   samples outside of the image: 0 times its first pixel (sums-beyond.ts); regions that are not finite: none
 *   GridSample                 at coordinates that no integer holds: what the conversion gives
 *   RNN, GRU, LSTM             sums clipped to the largest number; NaN lost in some activations
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
  ['MaxPool', maxPool],
  ['GlobalMaxPool', maxPool],
  ['LRN', localResponse],
  ['ReduceLogSumExp', logSumExp],
  ['DynamicQuantizeLinear', dynamicQuantize],
  ['ReduceMax', reducedExtreme],
  ['ReduceMin', reducedExtreme],
  ['ReduceProd', reducedProduct],
  ['ArgMax', extremePlace],
  ['ArgMin', extremePlace],
  ['Hardmax', hardmax],
  ['ScatterElements', scatteredExtreme],
  ['ScatterND', scatteredExtreme],
  ['Det', determinant],
  ['DFT', dft],
  ['STFT', stft],
  ['BatchNormalization', batchNormalization],
  ['GridSample', farSample],
  ['RoiAlign', boundlessRegions],
  ['QuantizeLinear', quantizedBlocks],
  ['Clip', openClip],
  ['RotaryEmbedding', rotary],
  ['Attention', attention],
  ['Cast', castBeyond],
  ['CastLike', castBeyond],
  ['com.microsoft.SkipLayerNormalization', skipLayerNormalization],
  ['RNN', recurrent],
  ['GRU', recurrent],
  ['LSTM', recurrent],
]);

/** Whose definition is one of all results. */
const OF_ALL_RESULTS: ReadonlySet<string> = new Set([
  'RNN',
  'GRU',
  'LSTM',
  'DynamicQuantizeLinear',
  'LayerNormalization',
  'Attention',
]);

/** Whether there may be one for this result of the node. */
export function hasDefinition(node: Node, output: number): boolean {
  const known = DEFINITIONS.has(nameOf(node)) || hasStandIn(node.op);
  return known && (output === 0 || OF_ALL_RESULTS.has(node.op));
}

/** A result of the node as it is defined, clamped as the node says; null where that form is not spelled out. */
export function byDefinition(node: Node, inputs: readonly (Tensor | null)[], given: Results): Defined | null {
  const definition = isInFloat32(node, inputs) ? inFloat64 : DEFINITIONS.get(nameOf(node));
  const exact = definition?.(node, inputs, given) ?? null;
  if (!exact) return null;
  const { result, beyond } = 'beyond' in exact ? exact : { result: exact, beyond: () => false };
  return { result: inputs[0]?.dtype === 'f64' ? result : clamped(node, result), beyond };
}

/** In float32, as the node clamps it; NaN stays NaN. */
export function clamped({ clip }: Node, exact: TypedArray): TypedArray {
  if (!(exact instanceof Float64Array)) return exact;
  const [min, max] = clip ?? [-Infinity, Infinity];
  return Float32Array.from(exact, (y) => Math.min(max, Math.max(min, y)));
}

function nameOf({ op, domain }: Node): string {
  return domain === '' ? op : `${domain}.${op}`;
}

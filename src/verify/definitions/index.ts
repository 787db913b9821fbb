import type { Node, Tensor, TypedArray } from '../../ir/types.ts';
import { col2im } from './col2im.ts';
import { cropResize } from './crop-resize.ts';
import type { Definition, Results } from './definition.ts';
import { dynamicQuantize } from './dynamic-quantize.ts';
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
} from './normalization.ts';
import { wrapFar } from './pad-wrap.ts';
import { beyondFloat } from './recurrent.ts';
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
 *   MaxPool                    of NaN: by its place in the window, and by the processor
 *   LRN                        a running sum: infinities, NaN and large squares stay in it behind their channel
 *   ReduceLogSumExp            of NaN: by its place, and none where something else is infinite
 *   DynamicQuantizeLinear      of NaN: the range goes by its place
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
  ['RNN', beyondFloat],
  ['GRU', beyondFloat],
  ['LSTM', beyondFloat],
]);

/** Whose definition is one of all results. */
const OF_ALL_RESULTS: ReadonlySet<string> = new Set(['RNN', 'GRU', 'LSTM', 'DynamicQuantizeLinear']);

/** Whether there is one for this result of the node. */
export function hasDefinition({ op, domain }: Node, output: number): boolean {
  return domain === '' && DEFINITIONS.has(op) && (output === 0 || OF_ALL_RESULTS.has(op));
}

/** A result of the node as it is defined, clamped as the node says; null where that form is not spelled out. */
export function byDefinition(node: Node, inputs: readonly (Tensor | null)[], given: Results): TypedArray | null {
  const exact = DEFINITIONS.get(node.op)?.(node, inputs, given) ?? null;
  if (!(exact instanceof Float64Array) || inputs[0]?.dtype === 'f64') return exact;
  const [min, max] = node.clip ?? [-Infinity, Infinity];
  return Float32Array.from(exact, (y) => Math.min(max, Math.max(min, y)));
}

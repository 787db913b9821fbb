import type { Codes } from '../formats/index.ts';
import { typeOf } from '../ir/graph.ts';
import type { Goal, LowerBuilder, Operand } from '../ir/lowering.ts';
import { ofLength } from '../ir/of-length.ts';
import type { RequantizationForm } from '../ir/program.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { filterElements, type WindowShape } from '../ir/window.ts';
import type { AdditionParameters } from '../quant/addition.ts';
import type { CodeRange } from '../quant/affine.ts';
import { startOf } from '../quant/fine-bias.ts';
import { zeroPointField } from '../quant/imported-scales.ts';
import { clampCodes, codesOf, quantOf, weightRequantization, zeroPointOf } from '../quant/quantized.ts';
import { type AccumulatorBound, accumulatorBound, accumulatorFits } from '../quant/requantize.ts';
import { withSumsOf } from '../quant/wide-codes.ts';
import type { Job } from './kernel.ts';
import { oncePerJob } from './once-per-job.ts';

/** A layer with integer weights: convolution, or dense as a 1x1 window over `out_w` rows. */
export interface LinearJob extends Job {
  readonly node: Node;
  readonly shape: WindowShape;
  /** [out][in / groups][kernel_h][kernel_w]; columns of a dense layer in the order in which its input lies. */
  readonly weights: Tensor;
  /** Name of the weight format; null: plain codes. */
  readonly format: string | null;
  readonly x: Operand;
  readonly y: Operand;
  readonly inputZeroPoint: number;
  /** [out], the input zero point folded in: sums are taken over raw input codes. */
  readonly bias: Int32Array;
  /** The same for sums of 64 bits, in place of `bias`. */
  readonly wideBias?: BigInt64Array;
  /** y = clamp(zeroPoint + ((sum * 2^leftShift * multiplier[out] + 2^31) >> 32)), or as `form` says. */
  readonly multiplier: Int32Array;
  readonly leftShift: number;
  /** Powers of two that stand in weights and bias already, see withoutShift(). */
  readonly folded?: number;
  readonly form?: RequantizationForm;
  /** A table of pairs of its weights is made in RAM. */
  readonly pairsInRam?: true;
  /** As nn_quant has it. */
  readonly zeroPoint: number;
  readonly clamp: CodeRange;
  /** Of every partial sum in any order. */
  readonly bound: AccumulatorBound;
  readonly macs: number;
  readonly summary: string;
  readonly goal: Goal;
  /** What makes y of a code and that of the addend: y = clamp((code * A + addend * B + C) >> S). */
  readonly sum?: AdditionParameters;
  /** The model has a layer with an addend: kernels that can add are there, and compute the others as well. */
  readonly sums: boolean;
}

export type LinearLayer = Pick<LinearJob, 'shape' | 'weights' | 'x' | 'y' | 'macs' | 'summary'>;

export function linearJob(node: Node, lower: LowerBuilder, layer: LinearLayer): LinearJob {
  const { graph } = lower;
  const { weights, shape } = layer;
  ofLength(filterElements(shape), weights.data, node.name);
  const outputs = weights.shape[0];
  const [x, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  const sums = foldedSums(weights, startOf(graph, node), zeroPointOf(x));
  const bias = Int32Array.from(sums);
  const { min, max } = codesOf(x);
  const bound = accumulatorBound(weights.data as Codes, outputs, min, max, sums);
  const requantization = withSumsOf(weightRequantization(graph, node, outputs), bound);
  ofLength(shape.out_c, bias, node.name);
  ofLength(shape.out_c, requantization.multiplier, node.name);
  lower.requantizes(requantization.form);
  return {
    ...layer,
    ...requantization,
    node,
    name: node.name,
    reads: [layer.x],
    features: lower.features,
    goal: lower.wish.goal,
    sums: lower.wish.sums,
    format: typeOf(graph, node.inputs[1]).quant?.format ?? null,
    inputZeroPoint: zeroPointOf(x),
    bias,
    ...(requantization.form === 'sum64' && { wideBias: BigInt64Array.from(sums, BigInt) }),
    zeroPoint: zeroPointField(requantization, zeroPointOf(y)),
    clamp: clampCodes(node, y),
    bound,
  };
}

/** bias[o] - zeroPoint * (sum of the weight codes of output o): the kernels then work on raw input codes. */
export function foldedBias(weights: Tensor, bias: ArrayLike<number>, inputZeroPoint: number): Int32Array {
  return Int32Array.from(foldedSums(weights, bias, inputZeroPoint));
}

function foldedSums(weights: Tensor, bias: ArrayLike<number>, inputZeroPoint: number): Float64Array {
  const outputs = weights.shape[0];
  const depth = weights.data.length / outputs;
  return Float64Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < depth; i++) sum += Number(weights.data[o * depth + i]);
    return (bias[o] ?? 0) - inputZeroPoint * sum;
  });
}

/** The same layer without leftShift: weights and bias are multiplied instead, where they then fit 8 and 32 bits. */
export function withoutShift(job: LinearJob): LinearJob {
  return job.leftShift === 0 ? job : multiplied(job);
}

const multiplied = oncePerJob((job: LinearJob): LinearJob => {
  const { weights, bias, bound, leftShift, form } = job;
  const by = 2 ** leftShift;
  const codes = weights.data as Codes;
  const fits = form === undefined && codes.every((code) => Math.abs(code) * by <= 127) && sumsFit(job) === true;
  if (!fits) return job;
  return {
    ...job,
    weights: { ...weights, dtype: 'i8', data: Int8Array.from(codes, (code) => code * by) },
    bias: bias.map((one) => one * by),
    bound: { min: bound.min * by, max: bound.max * by },
    leftShift: 0,
    folded: leftShift,
  };
});

/** True, or why no kernel may compute the layer. */
export function sumsFit({ bound, leftShift, form }: LinearJob): true | string {
  if (form === 'sum64') return true;
  return (
    accumulatorFits(bound, form === undefined ? leftShift : 0) ||
    'its sums could overflow 32 bits; leave it in float with --exclude'
  );
}

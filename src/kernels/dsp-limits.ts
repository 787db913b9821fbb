import { type Codes, findFormat } from '../formats/index.ts';
import { scaleParts } from '../quant/imported-scales.ts';
import { type LinearJob, sumsFit, withoutShift } from './linear-job.ts';
import { oncePerJob } from './once-per-job.ts';

/** Results before the clamp that fit an int16 half with room for the zero point. */
export const MOST_RESULT = 32_000;

/**
 * A layer as kernels have it that finish four sums at once: without a shift to the left. Those of a form 'shifts' multiply by
 * 2^(32 - shift), their sums are less by one (nn_scale_text_shift).
 */
export const finishedByFours = oncePerJob((job: LinearJob): LinearJob => {
  if (job.form !== 'shifts') return withoutShift(job);
  const multiplier = job.multiplier.map((shift) => 2 ** (32 - shift));
  return { ...job, bias: job.bias.map((start) => start - 1), multiplier };
});

/** Forms whose multipliers are mantissa and exponent, and what they shift by at least where kernels keep sums of 64 bits in two words. */
const BY_WORDS: readonly LinearJob['form'][] = ['words', 'fine'];
const LEAST_SHIFT = 33;

/** True, or why the DSP kernels, which requantize four sums at once, cannot compute a layer. */
export function requantizesByFours(job: LinearJob): true | string {
  if (job.form === undefined && job.leftShift !== 0) return 'an output has a scale of 0.5 or more';
  if (!fitsBytes(job.weights.data as Codes)) return 'its weights do not fit 8 bits';
  return saturatesByFours(job);
}

/** The same for kernels that shift sums to the left. */
export function saturatesByFours(job: LinearJob): true | string {
  if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
  if (job.form === 'odd') return 'it is requantized as a quantized file says';
  if (BY_WORDS.includes(job.form) && job.multiplier.some((word) => scaleParts(job, word).shift < LEAST_SHIFT)) {
    return 'an output has a scale that is too large for its form';
  }
  if (job.multiplier.some((multiplier) => multiplier <= 0)) return 'an output has a scale of 0.5 or more';
  if (sumsFit(job) !== true) return sumsFit(job);
  return largest(job).result <= MOST_RESULT || 'a result could need more than 16 bits before it is clamped';
}

/**
 * The same for kernels that isolate weights of `bits` by masks (packing/field-stream.ts).
 * @param room bits of a sum of products beside what lies below it
 */
export function multipliesByFields(job: LinearJob, bits: 4 | 2, room: number): true | string {
  const format = job.format === null ? null : findFormat(job.format);
  if (format === null || format.bits === null || format.unpack === null) return 'its weights are not of few bits each';
  if (bits === 4 && format.bits <= 2) return 'its weights have 2 bits';
  if (job.goal === 'size' && bits > format.bits)
    return `its weights would take ${bits} bits, which the goal 'size' does not pay for`;
  if (!fitsField(job.weights.data as Codes, bits)) return `its weights do not fit ${bits} bits`;
  if (job.form !== undefined) return 'it is requantized as a quantized file says';
  const able = saturatesByFours(job);
  if (able !== true) return able;
  return sumsBelow(job, 2 ** (room - 1)) || `a sum of products could need more than ${room} bits`;
}

export function fitsField(codes: Codes, bits: number): boolean {
  const limit = 2 ** (bits - 1);
  return codes.every((code) => code >= -limit && code < limit);
}

/** The zero point of kernels that saturate to unsigned bytes: 128 more. Where multipliers are words, their shift stands above it. */
export function raisedZeroPoint({
  zeroPoint,
  form,
  leftShift,
}: Pick<LinearJob, 'zeroPoint' | 'form' | 'leftShift'>): number {
  if (BY_WORDS.includes(form)) return leftShift * 2 ** 16 + zeroPoint + 128;
  return zeroPoint + 128 * (form === 'wide' ? 2 ** leftShift : 1);
}

/** The same for kernels that round half up with one multiplication only, and whose tables hold codes of 8 bits. */
export function requantizesBytes(job: LinearJob): true | string {
  const { format, form } = job;
  if (form !== undefined) return 'it is requantized as a quantized file says';
  if (format !== null && findFormat(format).unpack !== null) return `its weights are ${format}`;
  return requantizesByFours(job);
}

export function fitsBytes(codes: Codes): boolean {
  return codes instanceof Int8Array || codes.every((code) => code >= -128 && code <= 127);
}

/**
 * The same for kernels that multiply halves of 256 * w1 + w0: such a half must fit 16 bits, and 256 times a sum 32.
 * @param rows of weights in pairs: a group's
 */
export function multipliesByHalves(job: LinearJob, rows: number): true | string {
  const able = requantizesByFours(job);
  if (able !== true) return able;
  if (largest(job).sum >= 2 ** 23) return 'a sum of products could need more than 24 bits';
  return !hasLargeHalf(job, rows) || 'a weight of -128 stands beside a negative one';
}

/** Sums of products, without the bias, are below a limit. */
export function sumsBelow(job: LinearJob, limit: number): boolean {
  return largest(job).sum < limit;
}

/** 256 * w1 + w0 is below -2^15. */
function hasLargeHalf({ weights }: LinearJob, rows: number): boolean {
  const codes = weights.data as Codes;
  const depth = codes.length / weights.shape[0];
  return codes.some((code, i) => {
    const row = Math.floor(i / depth) % rows;
    return row % 2 === 1 && code === -128 && codes[i - depth] < 0;
  });
}

/** Over all rows: the largest sum of products, and the largest result before the clamp. */
const largest = oncePerJob((job: LinearJob) => {
  const { weights, bias } = job;
  const codes = weights.data as Codes;
  const depth = codes.length / bias.length;
  let [sum, result] = [0, 0];
  bias.forEach((_, row) => {
    const start = wholeStart(job, row);
    let [low, high] = [0, 0];
    for (let i = row * depth; i < (row + 1) * depth; i++) {
      low += Math.min(-128 * codes[i], 127 * codes[i]);
      high += Math.max(-128 * codes[i], 127 * codes[i]);
    }
    sum = Math.max(sum, -low, high);
    const most = Math.max(Math.abs(low + start), Math.abs(high + start));
    result = Math.max(result, most * scaleOfSums(job, row));
  });
  return { sum, result };
});

/** What sums of an output are multiplied by. */
function scaleOfSums({ form, leftShift, multiplier }: LinearJob, row: number): number {
  if (!BY_WORDS.includes(form)) return multiplier[row] * 2 ** -(form === 'wide' ? 32 + leftShift : 32 - leftShift);
  const { mantissa, shift } = scaleParts({ multiplier, leftShift, ...(form && { form }) }, multiplier[row]);
  return mantissa * 2 ** -(form === 'fine' ? shift - leftShift : shift);
}

/** The bias without its fraction (fine-bias.ts). */
function wholeStart({ form, leftShift, bias }: LinearJob, row: number): number {
  if (form !== 'fine') return bias[row];
  const unit = 2 ** (31 - leftShift);
  return bias[row] - Math.floor(bias[row] / unit + 0.5) * unit;
}

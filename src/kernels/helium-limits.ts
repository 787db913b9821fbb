import { type Codes, findFormat } from '../formats/index.ts';
import type { RequantizationForm } from '../ir/program.ts';
import { accumulatorFits } from '../quant/requantize.ts';
import { fitsBytes, fitsField } from './dsp-limits.ts';
import { HELIUM_READINGS, type HeliumCodes } from './helium-variants.ts';
import { type LinearJob, sumsFit } from './linear-job.ts';
import { lanesOf } from './packing/helium-stream.ts';
import { storesBytes } from './packing/packed-stream.ts';
import { readsPairs } from './packing/pair-table.ts';

/** Entropy-coded weights of a depthwise layer up to which they are stored as bytes, where the goal is not size. */
const FEW_WEIGHTS = 1024;

/** True, or why the Helium kernels, which saturate vectors of results to codes, cannot compute a layer with weights of 8 bits. */
export function requantizesByVectors(job: LinearJob): true | string {
  if (job.form === undefined && job.leftShift !== 0) return 'an output has a scale of 0.5 or more';
  const { format, weights, goal } = job;
  // Of a depthwise layer they are few: bytes cost little.
  const isFew = goal !== 'size' && weights.data.length <= FEW_WEIGHTS;
  if (format !== null && findFormat(format).bits === null && !isFew) return `its weights are ${format}`;
  if (!fitsBytes(job.weights.data as Codes)) return 'its weights do not fit 8 bits';
  return saturatesVectors(job);
}

/** The same for kernels that shift sums to the left, and weights that they read so. */
export function multipliesByVectors(job: LinearJob, codes: HeliumCodes): true | string {
  const able = acceptsWeights(job, codes);
  if (able !== true) return able;
  return HELIUM_READINGS[codes].left === 0 ? unpacksForVectors(job) : saturatesVectors(job);
}

/** The same for weights that are bytes when such a kernel reads them. */
export function unpacksForVectors(job: LinearJob): true | string {
  return saturatesVectors(job, ['wide', 'shifts']);
}

function acceptsWeights(job: LinearJob, codes: HeliumCodes): true | string {
  if (codes === 's8') return acceptsBytes(job);
  if (codes === 'int4' || codes === 'int2') return acceptsFields(job, codes === 'int4' ? 4 : 2);
  return readsPairs(job, lanesOf(job.weights.data.length / job.weights.shape[0]), 'u16');
}

function saturatesVectors(job: LinearJob, forms: readonly RequantizationForm[] = ['wide']): true | string {
  const { form } = job;
  if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
  if (form !== undefined && !forms.includes(form)) return 'it is requantized as a quantized file says';
  return sumsFit(job);
}

function acceptsBytes(job: LinearJob): true | string {
  if (!storesBytes(job)) return `its weights are ${job.format}`;
  return fitsBytes(job.weights.data as Codes) || 'its weights do not fit 8 bits';
}

function acceptsFields(job: LinearJob, bits: 4 | 2): true | string {
  const format = job.format === null ? null : findFormat(job.format);
  if (format === null || format.bits === null || format.unpack === null) return 'its weights are not of few bits each';
  if (bits === 4 && format.bits <= 2) return 'its weights have 2 bits';
  if (!fitsField(job.weights.data as Codes, bits)) return `its weights do not fit ${bits} bits`;
  return accumulatorFits(job.bound, 8 - bits) || `its sums times ${2 ** (8 - bits)} could overflow 32 bits`;
}

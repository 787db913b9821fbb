import { type Codes, findFormat } from '../formats/index.ts';
import type { RequantizationForm } from '../ir/program.ts';
import { accumulatorFits } from '../quant/requantize.ts';
import { fitsBytes, fitsField } from './dsp-limits.ts';
import type { FieldBits } from './helium-variants.ts';
import { type LinearJob, sumsFit } from './linear-job.ts';

/** True, or why the Helium kernels, which saturate vectors of results to codes, cannot compute a layer with weights of 8 bits. */
export function requantizesByVectors(job: LinearJob): true | string {
  if (job.form === undefined && job.leftShift !== 0) return 'an output has a scale of 0.5 or more';
  const { format } = job;
  // Of a depthwise layer they are few: bytes cost little.
  if (format !== null && findFormat(format).bits === null) return `its weights are ${format}`;
  if (!fitsBytes(job.weights.data as Codes)) return 'its weights do not fit 8 bits';
  return saturatesVectors(job);
}

/** The same for kernels that shift sums to the left, and weights that take so many bits. */
export function multipliesByVectors(job: LinearJob, bits: FieldBits): true | string {
  const able = bits === 8 ? acceptsBytes(job) : acceptsFields(job, bits);
  return able === true ? saturatesVectors(job, bits === 8 ? ['wide', 'shifts'] : ['wide']) : able;
}

function saturatesVectors(job: LinearJob, forms: readonly RequantizationForm[] = ['wide']): true | string {
  const { form } = job;
  if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
  if (form !== undefined && !forms.includes(form)) return 'it is requantized as a quantized file says';
  return sumsFit(job);
}

function acceptsBytes({ format, weights }: LinearJob): true | string {
  if (format !== null && findFormat(format).unpack !== null) return `its weights are ${format}`;
  return fitsBytes(weights.data as Codes) || 'its weights do not fit 8 bits';
}

function acceptsFields(job: LinearJob, bits: 4 | 2): true | string {
  const format = job.format === null ? null : findFormat(job.format);
  if (format === null || format.bits === null || format.unpack === null) return 'its weights are not of few bits each';
  if (bits === 4 && format.bits <= 2) return 'its weights have 2 bits';
  if (!fitsField(job.weights.data as Codes, bits)) return `its weights do not fit ${bits} bits`;
  return accumulatorFits(job.bound, 8 - bits) || `its sums times ${2 ** (8 - bits)} could overflow 32 bits`;
}

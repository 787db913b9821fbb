import { type Codes, findFormat } from '../formats/index.ts';
import { fitsBytes } from './dsp-limits.ts';
import { type LinearJob, sumsFit, withoutShift } from './linear-job.ts';

/** True, or why kernels that multiply byte by byte and saturate to int8 cannot compute a layer. */
export function multipliesBytes(shifted: LinearJob): true | string {
  const job = withoutShift(shifted);
  const { form, format, clamp } = job;
  if (form !== undefined) return 'it is requantized as a quantized file says';
  if (format !== null && findFormat(format).unpack !== null) return `its weights are ${format}`;
  if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
  if (job.leftShift !== 0) return 'an output has a scale of 0.5 or more';
  if (clamp.min !== -128 || clamp.max !== 127) return 'its result is clamped to other codes than -128 to 127';
  return fitsBytes(job.weights.data as Codes) ? sumsFit(job) : 'its weights do not fit 8 bits';
}

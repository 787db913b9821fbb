import { type Codes, findFormat } from '../formats/index.ts';
import { fitsBytes } from './dsp-limits.ts';
import { type LinearJob, sumsFit } from './linear-job.ts';

/** True, or why the Helium kernels, which saturate vectors of results to codes, cannot compute a layer. */
export function requantizesByVectors(job: LinearJob): true | string {
  const { format, form } = job;
  if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
  if (form !== undefined && form !== 'wide') return 'it is requantized as a quantized file says';
  if (form === undefined && job.leftShift !== 0) return 'an output has a scale of 0.5 or more';
  if (job.clamp.min !== -128 || job.clamp.max !== 127) return 'its result is clamped to other codes than -128 to 127';
  if (format !== null && findFormat(format).unpack !== null) return `its weights are ${format}`;
  if (!fitsBytes(job.weights.data as Codes)) return 'its weights do not fit 8 bits';
  return sumsFit(job);
}

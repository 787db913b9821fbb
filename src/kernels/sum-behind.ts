import type { LowerBuilder } from '../ir/lowering.ts';
import type { Work } from '../ir/program.ts';
import { fitsInt32 } from '../quant/imported-addition.ts';
import { MOST_RESULT } from './dsp-limits.ts';
import type { Argument } from './kernel-call.ts';
import type { LinearJob } from './linear-job.ts';

/** Whether a layer is computed by the kernel that can add, be it because another layer of the model adds. */
export function addsSums({ sums, form }: LinearJob): boolean {
  return sums && form === undefined;
}

/** Null, or why nn_sum4_s8 cannot make the layer's sum. */
export function sumRefusal(job: LinearJob): string | null {
  if (!job.sum) return null;
  const { A, B, C, S } = job.sum;
  if (job.form !== undefined) return 'it is requantized as a quantized file says';
  if (job.addend?.packed) return 'what is added to its results has codes of 4 bits';
  if (Math.max(Math.abs(A), Math.abs(B)) > 32767) return 'factors of its sum need more than 16 bits';
  if (!fitsInt32({ ...job.sum, C: Math.abs(C) + 128 * 2 ** S })) return 'its sum needs more than 32 bits';
  const most = (128 * (Math.abs(A) + Math.abs(B)) + Math.abs(C)) / 2 ** S;
  return most <= MOST_RESULT ? null : 'a sum could need more than 16 bits before it is clamped';
}

/** What kernels that add take besides: for each pair of windows and each four outputs, and for eight results with a sum. */
export function sumWork(job: LinearJob, { pairs, fours }: Readonly<Record<string, number>>): Work {
  return addsSums(job) ? { adding: 5 * pairs + fours, ...(job.sum && { sums: 8 * fours }) } : {};
}

/** Parameters for nn_sum4_s8, which sees codes that are 128 more and leaves results so, and the other tensor; none where kernels cannot add. */
export function sumArguments(job: LinearJob, y: string, lower: LowerBuilder): readonly Argument[] {
  if (!addsSums(job)) return [];
  if (!job.sum || !job.addend) return [{ sum: 'NULL' }, { with: y }];
  const { A, B, C, S } = job.sum;
  const numbers = Int32Array.of((A & 0xffff) | (B << 16), C + 128 * (2 ** S - A), S);
  const comment = `what is added to ${job.name}: factors, constant and shift`;
  return [{ sum: lower.table('sum', 'i32', numbers, 'parameters', comment) }, { with: job.addend.name }];
}

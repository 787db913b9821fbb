import type { LowerBuilder } from '../../ir/lowering.ts';
import type { LinearJob } from '../linear-job.ts';

/** Adds bias and multipliers of a layer, a number for each output; returns their names. */
export function biasTables(
  job: LinearJob,
  lower: LowerBuilder,
): { readonly bias: string; readonly multiplier: string } {
  const { name, bias, multiplier } = job;
  return {
    bias: lower.table('bias', 'i32', bias, 'parameters', `bias with the input zero point folded in, of ${name}`),
    multiplier: lower.table('multiplier', 'i32', multiplier, 'parameters', `${scaleText(job)} per output of ${name}`),
  };
}

/** What the numbers of a table of multipliers are. */
function scaleText({ form, leftShift }: LinearJob): string {
  if (form === 'shifts') return '-log2(scale)';
  if (form === 'words' || form === 'odd' || form === 'fine') return 'scale as mantissa and exponent';
  return `scale * 2^${form === 'wide' ? 32 + leftShift : 32 - leftShift}`;
}

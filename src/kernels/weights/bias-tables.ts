import type { LowerBuilder } from '../../ir/lowering.ts';
import type { LinearJob } from '../linear-job.ts';

/** Adds bias and multipliers of a layer, a number for each output; returns their names. */
export function biasTables(
  job: LinearJob,
  lower: LowerBuilder,
): { readonly bias: string; readonly multiplier: string } {
  const { name, bias, wideBias, multiplier } = job;
  const text = `bias with the input zero point folded in, of ${name}`;
  return {
    bias: wideBias
      ? lower.table('bias', 'i64', wideBias, 'parameters', text)
      : lower.table('bias', 'i32', bias, 'parameters', text),
    multiplier: lower.table('multiplier', 'i32', multiplier, 'parameters', `${scaleText(job)} per output of ${name}`),
  };
}

/** What the numbers of a table of multipliers are. */
function scaleText({ form, leftShift }: LinearJob): string {
  if (form === 'shifts') return '-log2(scale)';
  if (form === 'words' || form === 'odd' || form === 'fine') return 'scale as mantissa and exponent';
  const right = form === 'wide' || form === 'sum32' || form === 'sum64';
  return `scale * 2^${right ? 32 + leftShift : 32 - leftShift}`;
}

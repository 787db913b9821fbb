import type { LowerBuilder } from '../../ir/lowering.ts';
import { must } from '../../support/errors.ts';
import { lowerWith } from '../choose.ts';
import type { Kernel } from '../kernel.ts';
import type { FloatJob } from './float-job.ts';

/** Emits the layer by the best of `candidates`; by the last, which is portable, where the core has no floating-point unit. */
export function lowerFloat(job: FloatJob, candidates: readonly Kernel<FloatJob>[], lower: LowerBuilder): void {
  if (job.features.has('fpu')) return lowerWith(job, candidates, lower);
  if (job.addend) return lower.refuse('its kernel adds nothing to its results');
  const portable = must(candidates.at(-1), 'a portable kernel');
  const rule = portable.overlap(job);
  const overlap = rule && 'atLeast' in rule ? [{ read: job.x, distance: rule.atLeast }] : [];
  lower.call({ overlap, ...portable.build(job, lower) });
}

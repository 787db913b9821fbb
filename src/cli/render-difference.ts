import type { Comparison } from '../verify/compare.ts';

export function difference({ exact, different, maxError, range }: Comparison): string {
  if (different === 0) return 'none';
  if (exact) return `${different} elements, by up to ${maxError}`;
  return `${maxError.toExponential(1)}, ${(maxError / Math.max(range, Number.MIN_VALUE)).toExponential(1)} of the range`;
}

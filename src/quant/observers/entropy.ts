import type { CodeRange } from '../affine.ts';
import type { Bin } from './float-histogram.ts';

type Range = { readonly min: number; readonly max: number };

const BINS = 2048;
/** Candidate thresholds lie this many bins apart. */
const STRIDE = 8;
/** Probability where the codes have none, so that the divergence stays finite. */
const EPSILON = 1e-9;

/**
 * The clip that loses the least information (Kullback-Leibler divergence between the clipped distribution of |x| and
 * the same one seen through the codes), after the calibration of NVIDIA's TensorRT (S. Migacz, GTC 2017). Half of the
 * codes serve |x| when values have both signs, all of them otherwise. Zeros are left out: their code is exact.
 */
export function entropyRange(bins: readonly Bin[], full: Range, codes: CodeRange): { min: number; max: number } {
  const limit = Math.max(-full.min, full.max);
  const levels = (codes.max - codes.min + 1) / (full.min < 0 && full.max > 0 ? 2 : 1);
  if (limit === 0 || levels >= BINS) return { ...full };
  const counts = magnitudes(bins, limit);
  let best = { bins: BINS, divergence: divergence(counts, BINS, levels) };
  for (let size = BINS - STRIDE; size >= levels; size -= STRIDE) {
    const candidate = divergence(counts, size, levels);
    if (candidate < best.divergence) best = { bins: size, divergence: candidate };
  }
  const clip = (limit * best.bins) / BINS;
  return { min: -clip, max: clip };
}

/** Counts of |x| in equal bins over (0, limit]; a bin of the source is shared out in proportion, zeros add nothing. */
function magnitudes(bins: readonly Bin[], limit: number): Float64Array {
  const counts = new Float64Array(BINS);
  for (const { min, max, count } of bins) {
    const from = (Math.min(Math.abs(min), Math.abs(max)) / limit) * BINS;
    const to = (Math.max(Math.abs(min), Math.abs(max)) / limit) * BINS;
    for (let i = Math.floor(from); i < to; i++) {
      counts[Math.min(i, BINS - 1)] += (count * (Math.min(i + 1, to) - Math.max(i, from))) / (to - from);
    }
  }
  return counts;
}

/**
 * sum p log(p / q): p are the first `size` bins, the last one with all that is clipped; q spreads each level's share of
 * the unclipped counts evenly over those of its bins that are not empty.
 */
function divergence(counts: Float64Array, size: number, levels: number): number {
  let clipped = 0;
  for (let i = size; i < BINS; i++) clipped += counts[i];
  let inside = 0;
  for (let i = 0; i < size; i++) inside += counts[i];
  if (inside === 0) return Infinity;
  const total = inside + clipped;

  let sum = 0;
  for (let level = 0; level < levels; level++) {
    const start = Math.floor((level * size) / levels);
    const end = Math.floor(((level + 1) * size) / levels);
    let mass = 0;
    let used = 0;
    for (let i = start; i < end; i++) {
      mass += counts[i];
      if (counts[i] > 0) used++;
    }
    for (let i = start; i < end; i++) {
      const p = (counts[i] + (i === size - 1 ? clipped : 0)) / total;
      if (p === 0) continue;
      const q = counts[i] > 0 ? mass / used / inside : 0;
      sum += p * Math.log(p / Math.max(q, EPSILON));
    }
  }
  return sum;
}

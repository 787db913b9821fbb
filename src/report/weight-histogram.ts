import { histogram, minMax } from '../numerics/stats.ts';

/**
 * The float weights of a layer beside the codes they became, both in steps: a weight over the scale of its channel.
 * In this unit the levels of every channel are the same whole numbers.
 */
export interface WeightHistogram {
  /** Codes that occur, ascending, and how often. */
  readonly levels: readonly { readonly code: number; readonly count: number }[];
  /** Left edge of the first bar, and the width of each. */
  readonly from: number;
  readonly binWidth: number;
  readonly bins: number;
  /** Float weights in each bar; null: there are none to compare with. */
  readonly float: readonly number[] | null;
  /** Float weights left and right of all bars. */
  readonly below: number;
  readonly above: number;
}

/** About so many bars; their width is a power of two of steps, so that bars and levels line up. */
const BARS = 64;
/** How far bars go beyond the outermost levels, as a share of these: what lies there is cut off by the grid. */
const BEYOND = 0.5;

export function weightHistogram(counts: ReadonlyMap<number, number>, float: Float64Array | null): WeightHistogram {
  const levels = [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => a.code - b.code);
  const [lowest, highest] = [levels[0].code, levels[levels.length - 1].code];
  const margin = Math.max(1, BEYOND * Math.max(-lowest, highest));
  const { min, max } = float ? minMax(float) : { min: lowest, max: highest };
  const low = Math.max(lowest - margin, Math.min(min, lowest - 0.5));
  const high = Math.min(highest + margin, Math.max(max, highest + 0.5));
  const binWidth = 2 ** Math.ceil(Math.log2((high - low) / BARS));
  // Half a bar to the left: whole numbers are centres of bars.
  const from = (Math.floor(low / binWidth) - 0.5) * binWidth;
  const bins = Math.ceil((high - from) / binWidth);
  const to = from + bins * binWidth;
  return {
    levels,
    from,
    binWidth,
    bins,
    float: float && Array.from(histogram(float, bins, from, to)),
    below: float?.filter((x) => x < from).length ?? 0,
    above: float?.filter((x) => x > to).length ?? 0,
  };
}

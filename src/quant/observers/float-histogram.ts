const FRACTION_BITS = 10;
const SLOTS = 1 << FRACTION_BITS;
const SHIFT = 23 - FRACTION_BITS;

/** One non-empty bin: `count` values lie in [min, max]. */
export interface Bin {
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/**
 * Counts float32 values by their upper 19 bits: sign, exponent and 10 bits of fraction. Bins are at most 2^-10 of their
 * value wide whatever the range is, so one pass suffices and the order of the data does not matter. Memory: 4 KB for
 * each binade that occurs, usually 20 to 60 of them. Subnormal numbers count as zero.
 */
export interface FloatHistogram {
  /** Finite values only. */
  add(data: Float32Array): void;
  /** Non-empty bins in ascending order. */
  bins(): Bin[];
}

export function createFloatHistogram(): FloatHistogram {
  /** By sign and exponent. A page holds 2^32 - 1 per bin, enough for any calibration set. */
  const pages: (Uint32Array | undefined)[] = new Array<undefined>(512);
  return {
    add(data) {
      const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
      for (let i = 0; i < bits.length; i++) {
        const page = bits[i] >>> 23;
        pages[page] ??= new Uint32Array(SLOTS);
        const counts = pages[page];
        counts[(bits[i] >>> SHIFT) & (SLOTS - 1)]++;
      }
    },
    bins: () => listBins(pages),
  };
}

function listBins(pages: readonly (Uint32Array | undefined)[]): Bin[] {
  const negative: Bin[] = [];
  const positive: Bin[] = [];
  let zeros = 0;
  pages.forEach((counts, page) => {
    const [sign, exponent] = [page >> 8, page & 0xff];
    counts?.forEach((count, slot) => {
      if (count === 0) return;
      if (exponent === 0) {
        zeros += count;
        return;
      }
      const ulp = 2 ** (exponent - 127 - FRACTION_BITS);
      const low = (SLOTS + slot) * ulp;
      if (sign === 0) positive.push({ min: low, max: low + ulp, count });
      else negative.push({ min: -low - ulp, max: -low, count });
    });
  });
  return [...negative.reverse(), ...(zeros > 0 ? [{ min: 0, max: 0, count: zeros }] : []), ...positive];
}

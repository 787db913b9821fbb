/** Sums run in double precision; every function takes arrays of finite numbers. */
type Numbers = ArrayLike<number>;

/** Of an empty array: min Infinity, max -Infinity. */
export function minMax(data: Numbers): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const x = data[i];
    if (x < min) min = x;
    if (x > max) max = x;
  }
  return { min, max };
}

export function mean(data: Numbers): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return sum / data.length;
}

/** Mean squared distance from the mean (divided by n). */
export function variance(data: Numbers): number {
  const center = mean(data);
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] - center) ** 2;
  return sum / data.length;
}

/** Middle value, or the mean of the two middle ones. NaN when empty. */
export function median(data: Numbers): number {
  const sorted = Float64Array.from(data).sort();
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Signal to quantization noise ratio, 10 log10(sum x^2 / sum (x - y)^2). Infinity without noise. */
export function sqnrDb(reference: Numbers, approximation: Numbers): number {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < reference.length; i++) {
    signal += reference[i] ** 2;
    noise += (reference[i] - approximation[i]) ** 2;
  }
  return powerRatioDb(signal, noise);
}

/** 10 log10(signal / noise); Infinity without noise, -Infinity for noise without signal. */
export function powerRatioDb(signal: number, noise: number): number {
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}

/** Counts in `bins` equal bins over [min, max], max included; values outside are left out. */
export function histogram(data: Numbers, bins: number, min: number, max: number): Float64Array {
  const counts = new Float64Array(bins);
  for (let i = 0; i < data.length; i++) {
    const x = data[i];
    if (x >= min && x <= max) counts[Math.min(bins - 1, Math.floor(((x - min) / (max - min)) * bins))]++;
  }
  return counts;
}

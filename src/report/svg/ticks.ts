/**
 * Round numbers within [min, max], about `count` of them: multiples of 1, 2 or 5 times a power of ten. Empty for an
 * interval that is not finite.
 */
export function niceTicks(min: number, max: number, count: number): number[] {
  return multiplesWithin(min, max, niceStep(max - min, count));
}

/** Like niceTicks, in steps of a power of two from 1 KiB on, so that labels in KiB and MiB are whole numbers. */
export function byteTicks(min: number, max: number, count: number): number[] {
  const step = niceStep(max - min, count);
  return multiplesWithin(
    min,
    max,
    max - min <= 1024 ? Math.max(1, step) : 2 ** Math.ceil(Math.log2((max - min) / count)),
  );
}

/** Powers of ten within [min, max], min > 0; with their multiples by 2 and 5 when there are fewer than three. */
export function logTicks(min: number, max: number): number[] {
  const exponents = Array.from(
    { length: Math.floor(Math.log10(max)) - Math.floor(Math.log10(min)) + 1 },
    (_, i) => Math.floor(Math.log10(min)) + i,
  );
  const within = (factors: readonly number[]) =>
    exponents.flatMap((e) => factors.map((f) => powerOfTen(e) * f)).filter((tick) => tick >= min && tick <= max);
  const powers = within([1]);
  return powers.length < 3 ? within([1, 2, 5]) : powers;
}

/** 0 for an interval without extent. */
function niceStep(extent: number, count: number): number {
  if (!(extent > 0) || !Number.isFinite(extent)) return 0;
  const rough = extent / count;
  const power = powerOfTen(Math.floor(Math.log10(rough)));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
}

function multiplesWithin(min: number, max: number, step: number): number[] {
  if (step === 0) return Number.isFinite(min) && min === max ? [min] : [];
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  // A step below 1 is divided by, as 3 * 0.1 is not 0.3.
  const inverse = Math.round(1 / step);
  return Array.from(
    { length: last - first + 1 },
    (_, i) => (step < 1 ? (first + i) / inverse : (first + i) * step) + 0,
  );
}

/** Exact also for negative exponents, as 10 ** -2 is not on every machine. */
function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`);
}

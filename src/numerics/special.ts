/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Share of a standard normal distribution above x, with a relative error below 1e-12. */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x);
  return x < 3 ? 0.5 - centralMass(x) : normalDensity(x) / continuedFraction(x);
}

/** Mass between 0 and x: density(x) * (x + x^3/3 + x^5/15 + ...). */
function centralMass(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 3; term > 1e-17 * sum; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return normalDensity(x) * sum;
}

/** density / tail = x + 1/(x + 2/(x + 3/(x + ...))) */
function continuedFraction(x: number): number {
  let value = x;
  for (let n = 150; n >= 1; n--) value = x + n / value;
  return value;
}

/** W with W e^W = x, for x >= 0 (the principal branch), by Newton's method. */
export function lambertW(x: number): number {
  let w = Math.log1p(x);
  for (let i = 0; i < 20; i++) {
    const power = Math.exp(w);
    const step = (w * power - x) / (power * (w + 1));
    w -= step;
    if (Math.abs(step) <= 1e-15 * w) break;
  }
  return w;
}

/** The place of the minimum of a function with one minimum between low and high, by golden section. */
export function minimize(f: (x: number) => number, low: number, high: number, tolerance = 1e-9): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  while (b - a > tolerance * Math.max(1, Math.abs(a))) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      c = b - ratio * (b - a);
      fc = f(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + ratio * (b - a);
      fd = f(d);
    }
  }
  return (a + b) / 2;
}

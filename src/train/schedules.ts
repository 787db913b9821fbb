/** The learning rate of step 0, 1, ... of `steps`. */
export type Schedule = (step: number, steps: number) => number;

export function constant(rate: number): Schedule {
  return () => rate;
}

/** Multiplied by `factor` at each of these parts (0 .. 1) of the way. */
export function stepDecay(rate: number, { at, factor = 0.1 }: { at: readonly number[]; factor?: number }): Schedule {
  return (step, steps) => rate * factor ** at.filter((part) => step >= part * steps).length;
}

/** Half a cosine from `rate` down to `floor` (Loshchilov and Hutter, 2017). */
export function cosine(rate: number, { floor = 0 } = {}): Schedule {
  return (step, steps) => floor + ((rate - floor) * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}

/** Grows linearly over the first `count` steps, then follows the other schedule. */
export function warmUp(schedule: Schedule, count: number): Schedule {
  return (step, steps) => schedule(step, steps) * Math.min(1, (step + 1) / count);
}

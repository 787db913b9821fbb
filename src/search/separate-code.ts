import type { KernelBytes } from './problem.ts';

/** Bytes of code of a program, and the kernel that each of its layers needs. */
export interface CodeSample {
  readonly kernels: readonly string[];
  readonly bytes: number;
}

export interface CodeModel {
  /** What every program has. */
  readonly restBytes: number;
  readonly kernels: ReadonlyMap<string, KernelBytes>;
  /** The largest miss among the samples. */
  readonly errorBytes: number;
}

const ROUNDS = 1000;

/**
 * Fits bytes = rest + sum over kernels of (once, when in use) + (again, when several layers use it), all >= 0, to compiled
 * programs by least squares: one unknown after the other (a convex problem, so that this ends at the best fit).
 */
export function separateCode(samples: readonly CodeSample[]): CodeModel {
  const kernels = [...new Set(samples.flatMap((sample) => sample.kernels))];
  const columns = [
    samples.map(() => true),
    ...[1, 2].flatMap((least) => kernels.map((kernel) => samples.map((sample) => uses(sample, kernel) >= least))),
  ];
  const unknowns = columns.map(() => 0);
  const residuals = samples.map(({ bytes }) => bytes);
  for (let round = 0; round < ROUNDS; round++) {
    columns.forEach((column, u) => {
      const rows = residuals.filter((_, i) => column[i]);
      if (rows.length === 0) return;
      const step = rows.reduce((sum, residual) => sum + residual, 0) / rows.length;
      const next = Math.max(0, unknowns[u] + step);
      residuals.forEach((residual, i) => {
        if (column[i]) residuals[i] = residual - (next - unknowns[u]);
      });
      unknowns[u] = next;
    });
  }
  const [restBytes, ...bytes] = unknowns.map(Math.round);
  const split = (k: number): KernelBytes => ({ once: bytes[k], again: bytes[kernels.length + k] });
  return {
    restBytes,
    kernels: new Map(kernels.map((kernel, k) => [kernel, split(k)])),
    errorBytes: Math.ceil(Math.max(...residuals.map(Math.abs))),
  };
}

function uses({ kernels }: CodeSample, kernel: string): number {
  return kernels.filter((other) => other === kernel).length;
}

import type { Feature } from '../targets/target.ts';

/** A folder of templates/ and what a core must have for its kernels. */
interface KernelSet {
  readonly name: string;
  readonly needs: readonly Feature[];
}

/** In order of preference; `c` is complete and portable. */
export const KERNEL_SETS: readonly KernelSet[] = [
  { name: 'helium', needs: ['mve', 'dsp'] },
  { name: 'fpu', needs: ['fpu', 'dsp'] },
  { name: 'dsp', needs: ['dsp'] },
  { name: 'thumb2', needs: ['thumb2'] },
  { name: 'avr', needs: ['flash-apart'] },
  { name: 'c', needs: [] },
];

/** The sets that a core can run, in order of preference: a unit that is missing in one falls back to the next. */
export function kernelSets(features: ReadonlySet<string>): string[] {
  return KERNEL_SETS.filter(({ needs }) => needs.every((feature) => features.has(feature))).map(({ name }) => name);
}

import type { KernelInstance } from '../ir/program.ts';
import { formSuffix } from './forms.ts';
import type { LinearJob } from './linear-job.ts';

/** How the kernels read weights: as bytes, in fields of 4 or 2 bits, or as places in a list of codes, two to a byte. */
export type HeliumCodes = 's8' | 'int4' | 'int2' | 'pairs';

/** Bytes, and what masks isolate. */
export const ISOLATED: readonly HeliumCodes[] = ['s8', 'int4', 'int2'];
export const HELIUM_CODES: readonly HeliumCodes[] = [...ISOLATED, 'pairs'];

interface Reading {
  /** Bits of a weight. */
  readonly bits: 8 | 4 | 2;
  /** Sums are 2^left as large. */
  readonly left: number;
  /** Bytes of a step of each inner loop. */
  readonly steps: Readonly<Record<HeliumLoop, number>>;
  /** Steps of dense_rows_helium that are written out: what its loop takes beside them counts more where it is all there is. */
  readonly unroll: number;
}

/** Naked functions that the kernels call. */
export type HeliumLoop = 'gemm_helium' | 'dense_rows_helium';

export const HELIUM_READINGS: Readonly<Record<HeliumCodes, Reading>> = {
  s8: { bits: 8, left: 0, steps: { gemm_helium: 4 * 14, dense_rows_helium: 4 * 17 }, unroll: 2 },
  int4: { bits: 4, left: 4, steps: { gemm_helium: 4 * 16, dense_rows_helium: 4 * 21 }, unroll: 4 },
  int2: { bits: 2, left: 6, steps: { gemm_helium: 4 * 17, dense_rows_helium: 4 * 23 }, unroll: 4 },
  pairs: { bits: 4, left: 0, steps: { gemm_helium: 4 * 18, dense_rows_helium: 4 * 25 }, unroll: 4 },
};

/** As nn_scale_helium takes them: vectors are shifted to the left. */
export function multipliersOf({ form, multiplier }: LinearJob): Int32Array {
  return form === 'shifts' ? multiplier.map((shift) => -shift) : multiplier;
}

/** Looking weights up in pairs is priced as fields of 4 bits, with so much more work (packing/helium-pairs.ts). */
export function pricedAs(kernel: string, codes: HeliumCodes): { readonly pricedAs?: string } {
  return codes === 'pairs' ? { pricedAs: `${kernel}_int4` } : {};
}

export interface HeliumVariant {
  /** nn_conv2d_helium_int4 */
  readonly kernel: string;
  readonly instances: readonly KernelInstance[];
  /** Of sums to the left. */
  readonly shift: number;
}

/** `kernel` (conv2d_helium) for a layer, and the loop that it calls. */
export function heliumVariant(kernel: string, loop: HeliumLoop, codes: HeliumCodes, job: LinearJob): HeliumVariant {
  const { form, leftShift } = job;
  const { left } = HELIUM_READINGS[codes];
  const shift = (form === undefined ? leftShift : 0) - left;
  const ending = left === 0 && shift > 0 ? '_shifted' : formSuffix(form);
  return { ...variantOf(kernel, loop, codes, ending), shift };
}

/** What names end in: a form of requantization, or that sums are shifted, as those of fields are anyway. */
export const ENDINGS: Readonly<Record<HeliumCodes, readonly string[]>> = {
  s8: ['', '_wide', '_shift', '_shifted'],
  int4: ['', '_wide'],
  int2: ['', '_wide'],
  pairs: ['', '_wide', '_shift', '_shifted'],
};

export function variantOf(
  kernel: string,
  loop: HeliumLoop,
  codes: HeliumCodes,
  ending: string,
): Omit<HeliumVariant, 'shift'> {
  const { bits, left, steps, unroll } = HELIUM_READINGS[codes];
  const variant = `${codes}${ending}`;
  const isShifted = ending === '_shifted';
  const pairs = codes === 'pairs';
  const params = {
    ...{
      codes,
      bits,
      pairs,
      left: pairs ? 'r7' : 'r11',
      frame: pairs ? 60 : 52,
      unroll,
      log2_unroll: Math.log2(unroll),
    },
    ...{ step_bytes: steps[loop], step_words: 2 * bits, mask: left === 0 ? 0 : 0x100 - 2 ** left },
    ...{ form: isShifted ? '' : ending, shifted: isShifted || left > 0 },
  };
  const name = `nn_${kernel}_${variant}`;
  return {
    kernel: name,
    instances: [
      { name, template: `nn_${kernel}`, params: { variant, pairs } },
      { name: `nn_${loop}_${variant}`, template: `nn_${loop}`, params },
    ],
  };
}

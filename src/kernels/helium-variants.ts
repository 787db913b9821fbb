import type { KernelInstance } from '../ir/program.ts';
import { formSuffix } from './forms.ts';
import type { LinearJob } from './linear-job.ts';

/** Bits of a weight where the kernels read it. */
export type FieldBits = 8 | 4 | 2;

export const FIELD_BITS: readonly FieldBits[] = [8, 4, 2];

interface Field {
  /** What names of kernels end in. */
  readonly codes: string;
  /** Bytes of a step of each inner loop. */
  readonly steps: Readonly<Record<HeliumLoop, number>>;
  /** Steps of dense_rows_helium that are written out: what its loop takes beside them counts more where it is all there is. */
  readonly unroll: number;
}

/** Naked functions that the kernels call. */
export type HeliumLoop = 'gemm_helium' | 'dense_rows_helium';

const FIELDS: Readonly<Record<FieldBits, Field>> = {
  8: { codes: 's8', steps: { gemm_helium: 4 * 14, dense_rows_helium: 4 * 17 }, unroll: 2 },
  4: { codes: 'int4', steps: { gemm_helium: 4 * 16, dense_rows_helium: 4 * 21 }, unroll: 4 },
  2: { codes: 'int2', steps: { gemm_helium: 4 * 17, dense_rows_helium: 4 * 23 }, unroll: 4 },
};

export function idOf(kernel: string, bits: FieldBits): string {
  return `${kernel}_${FIELDS[bits].codes}`;
}

/** As nn_scale_helium takes them: vectors are shifted to the left. */
export function multipliersOf({ form, multiplier }: LinearJob): Int32Array {
  return form === 'shifts' ? multiplier.map((shift) => -shift) : multiplier;
}

export interface HeliumVariant {
  /** nn_conv2d_helium_int4 */
  readonly kernel: string;
  readonly instances: readonly KernelInstance[];
  /** Of sums to the left. */
  readonly shift: number;
}

/** `kernel` (conv2d_helium) for a layer, and the loop that it calls. */
export function heliumVariant(kernel: string, loop: HeliumLoop, bits: FieldBits, job: LinearJob): HeliumVariant {
  const { form, leftShift } = job;
  const shift = (form === undefined ? leftShift : 0) - (8 - bits);
  const ending = bits === 8 && shift > 0 ? '_shifted' : formSuffix(form);
  return { ...variantOf(kernel, loop, bits, ending), shift };
}

/** What names end in: a form of requantization, or that sums are shifted, as those of few bits are anyway. */
export const ENDINGS: Readonly<Record<FieldBits, readonly string[]>> = {
  8: ['', '_wide', '_shift', '_shifted'],
  4: ['', '_wide'],
  2: ['', '_wide'],
};

export function variantOf(
  kernel: string,
  loop: HeliumLoop,
  bits: FieldBits,
  ending: string,
): Omit<HeliumVariant, 'shift'> {
  const { codes, steps, unroll } = FIELDS[bits];
  const variant = `${codes}${ending}`;
  const isShifted = ending === '_shifted';
  const params = {
    ...{ codes, bits, unroll, log2_unroll: Math.log2(unroll) },
    ...{ step_bytes: steps[loop], step_words: 2 * bits, mask: bits === 8 ? 0 : 0x100 - 2 ** (8 - bits) },
    ...{ form: isShifted ? '' : ending, shifted: isShifted || bits < 8 },
  };
  const name = `nn_${kernel}_${variant}`;
  return {
    kernel: name,
    instances: [
      { name, template: `nn_${kernel}`, params: { variant } },
      { name: `nn_${loop}_${variant}`, template: `nn_${loop}`, params },
    ],
  };
}

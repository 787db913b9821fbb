import type { KernelInstance } from '../ir/program.ts';
import { formSuffix } from './forms.ts';
import type { LinearJob } from './linear-job.ts';

/** Bits of a weight where the kernels read it. */
export type FieldBits = 8 | 4 | 2;

export const FIELD_BITS: readonly FieldBits[] = [8, 4, 2];

/** What names of kernels end in, and bytes of a step of nn_gemm_helium. */
const FIELDS: Readonly<Record<FieldBits, { readonly codes: string; readonly step_bytes: number }>> = {
  8: { codes: 's8', step_bytes: 4 * 14 },
  4: { codes: 'int4', step_bytes: 4 * 16 },
  2: { codes: 'int2', step_bytes: 4 * 17 },
};

export function idOf(kernel: string, bits: FieldBits): string {
  return `${kernel}_${FIELDS[bits].codes}`;
}

export interface HeliumVariant {
  /** nn_conv2d_helium_int4 */
  readonly kernel: string;
  readonly instances: readonly KernelInstance[];
  /** Of sums to the left. */
  readonly shift: number;
}

/** `kernel` (conv2d_helium) for a layer, and what it calls (gemm_helium). */
export function heliumVariant(kernel: string, callee: string, bits: FieldBits, job: LinearJob): HeliumVariant {
  const { form, leftShift } = job;
  const shift = (form === undefined ? leftShift : 0) - (8 - bits);
  const ending = bits === 8 && shift > 0 ? '_shifted' : formSuffix(form);
  return { ...variantOf(kernel, callee, bits, ending), shift };
}

/** What names end in: a form of requantization, or that sums are shifted, as those of few bits are anyway. */
export const ENDINGS: readonly string[] = ['', '_wide', '_shifted'];

export function variantOf(
  kernel: string,
  callee: string,
  bits: FieldBits,
  ending: string,
): Omit<HeliumVariant, 'shift'> {
  const { codes, step_bytes } = FIELDS[bits];
  const variant = `${codes}${ending}`;
  const isShifted = ending === '_shifted';
  const params = {
    ...{ codes, bits, step_bytes, step_words: 2 * bits, mask: bits === 8 ? 0 : 0x100 - 2 ** (8 - bits) },
    ...{ form: isShifted ? '' : ending, shifted: isShifted || bits < 8 },
  };
  const name = `nn_${kernel}_${variant}`;
  return {
    kernel: name,
    instances: [
      { name, template: `nn_${kernel}`, params: { variant } },
      { name: `nn_${callee}_${variant}`, template: `nn_${callee}`, params },
    ],
  };
}

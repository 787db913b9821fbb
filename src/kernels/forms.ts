import type { RequantizationForm } from '../ir/program.ts';

/** Of kernels whose names say s16; their sums have 32 bits or 64. */
const WIDE_SUFFIXES = { sum32: '', sum64: '_s64' } as const;

const SUFFIXES: Readonly<Record<Exclude<RequantizationForm, keyof typeof WIDE_SUFFIXES>, string>> = {
  wide: '_wide',
  shifts: '_shift',
  words: '_rne',
  odd: '_odd',
  fine: '_fine',
};

/** What the names of kernels end in that requantize in some form: nn_rows_s8_wide. */
export const FORM_SUFFIXES: readonly string[] = ['', ...Object.values(SUFFIXES)];

/** Of kernels that finish four sums at once (dsp-limits.ts). */
export const SUFFIXES_BY_FOURS: readonly string[] = FORM_SUFFIXES.filter((suffix) => suffix !== SUFFIXES.odd);

export function formSuffix(form: RequantizationForm | undefined): string {
  return form ? { ...SUFFIXES, ...WIDE_SUFFIXES }[form] : '';
}

import { FORMAT_FAMILIES } from '../formats/index.ts';

/** What 'nibblec formats' and docs/formats.md list. */
export interface FormatSupport {
  /** Names, or a pattern for several: 'int4, int3, int2'. */
  readonly format: string;
  /** Bits of one weight, tables left out, name by name; null: as many as its code words. */
  readonly bits: string;
  readonly summary: string;
}

export function formatTable(): FormatSupport[] {
  return FORMAT_FAMILIES.map(({ pattern, summary, find }) => {
    const bits = pattern.split(', ').map((name) => {
      const format = find(name);
      return format?.bits ?? (/\bcodebook/.test(name) ? 'ceil(log2 K)' : 'varies');
    });
    return { format: pattern, bits: bits.join(', '), summary };
  });
}

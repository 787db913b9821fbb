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
  return FORMAT_FAMILIES.map(({ pattern, summary, find, bits }) => {
    const each = pattern.split(', ').map((name) => find(name)?.bits ?? bits ?? 'varies');
    return { format: pattern, bits: each.join(', '), summary };
  });
}

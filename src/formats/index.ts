import { UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import { own } from '../support/own.ts';
import { tableOfRow } from './codebook-groups.ts';
import { FORMAT_FAMILIES } from './families.ts';
import type { Codes, Decoder, StoredWeights, WeightFormat } from './format.ts';
import { withHuffman } from './huffman.ts';
import { RANS, withRans } from './rans.ts';
import { WORDS } from './words.ts';

export type { CodeGrid, Codes, Decoder, FormatFamily, Inline, StoredWeights, WeightFormat } from './format.ts';
export { narrowed } from './format.ts';
export { type PickedRows, pickedRows, pickingRefusal } from './picked-rows.ts';
export type { RowOrder } from './row-order.ts';
export { FORMAT_FAMILIES, tableOfRow };

/** What a format may be followed by: '+huffman', '+rans'. */
export const ENTROPY_CODES: Readonly<Record<string, (base: WeightFormat) => WeightFormat>> = {
  huffman: withHuffman,
  rans: withRans,
};

/** Every decoder in C once. */
export const DECODERS: readonly Decoder[] = [
  ...new Map(
    [...FORMAT_FAMILIES.flatMap(({ decoders }) => decoders), WORDS, RANS].map((one) => [one.name, one]),
  ).values(),
];

const ENTROPY_SUFFIXES = Object.keys(ENTROPY_CODES).map((code) => `+${code}`);

/** The format of this name, or null. */
export function formatNamed(name: string): WeightFormat | null {
  const base = baseFormat(name);
  const entropyCode = own(ENTROPY_CODES, entropyCodeOf(name) ?? '') ?? ((format) => format);
  for (const family of FORMAT_FAMILIES) {
    const format = family.find(base);
    if (format) return entropyCode(format);
  }
  return null;
}

/** The format of this name. Throws UserError BAD_ARGUMENT with the nearest name. */
export function findFormat(name: string): WeightFormat {
  const format = formatNamed(name);
  if (format) return format;
  const names = FORMAT_FAMILIES.flatMap(({ pattern }) => pattern.split(', '));
  const nearest = nearestName(baseFormat(name), names);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `there is no weight format '${name}'`,
    because: [`known: ${names.join(', ')}; each of them also with ${ENTROPY_SUFFIXES.join(' or ')}`],
    hint: nearest ? `did you mean '${nearest}'?` : 'choose one of these',
  });
}

/** The parts of the cost model that decoding these codes is: codes, bits that a slow way takes one by one, and runs of codes. */
export function decodingWork({ unpack, slowBits }: WeightFormat, codes: Codes, runs = 0): Record<string, number> {
  const bits = slowBits?.(codes) ?? 0;
  const part = `unpack ${bits > 0 ? unpack?.slow?.name : unpack?.name}`;
  return {
    [part]: codes.length,
    ...(bits > 0 && { [`${part} bits`]: bits }),
    ...(runs > 0 && { [`${part} runs`]: runs }),
  };
}

/** Tables of codes that rows share equally; 1 where all rows have the same codes. */
export function tableCount({ unpack, grid }: WeightFormat): number {
  return grid?.kind === 'values' && !unpack?.entropy ? grid.tables : 1;
}

/** Bits that a format gives every weight, places and tables left out; null: more to some than to others. */
export function nominalBits({ bits, unpack, grid }: WeightFormat): number | null {
  return grid?.kind === 'values' && !unpack?.entropy ? Math.ceil(Math.log2(grid.entries)) : bits;
}

/** The name without its entropy code. */
export function baseFormat(name: string): string {
  const suffix = ENTROPY_SUFFIXES.find((end) => name.endsWith(end));
  return suffix ? name.slice(0, -suffix.length) : name;
}

/** 'huffman', 'rans', or null: codes are stored as the base format has them. */
export function entropyCodeOf(name: string): string | null {
  return name.slice(baseFormat(name).length + 1) || null;
}

/** Flash of stored weights: the stream and the tables its decoder reads; `codeBytes` 2 when some code needs int16. */
export function storedBytes({ bytes, values, counts, kinds }: StoredWeights, codeBytes = 1): number {
  return bytes.length + values.length * codeBytes + counts.length * 2 + Math.ceil(kinds.length / 2);
}

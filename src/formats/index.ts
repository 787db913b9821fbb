import { UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import { own } from '../support/own.ts';
import { codebook } from './codebook.ts';
import { type CodebookGroups, codebookGroups, groupsOf, tableOfRow } from './codebook-groups.ts';
import type { Decoder, FormatFamily, StoredWeights, WeightFormat } from './format.ts';
import { withHuffman } from './huffman.ts';
import { int } from './int.ts';
import { intVariable, meanBits } from './intv.ts';
import { plain } from './plain.ts';
import { pow2, pow2Packed, pow2Variable } from './pow2.ts';
import { RANS, withRans } from './rans.ts';
import { ternary } from './ternary.ts';
import { WORDS } from './words.ts';

export type { Codes, Decoder, FormatFamily, StoredWeights, WeightFormat } from './format.ts';
export type { RowOrder } from './row-order.ts';
export { type CodebookGroups, groupsOf, meanBits, tableOfRow };

/** All weight formats; each may be followed by one of ENTROPY_CODES. */
export const FORMAT_FAMILIES: readonly FormatFamily[] = [
  plain,
  int,
  intVariable,
  pow2,
  pow2Packed,
  pow2Variable,
  ternary,
  codebook,
  codebookGroups,
];

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

/** The format of this name. Throws UserError BAD_ARGUMENT with the nearest name. */
export function findFormat(name: string): WeightFormat {
  const base = baseFormat(name);
  const entropyCode = own(ENTROPY_CODES, name.slice(base.length + 1)) ?? ((format) => format);
  for (const family of FORMAT_FAMILIES) {
    const format = family.find(base);
    if (format) return entropyCode(format);
  }
  const names = FORMAT_FAMILIES.flatMap(({ pattern }) => pattern.split(', '));
  const nearest = nearestName(base, names);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `there is no weight format '${name}'`,
    because: [`known: ${names.join(', ')}; each of them also with ${ENTROPY_SUFFIXES.join(' or ')}`],
    hint: nearest ? `did you mean '${nearest}'?` : 'choose one of these',
  });
}

/** The name without its entropy code. */
export function baseFormat(name: string): string {
  const suffix = ENTROPY_SUFFIXES.find((end) => name.endsWith(end));
  return suffix ? name.slice(0, -suffix.length) : name;
}

/** Flash of stored weights: the stream and the tables its decoder reads; `codeBytes` 2 when some code needs int16. */
export function storedBytes({ bytes, values, counts, kinds }: StoredWeights, codeBytes = 1): number {
  return bytes.length + values.length * codeBytes + counts.length * 2 + Math.ceil(kinds.length / 2);
}

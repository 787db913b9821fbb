import { UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import { codebook } from './codebook.ts';
import type { FormatFamily, StoredWeights, WeightFormat } from './format.ts';
import { withHuffman } from './huffman.ts';
import { int } from './int.ts';
import { plain } from './plain.ts';
import { pow2, pow2Packed, pow2Variable } from './pow2.ts';
import { ternary } from './ternary.ts';

export type { Codes, FormatFamily, StoredWeights, WeightFormat } from './format.ts';

/** All weight formats; each may be followed by '+huffman'. */
export const FORMAT_FAMILIES: readonly FormatFamily[] = [plain, int, pow2, pow2Packed, pow2Variable, ternary, codebook];

const HUFFMAN = '+huffman';

/** The format of this name. Throws UserError BAD_ARGUMENT with the nearest name. */
export function findFormat(name: string): WeightFormat {
  const entropy = name.endsWith(HUFFMAN);
  const base = entropy ? name.slice(0, -HUFFMAN.length) : name;
  for (const family of FORMAT_FAMILIES) {
    const format = family.find(base);
    if (format) return entropy ? withHuffman(format) : format;
  }
  const names = FORMAT_FAMILIES.flatMap(({ pattern }) => pattern.split(', '));
  const nearest = nearestName(base, names);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `there is no weight format '${name}'`,
    because: [`known: ${names.join(', ')}; each of them also with ${HUFFMAN}`],
    hint: nearest ? `did you mean '${nearest}'?` : 'choose one of these',
  });
}

/** Flash of stored weights: the stream and the tables its decoder reads; `codeBytes` 2 when some code needs int16. */
export function storedBytes({ bytes, values, lengths }: StoredWeights, codeBytes = 1): number {
  return bytes.length + values.length * codeBytes + lengths.length * 2;
}

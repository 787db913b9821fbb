import { codebook } from './codebook.ts';
import { codebookGroups } from './codebook-groups.ts';
import type { FormatFamily } from './format.ts';
import { int } from './int.ts';
import { intVariable } from './intv.ts';
import { plain } from './plain.ts';
import { pow2, pow2Packed, pow2Variable } from './pow2.ts';
import { ternary } from './ternary.ts';

/** All weight formats; each may be followed by one of the entropy codes ('+huffman', '+rans'). */
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

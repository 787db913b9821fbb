import { DECODERS } from '../formats/index.ts';
import type { Work } from '../ir/program.ts';
import { PRICES } from './prices.ts';

/** Whose prices are taken for a core that has none, by what it can do. */
const KIN: readonly (readonly [feature: string, core: string])[] = [
  ['mve', 'cortex-m55'],
  ['dsp', 'cortex-m4f'],
  ['mul32-slow', 'cortex-m0-slow-mul'],
  ['no-mul', 'cortex-m0-slow-mul'],
  ['mull', 'cortex-m3'],
];
const OTHERS = 'cortex-m0';

/** Of work that nobody has counted: what its kernel's author thinks. */
const UNCOUNTED: Prices = { instructions: 1, outputs: 30, products: 3, pixels: 90, blocks: 30, vectors: 2 };

/** Of unpacking a code for a kernel that has been counted with plain ones only. */
const UNPACKED: Prices = {
  'unpack shifted': 2,
  'unpack left': 12,
  'unpack long words bits': 8,
  ...Object.fromEntries(
    DECODERS.flatMap(({ name, instructions, slow }) =>
      [{ name, instructions }, ...(slow ? [slow] : [])].flatMap((way) =>
        [`unpack ${way.name}`, `unpack ${way.name} by fours`].map((part) => [part, way.instructions]),
      ),
    ),
  ),
};

/** Of a result of a layer of a quantized file, beyond what one of our own takes; counted on Cortex-M4F. */
const ROUNDED: Prices = {
  'rounds wide by ones': 1.8,
  'rounds shifts by ones': 6,
  'rounds words by ones': 45,
  'rounds odd by ones': 46,
  'rounds fine by ones': 54,
  'rounds wide by fours': 1.4,
  'rounds shifts by fours': 3.4,
  'rounds words by fours': 30,
  'rounds fine by fours': 35,
};

/** Of a result that is clamped behind its kernel (then-clamped.ts), on cores with vectors and on others. */
const CLAMPED = { vectors: 5 / 16, words: 2 } as const;

/** Of a sum whose ties go to codes of one parity (pairs/add4.ts). */
const TIES: Prices = { ties: 2.5 };

/** Of packed codes: unpacked and packed many at a time, eight by two words, or each by itself; counted on Cortex-M4F. */
const PACKED: Prices = {
  'loads codes': 3,
  'stores codes': 3,
  'loads eights': 1.2,
  'loads halves': 1,
  'stores eights': 1.7,
  'finds codes': 8,
};

/** The same by vectors of 16 or 32 codes, with what a row takes beside them; counted on Cortex-M55. */
const PACKED_BY_VECTORS: Prices = {
  'loads codes': 0.7,
  'stores codes': 0.7,
  'loads eights': 0.5,
  'stores eights': 0.5,
};

/** Of a table of 256 pairs of codes that is made in RAM; counted on Cortex-M55. */
const TABLES: Prices = { 'tables of pairs': 1600 };

/** Of a result that another tensor is added to (nn_gemm_4x2_s8_sum), and of kernels that can; counted on Cortex-M4F. */
const SUMS: Prices = { sums: 5.4, adding: 1 };

export interface Core {
  readonly core: string;
  readonly features: ReadonlySet<string>;
}

/** Instructions of one inference: each part of a kernel's work times its price on the core. */
export function instructionsOf(kernel: string, work: Work, { core, features }: Core): number {
  const kin = KIN.find(([feature]) => features.has(feature))?.[1] ?? OTHERS;
  const cores = [core, kin, ...Object.keys(PRICES)];
  const known = cores.map((name) => PRICES[name]?.[kernel]).filter((prices) => prices !== undefined);
  const prices = known.length > 0 ? known : [UNCOUNTED];
  const packed = features.has('mve') ? { ...PACKED, ...PACKED_BY_VECTORS } : PACKED;
  const priceOf = (part: string) =>
    prices.find((some) => part in some)?.[part] ??
    UNPACKED[part] ??
    ROUNDED[part] ??
    TIES[part] ??
    SUMS[part] ??
    packed[part] ??
    TABLES[part] ??
    0;
  const clamped = (work.clamped ?? 0) * CLAMPED[features.has('mve') ? 'vectors' : 'words'];
  return Object.entries(work).reduce((sum, [part, count]) => sum + count * priceOf(part), clamped);
}

/** The parts of work that bytes would not make. */
export function decodingOf(work: Work): Work {
  return Object.fromEntries(Object.entries(work).filter(([part]) => /^(inline|unpack) /.test(part)));
}

type Prices = Readonly<Record<string, number>>;

/** Kernels that pass weights on and do not look at them: the same text serves every storage. */
const LOOPS = [
  ...['conv2d', 'conv2d_part', 'dense', 'rows', 'rows2'],
  ...['conv2d_a4', 'conv2d_a4_part', 'dense_a4', 'dense_a4_part'],
];

/** Kernels for weights stored as int16: as those for int8, with another element type. */
const ELEMENTS = [
  ...[...LOOPS, 'block4', 'block4x2', 'row', 'depthwise2d', 'depthwise2d_a4'],
  ...['conv2d_blocks', 'dense_blocks', 'dense_chunks', 'conv2d_a4_blocks', 'dense_a4_blocks'],
];
const DECODERS = ['packed', 'unpack', 'unpack_table', 'unpack_tables', 'unpack_words', 'unpack_rans', 'unpack_ttq'];

/**
 * Kernels nn_KERNEL_TAG that have no file: they are nn_KERNEL_s8.h, or nn_KERNEL_ternary.h, in which the names of everything
 * that reads weights end in TAG. A file of that name in a template set comes first.
 */
const VARIANTS: Readonly<Record<string, Readonly<Partial<Record<'s8' | 'ternary', readonly string[]>>>>> = {
  s16: { s8: [...ELEMENTS, ...DECODERS] },
  int4: { s8: [...LOOPS, 'block4x2'], ternary: ['weight', 'row'] },
  int2: { s8: [...LOOPS, 'block4x2'], ternary: ['weight', 'row'] },
  ternary: { s8: LOOPS },
  pow2: { s8: LOOPS, ternary: ['weight', 'row', 'block4', 'block4x2'] },
};

/** Identifiers in the text of a kernel that depend on how weights are stored. */
const DEPENDENT = {
  s8: new RegExp(`\\bnn_(${['weight', ...ELEMENTS, ...DECODERS].join('|')})_s8\\b`, 'g'),
  ternary: /\bnn_(\w+)_ternary(?=\b|_)/g,
};

/**
 * Text of a kernel that is another one with other names, or null. `portable` gives the portable C of a kernel: what is
 * written for one core family only is no model for others.
 */
export function kernelVariant(name: string, portable: (name: string) => string | null): string | null {
  const match = /^nn_(\w+)_([a-z0-9]+)$/.exec(name);
  if (!match) return null;
  const [, kernel, tag] = match;
  for (const from of ['s8', 'ternary'] as const) {
    if (!VARIANTS[tag]?.[from]?.includes(kernel)) continue;
    return portable(`nn_${kernel}_${from}`)?.replace(DEPENDENT[from], `nn_$1_${tag}`) ?? null;
  }
  return null;
}

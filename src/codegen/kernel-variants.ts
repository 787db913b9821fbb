import type { RequantizationForm } from '../ir/program.ts';

/** Kernels that pass weights on and do not look at them: the same text serves every storage. */
const LOOPS = [
  ...['conv2d', 'conv2d_part', 'dense', 'rows', 'rows2'],
  ...['conv2d_a4', 'conv2d_a4_part', 'dense_a4', 'dense_a4_part'],
];

/** Kernels that unpack some weights at a time. */
const UNPACKING = ['conv2d_blocks', 'dense_blocks', 'dense_chunks', 'conv2d_a4_blocks', 'dense_a4_blocks'];

/** Kernels for weights stored as int16 (_w16; _s16 would be activations): as those for int8, with another element type. */
const ELEMENTS = [...[...LOOPS, 'block4', 'block4x2', 'row', 'depthwise2d', 'depthwise2d_a4'], ...UNPACKING];
const DECODERS = ['packed', 'unpack', 'unpack_table', 'unpack_tables', 'unpack_words', 'unpack_rans', 'unpack_ttq'];

/**
 * Kernels nn_KERNEL_TAG that have no file: they are nn_KERNEL_s8.h, or nn_KERNEL_ternary.h, in which the names of everything
 * that reads weights end in TAG. A file of that name in a template set comes first.
 */
const VARIANTS: Readonly<Record<string, Readonly<Partial<Record<'s8' | 'ternary', readonly string[]>>>>> = {
  w16: { s8: [...ELEMENTS, ...DECODERS] },
  int4: { s8: [...LOOPS, 'block4x2'], ternary: ['weight', 'row'] },
  int2: { s8: [...LOOPS, 'block4x2'], ternary: ['weight', 'row'] },
  ternary: { s8: LOOPS },
  pow2: { s8: LOOPS, ternary: ['weight', 'row', 'block4', 'block4x2'] },
};

/**
 * Kernels that call others of the layer's choice: which of their callees that are. The choices stand in the kernel's name, so that
 * no call goes through a pointer: nn_dense_blocks_table_s8 is nn_dense_blocks_s8 with nn_unpack_table_s8 for nn_unpack_s8,
 * nn_gru_step_relu_tanh_f32 is nn_gru_step_f32 with nn_rnn_relu_f32 for nn_rnn_f_f32 and nn_rnn_tanh_f32 for nn_rnn_g_f32.
 */
const CHOICES: Readonly<Record<string, readonly (keyof typeof CHOSEN)[]>> = {
  ...Object.fromEntries(UNPACKING.map((kernel) => [kernel, ['unpack'] as const])),
  rnn_step: ['rnn_f'],
  gru_step: ['rnn_f', 'rnn_g'],
  lstm_step: ['rnn_f', 'rnn_g', 'rnn_h'],
};

/** What the names of those that may be chosen begin with. */
const CHOSEN = { unpack: 'unpack', rnn_f: 'rnn', rnn_g: 'rnn', rnn_h: 'rnn' };

const CHOOSING = new RegExp(`^nn_(${Object.keys(CHOICES).join('|')})_(\\w+)_([a-z0-9]+)$`);

/** What the names of kernels end in that requantize in another form. */
const FORMS = { wide: '_wide', shifts: '_shift', words: '_rne', odd: '_odd', fine: '_fine' } as const;

/** The kernel's name without the form, and the form; null for other names. */
export function requantizingKernel(name: string): { readonly base: string; readonly form: RequantizationForm } | null {
  const form = (Object.keys(FORMS) as RequantizationForm[]).find((one) => name.endsWith(FORMS[one]));
  return form ? { base: name.slice(0, -FORMS[form].length), form } : null;
}

/**
 * The text for another form of requantization: a kernel that has a file for it, or includes one that has, goes by the name
 * that says so.
 * @param kernel text of a kernel
 * @param hasFile whether a kernel has a file of its own
 */
export function requantizedIn(
  text: string,
  form: RequantizationForm,
  kernel: (name: string) => string | null,
  hasFile: (name: string) => boolean,
): string {
  const known = new Map<string, boolean>();
  const differs = (name: string): boolean => {
    const found = known.get(name) ?? (hasFile(`${name}${FORMS[form]}`) || includesOf(kernel(name) ?? '').some(differs));
    known.set(name, found);
    return found;
  };
  return text.replace(/\bnn_\w+/g, (name) => (differs(name) ? `${name}${FORMS[form]}` : name));
}

function includesOf(text: string): string[] {
  return Array.from(text.matchAll(/^#include "(\w+)\.h"/gm), ([, name]) => name);
}

/** Identifiers in the text of a kernel that depend on how weights are stored. */
const DEPENDENT = {
  s8: new RegExp(`\\bnn_(${['weight', ...ELEMENTS, ...DECODERS].join('|')})_s8\\b`, 'g'),
  ternary: /\bnn_(\w+)_ternary(?=\b|_)/g,
};

/** Text of a kernel file of the portable set, or null. */
type Portable = (name: string) => string | null;

/**
 * Text of a kernel that is another one with other names, or null. `portable` gives the portable C of a kernel: what is
 * written for one core family only is no model for others.
 */
export function kernelVariant(name: string, portable: Portable): string | null {
  return withChoices(name, portable) ?? withWeights(name, portable);
}

function withChoices(name: string, portable: Portable): string | null {
  const [, kernel, words, tag] = CHOOSING.exec(name) ?? [];
  const chosen = words?.split('_') ?? [];
  if (kernel === undefined || chosen.length !== CHOICES[kernel].length) return null;
  const plain = `nn_${kernel}_${tag}`;
  let text = portable(plain) ?? withWeights(plain, portable);
  for (const [i, callee] of CHOICES[kernel].entries()) {
    text = text?.replace(word(`nn_${callee}_${tag}`), `nn_${CHOSEN[callee]}_${chosen[i]}_${tag}`) ?? null;
  }
  return text?.replace(word(plain), name) ?? null;
}

function word(text: string): RegExp {
  return new RegExp(`\\b${text}\\b`, 'g');
}

function withWeights(name: string, portable: Portable): string | null {
  const match = /^nn_(\w+)_([a-z0-9]+)$/.exec(name);
  if (!match) return null;
  const [, kernel, tag] = match;
  for (const from of ['s8', 'ternary'] as const) {
    if (!VARIANTS[tag]?.[from]?.includes(kernel)) continue;
    return portable(`nn_${kernel}_${from}`)?.replace(DEPENDENT[from], `nn_$1_${tag}`) ?? null;
  }
  return null;
}

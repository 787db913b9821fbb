import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NAMED_INSTANCES } from '../../src/codegen/kernel-instances.ts';
import { TEMPLATE_ROOT, templateSet } from '../../src/codegen/templates.ts';
import type { KernelInstance } from '../../src/ir/program.ts';
import { groupsInCode, THUMB1, THUMB2 } from '../../src/kernels/conv2d/signs-in-code.ts';
import { frameOf } from '../../src/kernels/depthwise2d/depthwise-pairs.ts';
import { SUFFIXES_BY_FOURS } from '../../src/kernels/forms.ts';
import { ENDINGS, HELIUM_CODES, variantOf } from '../../src/kernels/helium-variants.ts';
import { fieldNumbers } from '../../src/kernels/packing/field-stream.ts';
import { tieNumbers } from '../../src/kernels/pairs/add4.ts';

/** Numbers of a shape for the kernels of which layers declare the instances. */
const BY_FORM: readonly KernelInstance[] = SUFFIXES_BY_FOURS.flatMap((form) => [
  {
    name: `nn_conv2d_narrow_4x2_s8_2x3_15_8${form}`,
    template: 'nn_conv2d_narrow_4x2',
    params: {
      ...{ kernel_h: 2, row: 3, words: 8, rows: 8, weights: 's8', form },
      words4: [{ from: 0, to: 0 }],
      bytes: [15, 16, 17].map((from) => ({ from, to: from - 12 })),
    },
  },
  { name: `nn_dense_4x8_s8_8${form}`, template: 'nn_dense_4x8_s8', params: { steps: 8, form } },
  { name: `nn_dense_wide_4x8_s8_2${form}`, template: 'nn_dense_wide_4x8_s8', params: { steps: 2, form } },
  {
    name: `nn_depthwise_pairs_s8_5x3_1${form}`,
    template: 'nn_depthwise_pairs_s8',
    params: { ...{ form, kernel_h: 5, kernel_w: 3, pairs: 2, odd: true, step: 16 }, ...frameOf(5, 2, 16) },
  },
  {
    name: `nn_depthwise3x3_strips_s8_9_5x6x8_4${form}`,
    template: 'nn_depthwise3x3_strips_s8',
    params: {
      ...{ height: 7, pitch: 9, plane: 63, column: 8, columns: 6, odd_columns: false, strips: 6, row: 48 },
      ...{ rows: 5, odd_rows: true, last: 54, zero_point: 4, unpack: '' },
    },
  },
]);

/** Of codes of 4 bits, planes of four channels. */
const OF_HALVES: KernelInstance = {
  name: 'nn_depthwise3x3_strips_a4_9_5x6x4_4',
  template: 'nn_depthwise3x3_strips_s8',
  params: {
    ...{ packed: true, height: 7, pitch: 9, plane: 63, column: 4, columns: 6, odd_columns: false, strips: 6, row: 24 },
    ...{ rows: 5, odd_rows: true, last: 54, zero_point: 4, unpack: '' },
  },
};

/** Sums, whose ties round up, or go to codes of one parity. */
const SUMS: readonly KernelInstance[] = ([null, 0, 1] as const).map((parity) => ({
  name: `nn_add4_s8_20${['', '_even', '_odd'][parity === null ? 0 : parity + 1]}`,
  template: 'nn_add4_s8',
  params: tieNumbers(20, parity),
}));

/** The same for weights of few bits. */
const BY_BITS: readonly KernelInstance[] = [
  ...[false, true].flatMap((wide) => {
    const step = wide
      ? { log2_step: 4, step_size: 124, x_type: 'uint32_t' }
      : { log2_step: 3, step_size: 144, x_type: 'int8_t' };
    return ['4x8_int4', '8x4_int2'].map((block) => ({
      name: `nn_dense_${wide ? 'wide_' : ''}${block}_8_x2`,
      template: `nn_dense_${block}`,
      params: { wide, steps: 8, ...step, ...fieldNumbers(1) },
    }));
  }),
  ...[false, true].map((wide) => ({
    name: `nn_dense_${wide ? 'wide_' : ''}4x8_pairs_4`,
    template: 'nn_dense_4x8_pairs',
    params: {
      ...{ wide, steps: 4, form: '' },
      ...(wide
        ? { log2_step: 4, step_size: 196, x_type: 'uint32_t' }
        : { log2_step: 3, step_size: 216, x_type: 'int8_t' }),
    },
  })),
  ...['int4', 'int2'].flatMap((weights) => [
    { name: `nn_gemm_4x2_${weights}_x2`, template: `nn_gemm_4x2_${weights}`, params: fieldNumbers(1) },
    ...['pointwise', 'conv2d', 'conv2d_patch'].map((kernel) => ({
      name: `nn_${kernel}_4x2_${weights}_x2`,
      template: `nn_${kernel}_4x2`,
      params: { weights, form: '_x2' },
    })),
  ]),
];

/** Those of Helium, each of which calls another one. */
const HELIUM: readonly KernelInstance[] = HELIUM_CODES.flatMap((codes) =>
  ENDINGS[codes].flatMap((ending) =>
    (
      [
        ['conv2d_helium', 'gemm_helium'],
        ['pointwise_helium', 'gemm_helium'],
        ['dense_helium', 'dense_rows_helium'],
      ] as const
    ).flatMap(([kernel, loop]) => variantOf(kernel, loop, codes, ending).instances),
  ),
);

/** Weights that are instructions, in both of Arm's sets; those of the second group are all 0. */
const IN_CODE: readonly KernelInstance[] = [THUMB1, THUMB2].map((registers, i) => ({
  name: `nn_pointwise_signs_${i}`,
  template: 'nn_pointwise_signs',
  params: {
    ...{ rows: 12, depth: 70, by: 2, macro: registers.macro, nonzero: 8 },
    groups: groupsInCode(
      { rows: 12, depth: 70, sign: (row, column) => (row < 6 && column % 69 === 0 ? (row % 3) - 1 : 0) },
      registers,
    ),
  },
}));

/** By element type. */
const OF_TYPES: readonly KernelInstance[] = ['float', 'int64_t'].map((ctype) => ({
  name: `nn_unique_${ctype.replace('_t', '')}`,
  template: 'nn_unique',
  params: { ctype },
}));

export const NUMBERED = [...OF_TYPES, ...IN_CODE, ...BY_FORM, OF_HALVES, ...SUMS, ...BY_BITS, ...HELIUM];

/** Names of the files of a set that end so, without that. */
export function unitsOf(set: string, ending: '.h' | '.h.hbs'): string[] {
  const names = readdirSync(join(TEMPLATE_ROOT, set, 'kernels')).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length));
}

/** Instances of templates that are in the set. */
export function instancesIn(set: string): KernelInstance[] {
  const isHere = ({ template }: KernelInstance) => existsSync(join(TEMPLATE_ROOT, set, 'kernels', `${template}.h.hbs`));
  return [...NAMED_INSTANCES, ...NUMBERED].filter(isHere);
}

/**
 * Every header of `set` as a model for such a core gets it, and those of `sets` that they include.
 * `own`: of the set itself, instances as far as they differ in one name from the first of their template.
 */
export function headersOf(set: string, sets: readonly string[]): { own: string[]; texts: ReadonlyMap<string, string> } {
  const templates = templateSet(sets);
  const instances = instancesIn(set);
  const numbered = new Map(NUMBERED.map((one) => [one.name, one]));
  const texts = new Map<string, string>();
  for (const queue = [...unitsOf(set, '.h'), ...instances.map(({ name }) => name)]; queue.length > 0; ) {
    const name = queue.pop() as string;
    if (texts.has(name)) continue;
    const instance = numbered.get(name);
    const text = instance ? templates.instance(instance) : templates.kernel(name);
    if (text === null) throw new Error(`no kernel ${name} in ${sets}`);
    texts.set(name, text);
    queue.push(...includesOf(text));
  }
  const telling = instances.filter((one) => differences(one, firstOf(instances, one)) <= 1);
  return { own: [...unitsOf(set, '.h'), ...telling.map(({ name }) => name)], texts };
}

export function includesOf(text: string): string[] {
  return Array.from(text.matchAll(/^#include "(\S+)\.h"/gm), ([, name]) => name);
}

function firstOf(instances: readonly KernelInstance[], { template }: KernelInstance): KernelInstance {
  return instances.find((one) => one.template === template) as KernelInstance;
}

function differences({ params }: KernelInstance, other: KernelInstance): number {
  return Object.keys(params).filter((key) => params[key] !== other.params[key]).length;
}

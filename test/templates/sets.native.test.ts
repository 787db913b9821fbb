import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { TEMPLATE_ROOT, templateSet } from '../../src/codegen/templates.ts';
import { KERNEL_SETS } from '../../src/kernels/sets.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith, inFolder } from '../verify/native.ts';

const FLAGS = [
  '-std=c99',
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wconversion',
  '-Wshadow',
  '-Werror',
  '-Wno-unused-function',
];

/** Numbers of a shape for the kernels that are templates. */
const INSTANCES = [
  { name: 'nn_add4_s8_20', template: 'nn_add4_s8', params: { shift: 20 } },
  {
    name: 'nn_conv2d_narrow_4x2_s8_2x3_15_8',
    template: 'nn_conv2d_narrow_4x2_s8',
    params: {
      ...{ kernel_h: 2, row: 3, words: 8, rows: 8 },
      words4: [{ from: 0, to: 0 }],
      bytes: [15, 16, 17].map((from) => ({ from, to: from - 12 })),
    },
  },
  { name: 'nn_dense_4x8_s8_8', template: 'nn_dense_4x8_s8', params: { steps: 8 } },
  { name: 'nn_dense_wide_4x8_s8_2', template: 'nn_dense_wide_4x8_s8', params: { steps: 2 } },
  {
    name: 'nn_depthwise3x3_strips_s8_9_5x6x8_4',
    template: 'nn_depthwise3x3_strips_s8',
    params: {
      ...{ height: 7, pitch: 9, plane: 63, column: 8, columns: 6, odd_columns: false, strips: 6, row: 48 },
      ...{ rows: 5, odd_rows: true, last: 54, zero_point: 4 },
    },
  },
  { name: 'nn_depthwise_stream_s8_int4', template: 'nn_depthwise_stream_s8', params: { unpack: 'int4' } },
  { name: 'nn_stream_s8_ternary', template: 'nn_stream_s8', params: { unpack: 'ternary' } },
];

const namesIn = (set: string, ending: string) =>
  readdirSync(join(TEMPLATE_ROOT, set, 'kernels')).filter((name) => name.endsWith(ending));

test('every kernel that is a template has an instance here', () => {
  const templates = KERNEL_SETS.flatMap(({ name }) => namesIn(name, '.h.hbs'));
  expect(templates.sort()).toEqual(INSTANCES.map(({ template }) => `${template}.h.hbs`));
});

/** Every header of `sets`, as a model for such a core gets them, in files of their own. */
function headers(sets: readonly string[]): Map<string, string> {
  const templates = templateSet(sets);
  const instances = sets.includes('dsp') ? INSTANCES : [];
  const found = new Map<string, string>(instances.map((one) => [one.name, templates.instance(one)]));
  const queue = sets.flatMap((set) => namesIn(set, '.h').map((name) => name.slice(0, -'.h'.length)));
  while (queue.length > 0) {
    const name = queue.pop() as string;
    if (found.has(name)) continue;
    const text = templates.kernel(name);
    expect(text, name).not.toBeNull();
    found.set(name, text ?? '');
    queue.push(...Array.from((text ?? '').matchAll(/^#include "(\w+)\.h"/gm), ([, other]) => other));
  }
  return found;
}

const arm = toolchainFor(await loadTarget('cortex-m4f'));
const helium = await loadTarget('cortex-m55');
const COMPILERS = [
  { title: 'gcc', available: hostGcc().available, command: 'gcc', flags: [], sets: ['c'] },
  { title: 'gcc, the twins of dsp', available: hostGcc().available, command: 'gcc', flags: [], sets: ['dsp', 'c'] },
  {
    title: 'arm-none-eabi-gcc',
    available: arm.available,
    command: 'arm-none-eabi-gcc',
    flags: ['-mthumb', '-mcpu=cortex-m4'],
    sets: ['dsp', 'c'],
  },
  {
    title: 'gcc, the twins of helium',
    available: hostGcc().available,
    command: 'gcc',
    flags: [],
    sets: ['helium', 'dsp', 'c'],
  },
  {
    title: 'arm-none-eabi-gcc for Helium',
    available: arm.available,
    command: 'arm-none-eabi-gcc',
    flags: helium.toolchain.flags,
    sets: ['helium', 'dsp', 'c'],
  },
];

for (const { title, available, command, flags, sets } of COMPILERS) {
  await describeWith(`every header of ${sets} compiles alone with ${title}`, available, () => {
    test('all of them', () =>
      inFolder(async (folder) => {
        const all = headers(sets);
        for (const [name, text] of all) {
          writeFileSync(join(folder, `${name}.h`), text);
          writeFileSync(join(folder, `${name}.c`), `#include "${name}.h"\ntypedef int nn_not_empty;\n`);
        }
        const own = sets.length === 1 ? [...all.keys()] : [...all.keys()].filter((name) => isIn(sets[0], name));
        const run = await execa(command, [...flags, ...FLAGS, '-fsyntax-only', ...own.map((name) => `${name}.c`)], {
          cwd: folder,
          reject: false,
        });
        expect(run.stderr).toBe('');
      }));
  });
}

function isIn(set: string, name: string): boolean {
  const templates = namesIn(set, '.h.hbs');
  const isInstance = INSTANCES.some((one) => one.name === name && templates.includes(`${one.template}.h.hbs`));
  return isInstance || namesIn(set, '.h').includes(`${name}.h`);
}

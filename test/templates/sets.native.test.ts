import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { headersOf } from './kernel-headers.ts';

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

const arm = toolchainFor(await loadTarget('cortex-m4f'));
const floating = await loadTarget('cortex-m4f');
const helium = await loadTarget('cortex-m55');
const avr = toolchainFor(await loadTarget('atmega328p'));
const COMPILERS = [
  { title: 'gcc', available: hostGcc().available, command: 'gcc', flags: [], sets: ['c'] },
  {
    title: 'gcc, the twins of fpu',
    available: hostGcc().available,
    command: 'gcc',
    flags: [],
    sets: ['fpu', 'dsp', 'c'],
  },
  {
    title: 'arm-none-eabi-gcc for a floating-point unit',
    available: arm.available,
    command: 'arm-none-eabi-gcc',
    flags: floating.toolchain.flags,
    sets: ['fpu', 'dsp', 'c'],
  },
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
    sets: ['helium', 'fpu', 'dsp', 'c'],
  },
  {
    title: 'arm-none-eabi-gcc for Helium',
    available: arm.available,
    command: 'arm-none-eabi-gcc',
    flags: helium.toolchain.flags,
    sets: ['helium', 'fpu', 'dsp', 'c'],
  },
  {
    title: 'gcc, the twins of thumb2',
    available: hostGcc().available,
    command: 'gcc',
    flags: [],
    sets: ['thumb2', 'c'],
  },
  {
    title: 'arm-none-eabi-gcc for Armv7-M',
    available: arm.available,
    command: 'arm-none-eabi-gcc',
    flags: ['-mthumb', '-mcpu=cortex-m3'],
    sets: ['thumb2', 'c'],
  },
  { title: 'avr-gcc', available: avr.available, command: 'avr-gcc', flags: ['-mmcu=atmega328p'], sets: ['avr', 'c'] },
];

for (const { title, available, command, flags, sets } of COMPILERS) {
  await describeWith(`every header of ${sets[0]} compiles alone with ${title}`, available, () => {
    test('all of them', () =>
      inFolder(async (folder) => {
        const { own, texts } = headersOf(sets[0], sets);
        for (const [name, text] of texts) {
          writeFileSync(join(folder, `${name}.h`), text);
          writeFileSync(join(folder, `${name}.c`), `#include "${name}.h"\ntypedef int nn_not_empty;\n`);
        }
        const files = own.map((name) => `${name}.c`);
        const run = await execa(command, [...flags, ...FLAGS, '-fsyntax-only', ...files], {
          cwd: folder,
          reject: false,
        });
        expect(run.stderr).toBe('');
      }));
  });
}

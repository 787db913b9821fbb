import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { fits, type InnerLoop, innerLoops, statementsIn } from './inner-loops.ts';
import { headersOf, includesOf, instancesIn, NUMBERED } from './kernel-headers.ts';

const SETS = [
  { core: 'cortex-m4f', sets: ['dsp', 'c'], disassemble: [] },
  { core: 'cortex-m4f', sets: ['fpu', 'dsp', 'c'], disassemble: [] },
  { core: 'cortex-m3', sets: ['thumb2', 'c'], disassemble: [] },
  { core: 'cortex-m55', sets: ['helium', 'fpu', 'dsp', 'c'], disassemble: ['-m', 'armv8.1-m.main'] },
];
/** A loop of products in earnest has no more instructions for each than this, and some at a time. */
const MOST_FOR_A_PRODUCT = 3;
const FEWEST_PRODUCTS = 4;

await describeWith('header comments', toolchainFor(await loadTarget('cortex-m4f')).available, () => {
  test.each(SETS)(
    '$sets.0: what they say of instructions for products is what gcc makes',
    async ({ core, sets, disassemble }) => {
      const { texts, loops, own } = await compiled(core, sets, disassemble);
      const wrong = own.flatMap((name) => {
        const users = own.filter((other) => other === name || includesOf(texts.get(other) ?? '').includes(name));
        const around = users.flatMap((user) => loopsOf(texts.get(user) ?? '', loops));
        return statementsIn(texts.get(name) ?? '').flatMap((one) =>
          around.some((loop) => fits(loop, one))
            ? []
            : [`${name}: ${JSON.stringify(one)}, but ${JSON.stringify(around)}`],
        );
      });
      expect(wrong).toEqual([]);
      const silent = own.filter((name) => {
        const text = texts.get(name) ?? '';
        const told = [name, ...includesOf(text)].some((one) => statementsIn(texts.get(one) ?? '').length > 0);
        return !told && loopsOf(text, loops).some(isOfProducts);
      });
      expect(silent).toEqual([]);
    },
  );
});

function isOfProducts({ instructions, products }: InnerLoop): boolean {
  return products >= FEWEST_PRODUCTS && instructions <= MOST_FOR_A_PRODUCT * products;
}

/** Of the functions that a header defines. */
function loopsOf(text: string, loops: ReadonlyMap<string, InnerLoop[]>): InnerLoop[] {
  const names = Array.from(text.matchAll(/^(?:static inline|NN_\w+) [^;(]*?\b(nn_\w+)\(/gm), ([, name]) => name);
  return [...new Set(names)].flatMap((name) => loops.get(name) ?? []);
}

/** The headers of a set, in one object: those whose results are scaled by 64 bits have the loops of others. */
function compiled(core: string, sets: readonly string[], disassemble: readonly string[]) {
  return inFolder(async (cwd) => {
    const { toolchain } = await loadTarget(core);
    const { own: alone, texts } = headersOf(sets[0], sets);
    const numbered = instancesIn(sets[0]).filter((instance) => NUMBERED.includes(instance));
    const names = new Set([...alone, ...numbered.map(({ name }) => name)]);
    const own = [...names].filter((name) => texts.has(name) && !/_(fine|rne|shift|wide)$|_s8_odd$/.test(name));
    for (const [name, text] of texts) writeFileSync(join(cwd, `${name}.h`), text);
    writeFileSync(join(cwd, 'all.c'), own.map((name) => `#include "${name}.h"\n`).join(''));
    const keep = ['-fkeep-static-functions', '-fkeep-inline-functions'];
    await execa('arm-none-eabi-gcc', [...toolchain.flags, '-std=c99', '-O2', ...keep, '-c', 'all.c'], { cwd });
    const { stdout } = await execa('arm-none-eabi-objdump', ['-d', '--no-show-raw-insn', ...disassemble, 'all.o'], {
      cwd,
    });
    return { own, texts, loops: innerLoops(`${stdout}\n`) };
  });
}

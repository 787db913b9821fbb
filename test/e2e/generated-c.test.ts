import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { WARNINGS } from '../../src/verify/compile.ts';
import { runToolOrFail, toolAvailable } from '../../src/verify/run-tool.ts';
import type { CompiledModel } from '../../src/verify/verify-model.ts';
import { sharedData } from '../helpers/shared-data.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { HOSTILE, hostileNetwork } from './hostile-network.ts';
import { randomNetwork } from './random-network.ts';
import { compileGraph, compileShared } from './support.ts';

type Generated = Pick<CompiledModel, 'name' | 'files'>;

const LEVELS = ['-O0', '-O1', '-O2', '-O3', '-Os'];
/** On top of the product's own set. */
const MORE_WARNINGS = [
  '-Wcast-align',
  '-Wdouble-promotion',
  '-Wfloat-equal',
  '-Wwrite-strings',
  '-Wunused-macros',
  '-Wvla',
];
const HEADERS = ['<stdint.h>', '<stddef.h>', '<string.h>', '<math.h>'];

const host = await loadTarget('host');

/** Many operators in one model, and a real model. */
const MODELS: readonly (readonly [string, 'float32' | 'int8', () => Promise<Generated>])[] = (
  ['float32', 'int8'] as const
).flatMap((precision) => [
  [
    `many operators in ${precision}`,
    precision,
    () => compileGraph(randomNetwork(7, 60), 'many', host, precision),
  ] as const,
  ...(sharedData() ? [[`kws in ${precision}`, precision, () => compileShared('kws', host, precision)] as const] : []),
]);

await describeWith(
  'gcc',
  () => toolAvailable('gcc'),
  () => checkCompiler('gcc'),
);
await describeWith(
  'clang',
  () => toolAvailable('clang'),
  () => checkCompiler('clang'),
);
await describeWith(
  'g++',
  () => toolAvailable('g++'),
  () => checkHeader('g++'),
);
await describeWith(
  'clang++',
  () => toolAvailable('clang++'),
  () => checkHeader('clang++'),
);

function checkCompiler(compiler: string): void {
  test.each(MODELS)('%s: no warning at any level of optimization', async (_title, _precision, make) => {
    const { name, files } = await make();
    await inFolder(async (directory) => {
      await write(directory, files);
      for (const level of LEVELS) {
        const strict = compiler === 'gcc' ? ['-Wcast-align=strict'] : [];
        const flags = [...WARNINGS, ...MORE_WARNINGS, ...strict, level, '-c'];
        await runToolOrFail(compiler, [...flags, `${name}.c`, `${name}_weights.c`], 'compile', { directory });
      }
    });
  });
}

function checkHeader(compiler: string): void {
  test.each(MODELS)('%s: the header in C++', async (_title, _precision, make) => {
    const { name, files } = await make();
    const main = `#include "${name}.h"\nint main() { static ${name}_arena arena; ${name}_run(&arena); return 0; }\n`;
    await inFolder(async (directory) => {
      await write(directory, [...files, ['main.cpp', main]]);
      const flags = ['-std=c++11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fsyntax-only'];
      await runToolOrFail(compiler, [...flags, 'main.cpp'], 'compile', { directory });
    });
  });
}

await describeWith(
  'objects',
  () => toolAvailable('nm'),
  () => {
    test.each(MODELS)(
      '%s: nothing writable, nothing foreign but memory and mathematics',
      async (_title, precision, make) => {
        const { name, files } = await make();
        await inFolder(async (directory) => {
          await write(directory, files);
          const flags = ['-std=c99', '-O2', '-fno-pie', '-fno-stack-protector', '-c'];
          await runToolOrFail('gcc', [...flags, `${name}.c`, `${name}_weights.c`], 'compile', { directory });
          const { stdout } = await runToolOrFail('nm', ['-P', `${name}.o`, `${name}_weights.o`], 'list', { directory });
          const symbols = [...stdout.matchAll(/^(\S+) ([A-Za-z])\b/gm)].map(([, symbol, kind]) => ({
            symbol: symbol!,
            kind: kind!,
          }));
          const own = ({ symbol }: { symbol: string }) => symbol.startsWith(`${name}_`);
          const allowed = precision === 'int8' ? /^mem(cpy|set)$/ : /^(mem(cpy|set)|[a-z]+f)$/;

          expect(symbols.filter(own).length).toBeGreaterThan(3);
          expect(symbols.filter(({ kind }) => /[BbCDdGgSs]/.test(kind))).toEqual([]);
          expect(symbols.filter((entry) => entry.kind === 'U' && !own(entry) && !allowed.test(entry.symbol))).toEqual(
            [],
          );
          // What other files could clash with begins with the model's name.
          expect(symbols.filter((entry) => /[A-TV-Z]/.test(entry.kind) && !own(entry))).toEqual([]);
        });
      },
    );
  },
);

await describeWith(
  'without a C library',
  () => toolAvailable('arm-none-eabi-gcc'),
  () => {
    const STUB = `
    #include "NAME.h"
    void *memcpy(void *to, const void *from, size_t bytes);
    void *memset(void *to, int byte, size_t bytes);
    void *memcpy(void *to, const void *from, size_t bytes) { while (bytes--) ((char *)to)[bytes] = ((const char *)from)[bytes]; return to; }
    void *memset(void *to, int byte, size_t bytes) { while (bytes--) ((char *)to)[bytes] = (char)byte; return to; }
    static NAME_arena arena;
    void _start(void);
    void _start(void) { NAME_run(&arena); }`;
    const integer = MODELS.filter(([, precision]) => precision === 'int8');

    test.each(integer.flatMap((model) => ['cortex-m0', 'cortex-m4f'].map((core) => [...model, core] as const)))(
      '%s (%s) links on its own for a core',
      async (_title, _precision, make, core) => {
        const { name, files } = await make();
        const { toolchain } = await loadTarget(core);
        await inFolder(async (directory) => {
          const stub = `#include <stddef.h>\n${STUB.replaceAll('NAME', name)}`;
          await write(directory, [...files, ['stub.c', stub]]);
          const sources = [`${name}.c`, `${name}_weights.c`, 'stub.c'];
          const flags = ['-std=c99', '-O2', '-ffreestanding', '-fno-tree-loop-distribute-patterns', '-nostdlib'];
          await runToolOrFail('arm-none-eabi-gcc', [...toolchain.flags, ...flags, ...sources, '-lgcc'], 'link', {
            directory,
          });
        });
      },
    );
  },
);

describe('text', () => {
  test.each(MODELS)('%s: the same bytes every time, four system headers at most', async (_title, _precision, make) => {
    const [first, second] = [await make(), await make()];
    expect([...second.files]).toEqual([...first.files]);
    for (const [file, text] of first.files) {
      if (!/\.[ch]$/.test(file)) continue;
      const includes = [...text.matchAll(/^\s*#\s*include\s+(\S+)/gm)].map(([, header]) => header!);
      expect(includes.filter((header) => header !== `"${first.name}.h"` && !HEADERS.includes(header))).toEqual([]);
    }
  });
});

await describeWith(
  'hostile names',
  () => toolAvailable('gcc'),
  () => {
    const compile = (name: string): Promise<Compilation> =>
      compileModel({ model: exportOnnx(hostileNetwork()), name, target: host });

    test('of graphs, values and nodes stay in comments', async () => {
      const { name, files } = await compile('model');
      await inFolder(async (directory) => {
        await write(directory, files);
        // -trigraphs: what a C99 compiler in strict mode sees.
        const flags = [...WARNINGS, ...MORE_WARNINGS, '-trigraphs', '-Wcomment', '-O1', '-c'];
        await runToolOrFail('gcc', [...flags, `${name}.c`, `${name}_weights.c`], 'compile', { directory });
      });
      for (const text of files.values()) {
        expect(text).toMatch(/^[\x20-\x7e\n]*$/);
        const ours = /^#error "\w+\.c \([0-9a-f]{8}\) and \w+\.h are of different runs: [\w ,]*"$/gm;
        expect(text.replace(/\/\*[\s\S]*?\*\//g, '').replace(ours, '')).not.toMatch(/#\s*error|\?\?|\bescaped\b/i);
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(400);
      }
    });

    test.each(HOSTILE)('of models become identifiers and file names: %j', async (hostile) => {
      const { files } = await compile(hostile);
      for (const file of files.keys()) expect(file).toMatch(/^([a-z_][a-z0-9_]*\.[ch]|CMakeLists\.txt)$/);
    });
  },
);

async function write(directory: string, files: Iterable<readonly [string, string]>): Promise<void> {
  for (const [file, text] of files) await writeFile(join(directory, file), text);
}

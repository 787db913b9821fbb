import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { runToolOrFail, toolAvailable } from '../../src/verify/run-tool.ts';
import { withFormat } from '../formats/with-format.ts';
import { goldenGraph } from '../golden/golden-graph.ts';
import { NETS } from '../golden/nets.ts';
import { describeWith, inFolder } from '../verify/native.ts';

// clang tells of inline functions that nobody calls, gcc does not.

const INTEGER_NETS = Object.keys(NETS).filter((net) => !net.includes('float'));
const FORMATS = ['int8', 'int4', 'ternary', 'pow2p-4'];
const CORES = [
  { core: 'cortex-m4f', machine: ['--target=thumbv7em-none-eabihf', '-mcpu=cortex-m4'] },
  { core: 'cortex-m55', machine: ['--target=thumbv8.1m.main-none-eabihf', '-mcpu=cortex-m55'] },
];
const FLAGS = ['-std=c99', '-ffreestanding', '-I.', '-fsyntax-only', '-Wall', '-Wextra', '-Wconversion', '-Werror'];
/** clang brings its own headers, but none of a C library. */
const STRING_H = `#include <stddef.h>
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
`;

await describeWith(
  'clang finds nothing unused',
  () => toolAvailable('clang'),
  () => {
    test.each(CORES)('in C for $core, there and on a PC', async ({ core, machine }) => {
      const files = (
        await Promise.all(INTEGER_NETS.flatMap((net) => FORMATS.map((f) => filesOf(net, f, core))))
      ).flat();
      await inFolder(async (directory) => {
        for (const [name, text] of [...files, ['string.h', STRING_H] as const])
          await writeFile(join(directory, name), text);
        const sources = files.map(([name]) => name).filter((name) => name.endsWith('.c'));
        for (const flags of [[], machine]) {
          await runToolOrFail('clang', [...flags, ...FLAGS, ...sources], 'read the C', { directory });
        }
      });
    });
  },
);

async function filesOf(net: string, format: string, core: string): Promise<(readonly [string, string])[]> {
  const { features, ...target } = await loadTarget(core);
  const graph = goldenGraph(NETS[net]);
  const weighted = format === 'int8' ? [] : graph.nodes.filter(({ op }) => op === 'Conv' || op === 'Gemm');
  const stored = weighted.reduce((changed, node) => withFormat(changed, node, format), graph);
  const name = `${net}_${format}`;
  const { files } = generate(stored, { name, features, kernels: { core: target.core } });
  return [...files].filter(([file]) => /^\w+\.[ch]$/.test(file) && !file.endsWith('_weights.c'));
}

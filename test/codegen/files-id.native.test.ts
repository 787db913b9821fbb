import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { filesIdOf } from '../../src/codegen/files-id.ts';
import { generate } from '../../src/codegen/generate.ts';
import { goldenGraph } from '../golden/golden-graph.ts';
import { NETS } from '../golden/nets.ts';
import { inFolder } from '../verify/native.ts';

const model = (provenance: string) =>
  generate(goldenGraph(NETS.dense), { name: 'm', features: new Set(), provenance: [provenance] }).files;

test('files of one run compile together, any mixture of two runs does not', () =>
  inFolder(async (folder) => {
    const runs = [model('first'), model('second')];
    expect(filesIdOf(runs[0], 'm')).not.toBe(filesIdOf(runs[1], 'm'));
    const names = ['m.h', 'm.c', 'm_weights.c'];
    for (let mixture = 0; mixture < 8; mixture++) {
      for (const [i, name] of names.entries()) {
        await writeFile(join(folder, name), runs[(mixture >> i) & 1].get(name) ?? '');
      }
      const gcc = ['-std=c99', '-Wall', '-Werror', '-fsyntax-only', 'm.c', 'm_weights.c'];
      const { exitCode, stderr } = await execa('gcc', gcc, { cwd: folder, reject: false });
      expect(exitCode === 0, stderr).toBe(mixture === 0 || mixture === 7);
      if (exitCode !== 0) expect(stderr).toMatch(/#error "m\S*\.c \([0-9a-f]{8}\) and m\.h are of different runs/);
    }
  }));

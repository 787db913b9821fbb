import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { headersOf, instancesIn, unitsOf } from '../templates/kernel-headers.ts';
import { describeWith, inFolder } from '../verify/native.ts';

const PROGRAM = fileURLToPath(new URL('hostile.c', import.meta.url));
const FLAGS = ['-std=c99', '-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const run = promisify(execFile);

await describeWith('bytes and tables that nobody wrote', hostGcc().available, () => {
  test('no decoder leaves its memory, none runs on', async () => {
    await inFolder(async (folder) => {
      const program = join(folder, 'hostile');
      for (const [name, text] of headersOf('c', ['c']).texts) writeFileSync(join(folder, `${name}.h`), text);
      await run('gcc', [...FLAGS, `-I${folder}`, PROGRAM, '-o', program]);
      const { stdout } = await run(program, { env: { ASAN_OPTIONS: 'detect_leaks=0' }, timeout: 120_000 });
      expect(Number(stdout)).toBe(20_000 * decoders().length);
    });
  });

  test('every decoder is tried', () => {
    const program = readFileSync(PROGRAM, 'utf8');
    expect(decoders().filter((name) => !program.includes(`{ ${name},`))).toEqual([]);
  });
});

function decoders(): string[] {
  const names = [...unitsOf('c', '.h'), ...instancesIn('c').map(({ name }) => name)];
  return names.filter((name) => name.startsWith('nn_unpack_') && name.endsWith('_s8'));
}

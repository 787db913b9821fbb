import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFiles } from '../../src/cli/write-files.ts';
import { UserError } from '../../src/support/errors.ts';
import { inFolder } from '../verify/native.ts';

test('creates the folder and replaces files', () =>
  inFolder(async (folder) => {
    const out = join(folder, 'a', 'b');
    await writeFiles(out, new Map([['x.c', 'one']]));
    await writeFiles(
      out,
      new Map<string, string | Uint8Array>([
        ['x.c', 'two'],
        ['y.onnx', Uint8Array.of(1, 2)],
      ]),
    );
    expect(await readFile(join(out, 'x.c'), 'utf8')).toBe('two');
    expect((await readdir(out)).sort()).toEqual(['x.c', 'y.onnx']);
  }));

test.each(['../x.c', '/tmp/x.c', 'a/b.c', '..', '.hidden', '', 'a\nb'])(
  'refuses the name %j before writing anything',
  (name) =>
    inFolder(async (folder) => {
      const files = new Map([
        ['good.c', '1'],
        [name, '2'],
      ]);
      await expect(writeFiles(folder, files)).rejects.toThrow(UserError);
      expect(await readdir(folder)).toEqual([]);
    }),
);

test('a failure leaves nothing new and nothing half written', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'a.c'), 'old');
    await mkdir(join(folder, `.b.c.${process.pid}.tmp`)); // stands in the way of the second temporary file
    await expect(
      writeFiles(
        folder,
        new Map([
          ['a.c', 'new'],
          ['b.c', 'new'],
        ]),
      ),
    ).rejects.toThrow('cannot write');
    expect(await readFile(join(folder, 'a.c'), 'utf8')).toBe('old');
    expect((await readdir(folder)).filter((name) => name.startsWith('.a'))).toEqual([]);
  }));

test('a link in the output folder is replaced, not followed', () =>
  inFolder(async (folder) => {
    const outside = join(folder, 'outside.txt');
    await writeFile(outside, 'untouched');
    await mkdir(join(folder, 'out'));
    await symlink(outside, join(folder, 'out', 'x.c'));
    await writeFiles(join(folder, 'out'), new Map([['x.c', 'text']]));
    expect(await readFile(outside, 'utf8')).toBe('untouched');
    expect(await readFile(join(folder, 'out', 'x.c'), 'utf8')).toBe('text');
  }));

import * as files from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../src/cli/make-folder.ts';
import { type FileSystem, writeFiles } from '../../src/cli/write-files.ts';
import { UserError } from '../../src/support/errors.ts';
import { inFolder } from '../verify/native.ts';

const { mkdir, readdir, readFile, symlink, utimes, writeFile } = files;

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

test('makes the folders that names have', () =>
  inFolder(async (folder) => {
    await writeFiles(folder, new Map([['zephyr/module.yml', 'name: x\n']]));
    expect(await readdir(folder)).toEqual(['zephyr']);
    expect(await readdir(join(folder, 'zephyr'))).toEqual(['module.yml']);
  }));

test.each(['../x.c', '/tmp/x.c', 'a//b.c', '/b.c', 'a/../../b.c', '..', '.hidden', '', 'a\nb'])(
  'refuses the name %j before writing anything',
  (name) =>
    inFolder(async (folder) => {
      const content = new Map([
        ['good.c', '1'],
        [name, '2'],
      ]);
      await expect(writeFiles(folder, content)).rejects.toThrow(UserError);
      expect(await readdir(folder)).toEqual([]);
    }),
);

test('a folder in the way is found before anything changes', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'a.c'), 'old');
    await mkdir(join(folder, 'b.c'));
    const content = new Map(['a.c', 'b.c'].map((name) => [name, 'new']));
    await expect(writeFiles(folder, content)).rejects.toThrow('cannot write');
    expect(await readFile(join(folder, 'a.c'), 'utf8')).toBe('old');
    expect((await readdir(folder)).sort()).toEqual(['a.c', 'b.c']);
  }));

test('leftovers of a run that was killed do no harm, and old ones go', () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, '.nibblec-young'));
    await mkdir(join(folder, '.nibblec-old'));
    await utimes(join(folder, '.nibblec-old'), 0, 0);
    await writeFiles(folder, new Map([['a.c', 'new']]));
    expect((await readdir(folder)).sort()).toEqual(['.nibblec-young', 'a.c']);
  }));

/** Files of run 1 or 2, with the id that makes a mixture visible. */
const setOf = (run: number) => new Map(['m.h', 'm.c', 'm_weights.c'].map((name) => [name, `${name} of ${run}`]));

/** Calls step `n` (from 1) fail; with `dies`, all later ones too: nobody cleans up after a run that was killed. */
function failing(n: number, dies: boolean): { system: FileSystem; reached(): boolean } {
  let steps = 0;
  const step = async () => {
    steps++;
    if (dies ? steps >= n : steps === n) throw new Error('input/output error');
  };
  const wrap = (object: object): never =>
    new Proxy(object, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          await step();
          const result: unknown = await member.apply(target, args);
          return key === 'open' ? wrap(result as object) : result;
        };
      },
    }) as never;
  return { system: wrap(files), reached: () => steps >= n };
}

test.each([false, true])('after a failure at any step all files are of one run, or tell (killed: %j)', (dies) =>
  inFolder(async (folder) => {
    for (let n = 1; ; n++) {
      const out = join(folder, String(n));
      await writeFiles(out, setOf(1));
      const { system, reached } = failing(n, dies);
      await writeFiles(out, setOf(2), system).catch((error: unknown) => expect(error).toBeInstanceOf(UserError));
      if (!reached()) break;
      const left = await Promise.all([...setOf(1).keys()].map((name) => readFile(join(out, name), 'utf8')));
      for (const text of left) expect(text).toMatch(/^m\S* of [12]$/);
      await writeFiles(out, setOf(2));
      for (const [name, text] of setOf(2)) expect(await readFile(join(out, name), 'utf8')).toBe(text);
    }
  }),
);

test('two runs at once in one folder: every file is whole', () =>
  inFolder(async (folder) => {
    await Promise.all([1, 2, 1, 2].map((run) => writeFiles(folder, setOf(run))));
    for (const name of setOf(1).keys()) expect(await readFile(join(folder, name), 'utf8')).toMatch(/^m\S* of [12]$/);
    expect(await readdir(folder)).toHaveLength(3);
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

test('makes the folders that are missing, and ends where none can be made', () =>
  inFolder(async (folder) => {
    const deep = join(folder, 'a', 'b', 'c');
    await makeFolder(deep);
    await makeFolder(deep);
    expect((await files.stat(deep)).isDirectory()).toBe(true);
    await writeFile(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file', 'b'))).rejects.toThrow(/ENOTDIR|EEXIST/);
    if (process.platform === 'linux') await expect(makeFolder('/proc/x/y')).rejects.toThrow(/ENOENT/);
  }));

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { externalReader } from '../../src/frontend/external-data.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { input, modelBytes, node } from './proto.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'nibblec-external-'));
const folder = path.join(root, 'model');
mkdirSync(path.join(folder, 'sub'), { recursive: true });
writeFileSync(path.join(folder, 'weights.bin'), Uint8Array.of(9, 0, 0, 128, 63, 0, 0, 0, 64));
writeFileSync(path.join(folder, 'sub', 'weights.bin'), new Uint8Array(8));
writeFileSync(path.join(root, 'secret.bin'), new Uint8Array(64));
symlinkSync('../secret.bin', path.join(folder, 'link.bin'));
symlinkSync('..', path.join(folder, 'up'));
symlinkSync('weights.bin', path.join(folder, 'inner-link.bin'));
afterAll(() => rmSync(root, { recursive: true }));

const read = (entries: Record<string, string>, bytes = 8, directory: string | undefined = folder) =>
  externalReader(directory)(new Map(Object.entries(entries)), bytes, "tensor 'w'");

describe('external data', () => {
  it('is read at its offset', () => {
    expect([...read({ location: 'weights.bin', offset: '1', length: '8' })]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
    expect(read({ location: 'sub/weights.bin' })).toHaveLength(8);
    expect(read({ location: './inner-link.bin' })).toHaveLength(8);
  });

  it('gives the constants of an imported model', async () => {
    const bytes = modelBytes({
      inputs: [input('x', [2])],
      nodes: [node('Add', ['x', 'w'], ['y'])],
      initializers: [
        {
          name: 'w',
          dims: [2],
          dataType: 1,
          dataLocation: 1,
          externalData: [
            { key: 'location', value: 'weights.bin' },
            { key: 'offset', value: '1' },
          ],
        },
      ],
    });
    const graph = await importOnnx(bytes, { directory: folder });
    expect([...(graph.constants.get('w')?.data ?? [])]).toEqual([1, 2]);
    await expect(importOnnx(bytes)).rejects.toThrow('the folder of the model is not known');
  });

  const attacks: [string, Record<string, string>, RegExp][] = [
    ['an absolute path', { location: path.join(root, 'secret.bin') }, /not inside/],
    ['a path upwards', { location: '../secret.bin' }, /not inside/],
    ['a path down and up', { location: 'sub/../../secret.bin' }, /not inside/],
    ['a Windows path upwards', { location: '..\\secret.bin' }, /not inside/],
    ['a drive', { location: 'C:secret.bin' }, /not inside/],
    ['a NUL', { location: 'weights.bin\0.txt' }, /not inside/],
    ['no location', {}, /not inside/],
    ['a link that leaves', { location: 'link.bin' }, /link that leaves/],
    ['a folder link that leaves', { location: 'up/secret.bin' }, /link that leaves/],
    ['the folder itself', { location: '.' }, /leaves/],
    ['a folder', { location: 'sub' }, /no ordinary file/],
    ['a missing file', { location: 'nothing.bin' }, /cannot be found/],
    ['an offset past the end', { location: 'weights.bin', offset: '2' }, /ends at 9, the tensor at 10/],
    ['a negative offset', { location: 'weights.bin', offset: '-1' }, /no whole number/],
    ['a huge offset', { location: 'weights.bin', offset: '99999999999999999999' }, /beyond any file/],
    ['another length than the shape', { location: 'weights.bin', length: '4' }, /have 4 bytes, the shape needs 8/],
  ];
  it.each(attacks)('refuses %s', (_, entries, message) => {
    expect(() => read(entries)).toThrow(message);
  });

  it('checks the size of the file before it takes memory', () => {
    expect(() => read({ location: 'weights.bin' }, 2 ** 40)).toThrow(/ends at 9/);
  });
});

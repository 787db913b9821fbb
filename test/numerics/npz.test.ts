import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tensor } from '../../src/ir/types.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { readNpz, writeNpz } from '../../src/numerics/npz.ts';
import { readZip, writeZip } from '../../src/numerics/zip.ts';
import { UserError } from '../../src/support/errors.ts';
import { MemoryBudget } from '../../src/support/memory-budget.ts';

const arrays = new Map<string, Tensor>([
  ['x', { dtype: 'f32', shape: [2, 300], data: new Float32Array(600).fill(0.5) }],
  ['labels', { dtype: 'i64', shape: [2], data: BigInt64Array.of(3n, -1n) }],
]);

const contents = (bytes: Uint8Array, memory?: MemoryBudget) =>
  new Map([...readNpz(bytes, 'a.npz', memory)].map(([name, read]) => [name, read()]));

test.each([true, false])('arrays survive the round trip (compressed: %s)', (compress) => {
  const bytes = writeNpz(arrays, compress);
  expect(contents(bytes)).toEqual(arrays);
  expect(Buffer.compare(bytes, writeNpz(arrays, compress))).toBe(0);
});

test('the checksum is that of ZIP', () => {
  const bytes = Buffer.from(writeZip(new Map([['a', Buffer.from('123456789')]]), false));
  expect(bytes.readUInt32LE(14).toString(16)).toBe('cbf43926');
});

test('a directory that claims a size the compressed bytes cannot have is refused before inflating', () => {
  const bytes = Buffer.from(writeNpz(arrays));
  const directory = bytes.readUInt32LE(bytes.length - 6);
  bytes.writeUInt32LE(0xf0000000, directory + 24);
  expect(() => contents(bytes)).toThrow('the stated size is impossible');
});

test('entries are inflated when they are asked for, and counted before', () => {
  const bytes = writeNpz(arrays);
  const size = (name: string) => writeNpy(arrays.get(name)!).length;
  const memory = new MemoryBudget(size('labels'));
  const read = readNpz(bytes, 'a.npz', memory);
  expect(read.get('labels')?.()).toEqual(arrays.get('labels'));
  expect(() => read.get('x')?.()).toThrow('a.npz: x.npy takes too much memory');
  expect(contents(bytes, new MemoryBudget(size('labels') + size('x')))).toEqual(arrays);
});

test('entries that share their bytes are refused', () => {
  const one = Buffer.from(writeZip(new Map([['a', Buffer.alloc(500, 1)]]), false));
  const directory = one.readUInt32LE(one.length - 6);
  const record = one.subarray(directory, one.length - 22);
  const end = Buffer.from(one.subarray(one.length - 22));
  end.writeUInt16LE(2, 10);
  const second = Buffer.from(record);
  second.write('b', second.length - 1);
  const bytes = Buffer.concat([one.subarray(0, directory), record, second, end]);
  expect(() => readZip(bytes, 'a.zip')).toThrow('entries overlap');
});

test('a damaged archive gives its content or a UserError, never anything else', () => {
  const original = Buffer.from(writeNpz(arrays));
  const damages = fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damages, fc.nat(original.length), (changes, length) => {
      const bytes = Buffer.from(original);
      for (const [at, value] of changes) bytes[at] = value;
      for (const candidate of [bytes, bytes.subarray(0, length)]) {
        try {
          expect([...contents(candidate).values()]).toEqual([...arrays.values()]); // names have no checksum
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }
    }),
    { numRuns: 2000 },
  );
});

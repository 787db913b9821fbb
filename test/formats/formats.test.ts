import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMAT_FAMILIES, findFormat, storedBytes } from '../../src/formats/index.ts';
import { walkRows } from '../../src/formats/row-order.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { must, UserError } from '../../src/support/errors.ts';
import { GRIDS, randomCodes } from './grids.ts';

const total = (segments: readonly number[]) => segments.reduce((a, b) => a + b, 0);
const lists = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });

describe.each(GRIDS)('$format', ({ format: name, codes: grid }) => {
  const format = findFormat(name);

  test('decode(encode(codes)) = codes, each segment at its offset', () => {
    fc.assert(
      fc.property(lists, fc.nat(), (segments, seed) => {
        const codes = randomCodes(grid, total(segments), createRng(seed));
        expect(format.refuse(codes)).toBe(null);
        const stored = format.encode(codes, segments);
        expect([...format.decode(stored, segments)]).toEqual([...codes]);
        if (format.unpack === null || stored.offsets.length === 0) return;
        const alone = segments.map((length, i) => format.decode(tail(stored, i), [length])[0]);
        const starts = segments.map((_, i) => codes[total(segments.slice(0, i))]);
        expect(alone).toEqual(starts);
      }),
    );
  });

  test('takes the bits it says, and at most 7 more in each segment', () => {
    const rng = createRng(3);
    for (const segments of [[1], [7, 9], [20, 20], [333], [64, 64, 5]]) {
      const stored = format.encode(randomCodes(grid, total(segments), rng), segments);
      if (format.bits === null) continue;
      const bytes = segments.map((count) => Math.ceil(((format.bits ?? 0) * count) / 8 - 1e-9));
      expect(stored.bytes.length).toBe(total(bytes));
    }
  });
});

describe('rows that differ', () => {
  const orders = fc.record({ groups: fc.nat(2), perGroup: fc.integer({ min: 1, max: 11 }), depth: fc.nat(30) });
  const differing = GRIDS.filter(({ ofRow }) => ofRow !== undefined);

  test.each(differing)('$format', ({ format: name, ofRow }) => {
    const format = findFormat(name);
    fc.assert(
      fc.property(orders, fc.nat(), ({ groups, perGroup, depth }, seed) => {
        const order = { rows: (groups + 1) * perGroup, perGroup, depth: depth + 1 };
        const rng = createRng(seed);
        const rowOf = walkRows(order, order.rows * order.depth).rows;
        const codes = Int16Array.from(rowOf, (row) => randomCodes(must(ofRow?.(row, order.rows), name), 1, rng)[0]);
        expect(format.refuse(codes, order)).toBe(null);
        const stored = format.encode(codes, [codes.length], order);
        expect(format.decode(stored, [codes.length], order)).toEqual(codes);
      }),
    );
  });

  test('intv takes four bytes, four bits for each row, and the bits of each row', () => {
    const order = { rows: 6, perGroup: 6, depth: 50 };
    const tops = [7, 0, 1, 127, 3, 15];
    const codes = Int16Array.from(walkRows(order, 300).rows, (row, i) => (i % 2 ? tops[row] : -tops[row]));
    const stored = findFormat('intv-4').encode(codes, [300], order);
    expect(stored.kinds).toEqual([4, 0, 2, 8, 3, 5]);
    expect(storedBytes(stored)).toBe(4 + 3 + Math.ceil((50 * (4 + 0 + 2 + 8 + 3 + 5)) / 8));
  });

  test('codebook-K/G looks at each group of rows by itself', () => {
    const order = { rows: 2, perGroup: 1, depth: 3 };
    const refuse = (...codes: number[]) => findFormat('codebook-2/2').refuse(Int16Array.from(codes), order);
    expect(refuse(1, 2, 1, 3, 4, 3)).toBe(null);
    expect(refuse(1, 2, 1, 3, 4, 5)).toBe('group 1 of its rows has 3 different codes, more than 2');
  });
});

function tail(stored: ReturnType<ReturnType<typeof findFormat>['encode']>, i: number): typeof stored {
  return { ...stored, bytes: stored.bytes.subarray(stored.offsets[i]), offsets: [0] };
}

test('every family has a member among the tested grids, and its names are its own', () => {
  for (const family of FORMAT_FAMILIES) {
    expect(GRIDS.some(({ format }) => family.find(format))).toBe(true);
    for (const pattern of family.pattern.split(', ')) {
      const name = pattern.replace('intv-B', 'intv-4').replace('K', '7').replace('G', '3');
      expect(family.find(name)?.name).toBe(name);
      expect(FORMAT_FAMILIES.filter((other) => other.find(name))).toEqual([family]);
    }
  }
});

test.each([
  ['int4', [3, 8], 'code 8 is not between -8 and 7'],
  ['int2', [-3], 'code -3 is not between -2 and 1'],
  ['int8', [128], 'code 128 does not fit 8 bits'],
  ['pow2-4', [3], 'code 3 is not 0 or a power of two from 1 to 8, with a sign'],
  ['pow2-4', [16], 'code 16 is not 0 or a power of two from 1 to 8, with a sign'],
  ['pow2p-4', [128], 'code 128 is not 0 or a power of two from 1 to 64, with a sign'],
  ['ternary', [2], 'code 2 is not -1, 0 or 1'],
  ['ttq', [5, -1, -2], 'it has the codes -2 and -1; one negative and one positive are allowed'],
  ['intv-4', [128], 'code 128 is not between -128 and 127'],
  ['codebook-2/2', [1, 2, 3], 'group 0 of its rows has 3 different codes, more than 2'],
  ['codebook-2', [1, 2, 3], 'it has 3 different codes, more than 2'],
  ['ternary+huffman', [2], 'code 2 is not -1, 0 or 1'],
  ['int16+huffman', Array.from({ length: 257 }, (_, i) => i), 'it has 257 different codes; words are for 256 at most'],
])('%s refuses %j', (name, codes, reason) => {
  expect(findFormat(name).refuse(Int16Array.from(codes))).toBe(reason);
});

test.each([
  '',
  'int5',
  'codebook-1',
  'codebook-257',
  'codebook-04',
  'codebook-4/1',
  'codebook-4/17',
  'intv-9',
  'intv-0.5',
  'intv',
  'pow2p-5',
  'huffman',
  'int4+huffman+huffman',
  'INT4',
])("there is no format '%s'", (name) => {
  expect(() => findFormat(name)).toThrow(UserError);
});

test('an unknown format names the nearest', () => {
  const error = catchError(() => findFormat('pow-4'));
  expect(error.problem).toMatchObject({ code: 'BAD_ARGUMENT', hint: "did you mean 'pow2-4'?" });
});

test('Huffman words come within a bit of the entropy, and tables are counted', () => {
  const codes = randomCodes(GRIDS[2].codes, 4000, createRng(1));
  const shares = [...new Set<number>(codes)].map((code) => codes.filter((other) => other === code).length / 4000);
  const entropy = shares.reduce((sum, p) => sum - p * Math.log2(p), 0);
  const stored = findFormat('int4+huffman').encode(codes, [4000]);
  const bits = (stored.bytes.length * 8) / 4000;
  expect(bits).toBeGreaterThanOrEqual(entropy);
  expect(bits).toBeLessThan(entropy + 0.1);
  expect(storedBytes(stored)).toBe(stored.bytes.length + 16 + 2 * stored.counts.length);
});

function catchError(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error('nothing was thrown');
}

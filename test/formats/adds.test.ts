import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAdds, encodeAdds, signedDigits } from '../../src/formats/adds.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { GRIDS, randomCodes } from './grids.ts';

test.each(GRIDS)('lists of $format decode to its codes', ({ codes: grid }) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 700 }), fc.nat(), (rows, columns, seed) => {
      const codes = randomCodes(grid, rows * columns, createRng(seed));
      expect([...decodeAdds(encodeAdds(codes, rows), rows, columns)]).toEqual([...codes]);
    }),
    { numRuns: 20 },
  );
});

test('weights far apart, in the first and in the last column', () => {
  for (const columns of [1, 14, 15, 16, 28, 29, 30, 255, 256, 1000]) {
    const codes = new Int8Array(columns);
    codes[0] = -1;
    codes[columns - 1] = 64;
    expect([...decodeAdds(encodeAdds(codes, 1), 1, columns)]).toEqual([...codes]);
  }
});

test('no pass takes more than 255 inputs', () => {
  expect(encodeAdds(new Int8Array(255).fill(1), 1).doublings).toEqual([0]);
  expect(encodeAdds(new Int8Array(256).fill(4), 1).doublings).toEqual([0, 2]);
});

test('rows of zeros take no pass', () => {
  expect(encodeAdds(new Int8Array(20), 4)).toEqual({ bytes: new Uint8Array(), doublings: [] });
});

test('signed digits: at most four for int8, one for a power of two, no two neighbours', () => {
  for (let code = -128; code <= 127; code++) {
    const digits = signedDigits(code);
    expect(digits.reduce((sum, { exponent, sign }) => sum + sign * 2 ** exponent, 0)).toBe(code);
    expect(digits.length).toBeLessThanOrEqual(4);
    digits.slice(1).forEach(({ exponent }, i) => {
      expect(exponent - digits[i].exponent).toBeGreaterThan(1);
    });
  }
  expect(signedDigits(-64)).toEqual([{ exponent: 6, sign: -1 }]);
  expect(signedDigits(7)).toHaveLength(2);
});

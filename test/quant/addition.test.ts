import fc from 'fast-check';
import { expect, test } from 'vitest';
import { additionParameters } from '../../src/quant/addition.ts';

const code = fc.integer({ min: -128, max: 127 });
const scale = fc.integer({ min: -1000, max: 1000 }).map((e) => 2 ** (e / 100));

/** Real result in output codes, before clamping. */
function exact(x1: number, x2: number, s1: number, z1: number, s2: number, z2: number, sy: number, zy: number): number {
  return (s1 * (x1 - z1) + s2 * (x2 - z2)) / sy + zy;
}

const clamp = (y: number) => Math.min(Math.max(y, -128), 127);

test.each([
  ['like scales fit int16', [1, 0, 1, 0, 2, 0], { A: 16384, B: 16384, C: 16384, S: 15 }],
  ['zero points go into C', [1, 3, 1, -5, 1, 7], { A: 16384, B: 16384, C: 7 * 16384 + 2 * 16384 + 8192, S: 14 }],
  ['subtraction is a negative second scale', [1, 0, -1, 0, 2, 0], { A: 16384, B: -16384, C: 16384, S: 15 }],
] as const)('%s', (_, [s1, z1, s2, z2, sy, zy], expected) => {
  expect(additionParameters(s1, z1, s2, z2, sy, zy)).toEqual(expected);
});

test('usual scales fit int16, very unlike ones take wider coefficients', () => {
  const narrow = additionParameters(0.031, 4, 0.0271, -9, 0.04, -128);
  expect(Math.max(narrow.A, narrow.B)).toBeLessThan(2 ** 15);
  expect(Math.max(narrow.A, narrow.B)).toBeGreaterThanOrEqual(2 ** 14);
  const wide = additionParameters(100, 0, 0.7001, 0, 1, 0);
  expect(wide.A).toBeGreaterThan(2 ** 15);
  const turned = additionParameters(0.0271, -9, 0.31, 4, 0.4, -128);
  expect(turned.B).toBeLessThan(2 ** 15);
});

test('the result is the nearest code, and nothing leaves int32 in any order', () => {
  fc.assert(
    fc.property(
      code,
      code,
      scale,
      code,
      scale,
      code,
      scale,
      code,
      fc.boolean(),
      (x1, x2, s1, z1, s, z2, sy, zy, minus) => {
        const s2 = minus ? -s : s;
        const { A, B, C, S } = additionParameters(s1, z1, s2, z2, sy, zy);
        const terms = [x1 * A, x2 * B, C];
        for (let subset = 0; subset < 8; subset++) {
          const sum = terms.reduce((total, term, i) => total + (subset & (1 << i) ? term : 0), 0);
          expect(sum | 0).toBe(sum);
        }
        const y = clamp((x1 * A + x2 * B + C) >> S);
        const real = exact(x1, x2, s1, z1, s2, z2, sy, zy);
        // Steeper than 2^7 output steps per code leaves fewer bits behind the point.
        const steep = Math.max(s1, s) / sy;
        if (steep < 2 ** 14) {
          expect(Math.abs(y - clamp(real))).toBeLessThanOrEqual(0.5 + Math.max(2 ** -6, steep * 2 ** -13) + 1e-9);
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test('all pairs of codes of one residual addition', () => {
  const args = [0.0312, 4, 0.0271, -128, 0.0405, -10] as const;
  const { A, B, C, S } = additionParameters(...args);
  let worst = 0;
  for (let x1 = -128; x1 < 128; x1++) {
    for (let x2 = -128; x2 < 128; x2++) {
      const y = clamp((x1 * A + x2 * B + C) >> S);
      worst = Math.max(worst, Math.abs(y - clamp(exact(x1, x2, ...args))));
    }
  }
  expect(worst).toBeLessThanOrEqual(0.5 + 2 ** -6);
});

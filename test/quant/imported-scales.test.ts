import { expect, test } from 'vitest';
import { roundHalfEven } from '../../src/numerics/float16.ts';
import { importedAddition } from '../../src/quant/imported-addition.ts';
import { importedRequantization, scaleParts } from '../../src/quant/imported-scales.ts';

const STEPS = 256;

/** As imported-scales.ts defines it, in whole numbers. */
function step(acc: number, scales: readonly number[], channel: number, sums: readonly number[], parity: 0 | 1): number {
  const made = importedRequantization(scales, { sums, steps: STEPS }, parity);
  const { mantissa, shift, snaps } = scaleParts(made, made.multiplier[channel]);
  const error = snaps ? BigInt(Math.abs(acc)) : 0n;
  const sum = BigInt(acc) * BigInt(mantissa) + (1n << BigInt(shift - 1)) + error;
  const up = Number(sum >> BigInt(shift));
  const rest = sum - (BigInt(up) << BigInt(shift));
  const odd = made.tieParity !== undefined && rest <= 2n * error && (up - made.tieParity) % 2 !== 0;
  return odd ? up - 1 : up;
}

test.each([
  ['no sum can be half of three steps', [1 / 3], [100], undefined],
  ['a power of two below the reach of its ties', [2 ** -9], [255], undefined],
  ['the same within it', [2 ** -9], [256], 'shifts'],
  ['half', [0.5], [1000], 'shifts'],
  ['one: there is nothing to round', [1], [1000], undefined],
  ['a mean of nine', [1 / 9], [9 * 255], undefined],
  ['a mean of six', [1 / 6], [6 * 255], 'words'],
  ['small steps', [0.00031234567], [2 ** 20], 'wide'],
  ['channels far apart', [0.01, 2 ** -20 / 3], [2 ** 20, 2 ** 20], 'words'],
] as const)('the form of %s', (_, scales, sums, form) => {
  expect(importedRequantization(scales, { sums, steps: STEPS }, 0).form).toBe(form);
});

test.each([0.5, 0.25, 2 ** -7, 1 / 6, 1 / 12, 3 / 4, 5 / 1024, 1 / 9, 0.3, 0.0123, 0.00037, 1.5, 2 ** -20])(
  'scale %d: the nearest step, ties as asked',
  (scale) => {
    const sums = [Math.min(2 ** 23, Math.ceil(STEPS / scale))];
    const stride = Math.max(1, Math.floor(sums[0] / 3000));
    for (let acc = -sums[0]; acc <= sums[0]; acc += stride) {
      const exact = acc * scale;
      const nearTie = Math.abs(exact - Math.floor(exact) - 0.5) < Math.abs(exact) * 2 ** -22;
      const isTie = Math.abs(exact - Math.floor(exact) - 0.5) < 2 ** -40 * Math.abs(exact);
      if ((nearTie && !isTie) || Math.abs(exact) > STEPS - 1) continue;
      const n = Math.floor(exact) + 0.5;
      expect(step(acc, [scale], 0, sums, 0)).toBe(roundHalfEven(isTie ? n : exact));
      expect(step(acc, [scale], 0, sums, 1)).toBe(roundHalfEven((isTie ? n : exact) + 1) - 1);
    }
  },
);

test.each([
  ['ties, steps from an odd zero point', 0.5, 0.5, 1, 7, 'even-steps'],
  ['ties, codes', 0.5, 0.5, 1, 7, 'even-codes'],
  ['scales far apart', 1, 2 ** -20, 2, -3, 'even-steps'],
  ['a difference of any scales', 0.0123, -0.0077, 0.019, 4, 'even-steps'],
] as const)('sums of two tensors: %s', (_, s1, s2, sy, zero, even) => {
  const [a, b, y] = [
    [s1, -3],
    [s2, 100],
    [sy, zero],
  ].map(([scale, zeroPoint]) => ({
    scale: Math.fround(scale),
    zeroPoint,
  }));
  const range = { min: -128, max: 127 };
  const { A, B, C, S, parity } = importedAddition(a, b, y, range, even);
  for (let x1 = -128; x1 < 128; x1 += 3) {
    for (let x2 = -128; x2 < 128; x2++) {
      const sum = x1 * A + x2 * B + C;
      const up = Math.floor(sum / 2 ** S);
      const tie = parity !== null && sum === up * 2 ** S && (up - parity) % 2 !== 0;
      const exact = (a.scale * (x1 + 3) + b.scale * (x2 - 100)) / y.scale;
      const wanted = even === 'even-codes' ? roundHalfEven(exact + zero) : roundHalfEven(exact) + zero;
      expect(Math.min(Math.max(up - (tie ? 1 : 0), -128), 127)).toBe(Math.min(Math.max(wanted, -128), 127));
    }
  }
});

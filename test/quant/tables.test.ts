import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { softmaxTable } from '../../src/quant/softmax-table.ts';

/** The integer rule, in double arithmetic that is exact below 2^53; asserts that uint32 would have done. */
function softmax(x: readonly number[], { table }: { table: Uint32Array }): number[] {
  const max = Math.max(...x);
  const e = x.map((value) => table[max - value]);
  const sum = e.reduce((a, b) => a + b);
  expect(sum).toBeLessThan(2 ** 32);
  return e.map((value) => {
    const numerator = value * 256 + Math.floor(sum / 2);
    expect(numerator).toBeLessThan(2 ** 32);
    return Math.min(127, Math.floor(numerator / sum) - 128);
  });
}

describe('softmaxTable', () => {
  test('entry 0 is one, entries fall', () => {
    const { table, bits } = softmaxTable(0.1, 10);
    expect(bits).toBe(23);
    expect(table[0]).toBe(2 ** 23);
    expect(table.every((value, d) => d === 0 || value <= table[d - 1])).toBe(true);
  });

  test.each([1, 2, 10, 256, 512, 513, 4096, 100000])('%d equal codes do not overflow', (length) => {
    const y = softmax(new Array<number>(length).fill(5), softmaxTable(0.5, length));
    expect(y[0]).toBe(Math.min(127, Math.floor(256 / length + 0.5) - 128));
  });

  test('is within one code of the real softmax', () => {
    const codes = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(codes, fc.double({ min: 0.001, max: 4, noNaN: true }), (x, scale) => {
        const e = x.map((value) => Math.exp((value - Math.max(...x)) * scale));
        const sum = e.reduce((a, b) => a + b);
        softmax(x, softmaxTable(scale, x.length)).forEach((y, i) => {
          expect(Math.abs((y + 128) / 256 - Math.min(e[i] / sum, 255 / 256))).toBeLessThanOrEqual((0.5 + 1e-3) / 256);
        });
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/numerics/rng.ts';
import { lookupTable } from '../../src/quant/lookup-table.ts';
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

describe('lookupTable', () => {
  test('a line maps codes to themselves', () => {
    const affine = { scale: 0.03, zeroPoint: 12 };
    expect([...lookupTable((x) => x, affine, affine)]).toEqual(Array.from({ length: 256 }, (_, i) => i - 128));
  });

  test('sigmoid is within half a step everywhere', () => {
    const [input, output] = [
      { scale: 0.05, zeroPoint: -3 },
      { scale: 1 / 256, zeroPoint: -128 },
    ];
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    lookupTable(sigmoid, input, output).forEach((code, index) => {
      const real = Math.min(sigmoid(input.scale * (index - 128 - input.zeroPoint)), 255 / 256);
      expect(Math.abs((code + 128) / 256 - real)).toBeLessThanOrEqual(0.5 / 256 + 1e-9);
    });
  });

  test('no value is the zero point, infinity saturates', () => {
    const table = lookupTable(Math.log, { scale: 1, zeroPoint: 0 }, { scale: 1, zeroPoint: 7 });
    expect([table[0], table[128], table[129]]).toEqual([7, -128, 7]);
  });

  test('is reproducible for random functions', () => {
    const { normal } = createRng(1);
    const affine = { scale: 0.1, zeroPoint: 0 };
    const values = Array.from({ length: 256 }, normal);
    const table = lookupTable((x) => values[Math.round(x / 0.1) + 128], affine, affine);
    expect(table.every((code, i) => Math.abs(code * 0.1 - values[i]) <= 0.05 + 1e-9)).toBe(true);
  });
});

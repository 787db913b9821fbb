import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createData } from '../../src/ir/tensor.ts';
import { DTYPES } from '../../src/ir/types.ts';
import { toFloat32Array } from '../../src/numerics/convert.ts';
import { bytesPerElement, integerRange } from '../../src/numerics/dtype.ts';
import { decodeElements, encodeElements } from '../../src/numerics/elements.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { histogram, mean, median, minMax, sqnrDb, variance } from '../../src/numerics/stats.ts';

describe('dtype', () => {
  test.each(DTYPES.filter((dtype) => dtype !== 'string'))('%s: array, size and range agree', (dtype) => {
    const array = createData(dtype, 1);
    expect(array.BYTES_PER_ELEMENT).toBe(bytesPerElement(dtype));
    const range = integerRange(dtype);
    if (!range) return;
    for (const value of [range.min, range.max]) {
      array[0] = value;
      expect(array[0]).toBe(value);
    }
  });

  test('ranges', () => {
    expect(['i2', 'u4', 'i8', 'u32', 'bool'].map((d) => integerRange(DTYPES.find((x) => x === d)!))).toEqual([
      { min: -2, max: 1 },
      { min: 0, max: 15 },
      { min: -128, max: 127 },
      { min: 0, max: 2 ** 32 - 1 },
      { min: 0, max: 1 },
    ]);
    expect(['i64', 'f32', 'string'].map((d) => integerRange(DTYPES.find((x) => x === d)!))).toEqual([null, null, null]);
  });

  test('elements keep their value in both byte orders', () => {
    const data = Int32Array.of(1, -2, 0x12345678);
    for (const order of ['LE', 'BE'] as const) {
      expect(decodeElements('i32', encodeElements(data, order), order)).toEqual(data);
    }
    expect([...encodeElements(data.subarray(2), 'BE')]).toEqual([0x12, 0x34, 0x56, 0x78]);
    expect([...encodeElements(data.subarray(2), 'LE')]).toEqual([0x78, 0x56, 0x34, 0x12]);
  });

  test('conversion to float32', () => {
    expect(toFloat32Array({ dtype: 'f16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) })).toEqual(
      Float32Array.of(1, -2),
    );
    expect(toFloat32Array({ dtype: 'i64', shape: [1], data: BigInt64Array.of(-7n) })).toEqual(Float32Array.of(-7));
  });
});

describe('rng', () => {
  test('is reproducible, and seeds differ', () => {
    const draw = (seed: number) => Array.from({ length: 4 }, createRng(seed).uint32);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).toMatchInlineSnapshot(`
      [
        2442144158,
        3238099751,
        3819917871,
        2104621829,
      ]
    `);
  });

  test('has the moments of its distributions', () => {
    const { uniform, normal, int } = createRng(7);
    const u = Float64Array.from({ length: 1e5 }, uniform);
    const g = Float64Array.from({ length: 1e5 }, normal);
    expect(mean(u)).toBeCloseTo(1 / 2, 2);
    expect(variance(u)).toBeCloseTo(1 / 12, 2);
    expect(mean(g)).toBeCloseTo(0, 1);
    expect(variance(g)).toBeCloseTo(1, 1);
    expect(new Set(Array.from({ length: 1000 }, () => int(-2, 2)))).toEqual(new Set([-2, -1, 0, 1, 2]));
  });

  test('shuffles typed arrays and lists', () => {
    const shuffled = createRng(3).shuffle(Int32Array.from({ length: 50 }, (_, i) => i));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([...shuffled.slice(0, 5)]).not.toEqual([0, 1, 2, 3, 4]);
    expect(createRng(3).shuffle(['a', 'b', 'c']).sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('stats', () => {
  test('small cases', () => {
    expect(minMax([3, -1, 2])).toEqual({ min: -1, max: 3 });
    expect(minMax([])).toEqual({ min: Infinity, max: -Infinity });
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(variance([1, 3])).toBe(1);
    expect([...histogram([0, 0.5, 1, 2, 5], 2, 0, 2)]).toEqual([2, 2]);
  });

  test('SQNR', () => {
    expect(sqnrDb([1, 1], [1, 1])).toBe(Infinity);
    expect(sqnrDb([0], [1])).toBe(-Infinity);
    expect(sqnrDb([10, 10], [9, 11])).toBeCloseTo(20, 10);
    // A uniform grid of step d adds noise of power d^2 / 12.
    const { uniform } = createRng(5);
    const x = Float64Array.from({ length: 1e5 }, () => uniform() * 256);
    expect(sqnrDb(x, x.map(Math.round))).toBeCloseTo(10 * Math.log10((256 ** 2 / 3) * 12), 1);
  });

  test('a histogram over the whole range counts every value once', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 50 }), (data, bins) => {
        const { min, max } = minMax(data);
        fc.pre(max > min);
        expect(histogram(data, bins, min, max).reduce((a, b) => a + b)).toBe(data.length);
      }),
    );
  });
});

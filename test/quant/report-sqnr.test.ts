import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/numerics/rng.ts';
import { sqnrDb } from '../../src/numerics/stats.ts';
import { affineOfRange, dequantizeArray, quantizeArray } from '../../src/quant/affine.ts';
import { diagnose } from '../../src/quant/diagnose.ts';
import { createQualityMeter, type LayerQuality } from '../../src/quant/report-sqnr.ts';

const SHAPE = [1, 8, 10, 10];

/** Gaussian values, channel c scaled by gains[c]. */
function layer(gains: number[], seed = 1): Float32Array {
  const { normal } = createRng(seed);
  return Float32Array.from({ length: 800 }, (_, i) => normal() * gains[Math.floor(i / 100)]);
}

const alike = new Array<number>(8).fill(1);

/** Quantizes with codes spread over [min, max], then lets `disturb` add an error. */
function measure(
  name: string,
  values: Float32Array[],
  min: number,
  max: number,
  disturb: (y: number, i: number) => number = (y) => y,
): LayerQuality {
  const affine = affineOfRange(min, max);
  const meter = createQualityMeter(name, SHAPE, affine);
  for (const x of values) meter.add(x, dequantizeArray(quantizeArray(x, affine), affine).map(disturb));
  return meter.quality();
}

describe('quality meter', () => {
  test('streams: two samples give what both at once give', () => {
    const [a, b] = [layer(alike, 1), layer(alike, 2)];
    const together = Float32Array.of(...a, ...b);
    expect(measure('x', [a, b], -4, 4)).toEqual(measure('x', [together], -4, 4));
    const affine = affineOfRange(-4, 4);
    const expected = sqnrDb(together, dequantizeArray(quantizeArray(together, affine), affine));
    expect(measure('x', [a, b], -4, 4).sqnrDb).toBeCloseTo(expected, 9);
  });

  test('no error at all', () => {
    const meter = createQualityMeter('x', [1, 2], affineOfRange(-1, 1));
    meter.add([0, 0], [0, 0]);
    expect(meter.quality()).toEqual({
      name: 'x',
      sqnrDb: Infinity,
      saturated: 0,
      saturationNoise: 0,
      outlierRatio: 1,
      bias: 0,
      biasNoise: 0,
    });
  });

  test('saturation', () => {
    const meter = createQualityMeter('x', [4], affineOfRange(-1, 1));
    meter.add([0.5, 3, -0.5, 0], [0.5, 1, -0.5, 0]);
    expect(meter.quality()).toMatchObject({ saturated: 0.25, saturationNoise: 1 });
  });

  test('bias is taken per channel: opposite shifts do not cancel', () => {
    const meter = createQualityMeter('x', [1, 2, 2], affineOfRange(-90, 90));
    meter.add([1, -1, 1, -1], [2, 0, 0, -2]);
    expect(meter.quality()).toMatchObject({ bias: 1, biasNoise: 1 });
  });

  test('outlier ratio leaves dead channels out', () => {
    const meter = createQualityMeter('x', [1, 4, 2], affineOfRange(-90, 90));
    meter.add([0, 1, 0, 1, 0, 16, 5, 5], [0, 1, 0, 1, 0, 16, 5, 5]);
    expect(meter.quality().outlierRatio).toBe(16);
  });
});

describe('diagnose', () => {
  const good = measure('good', [layer(alike)], -4, 4);

  test('nothing to say about good layers', () => {
    expect(good.sqnrDb).toBeGreaterThan(35);
    expect(diagnose([good, good])).toBeNull();
    expect(diagnose([])).toBeNull();
  });

  test.each([
    ['saturation', measure('bad', [layer(alike)], -0.8, 0.8)],
    ['bias', measure('bad', [layer(alike)], -4, 4, (y, i) => y + (i < 400 ? 0.3 : -0.3))],
    [
      'outlier channel',
      measure('bad', [layer([200, 1, 1, 1, 1, 1, 1, 1])], -700, 700, (y, i) => y + (i % 2 ? 12 : -12)),
    ],
    ['resolution', measure('bad', [layer(alike)], -100, 100)],
  ] as const)('%s', (cause, row) => {
    const diagnosis = diagnose([good, row, { ...row, name: 'later' }]);
    expect(diagnosis).toMatchObject({ layer: 'bad', cause });
    expect(diagnosis?.evidence).toMatch(/^SQNR 1?\d\.\d dB, /);
    expect(diagnosis?.advice).not.toContain('\n');
  });

  test('a sudden fall counts even above 20 dB, a slow one does not', () => {
    const at = (name: string, sqnrDb: number): LayerQuality => ({ ...good, name, sqnrDb });
    expect(diagnose([at('a', 45), at('b', 26), at('c', 24)])?.layer).toBe('b');
    expect(diagnose([at('a', 36), at('b', 30), at('c', 24), at('d', 21)])).toBeNull();
    expect(diagnose([at('a', Infinity), at('b', 25)])).toBeNull();
  });
});

import { expect, test } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { chanceWarning, dataWarnings } from '../../src/report/data-warnings.ts';

const float = parseGraph('graph g\ninput x: f32[1,4]\ny: f32[1,4] = Relu(x)\nreturn y');
/** Codes -128 .. 127 for -1 .. 0.992. */
const coded = { ...float, types: new Map(float.types) };
coded.types.set('x', {
  dtype: 'i8',
  shape: [1, 4],
  quant: { scale: Float64Array.of(1 / 128), zeroPoint: Int32Array.of(0), axis: null } as never,
});

const samples = (...rows: number[][]): Dataset => ({
  name: 'test.npy',
  count: rows.length,
  labels: null,
  sample: (i) => new Map([['x', { dtype: 'f32' as const, shape: [1, 4], data: Float32Array.from(rows[i]) }]]),
});
const warnings = (dataset: Dataset) => dataWarnings({ floatGraph: float, graph: coded }, dataset);

test('numbers near 1 are no surprise, nor are zeros and ones', () => {
  expect(warnings(samples([0.5, -0.25, 0.1, 0.9]))).toEqual([]);
  expect(dataWarnings({ floatGraph: float, graph: float }, samples([0, 1, 1, 0], [1, 0, 0, 0]))).toEqual([]);
});

test.each([
  ['all zeros', [0, 0, 0, 0], ["input 'x' of test.npy is all zeros"]],
  [
    'raw bytes',
    [0, 3, 128, 255],
    [
      `input 'x' of test.npy holds whole numbers up to 255: where the model saw scaled ones, a JSON data set has "scale" and "offset"`,
      "75.0 % of input 'x' of test.npy lie beyond what the calibration samples had, and are cut off",
    ],
  ],
  [
    'values beyond those that it was calibrated on',
    [0.5, 1.5, -2.5, 0.1],
    ["50.0 % of input 'x' of test.npy lie beyond what the calibration samples had, and are cut off"],
  ],
])('%s', (_, row, expected) => expect(warnings(samples(row))).toEqual(expected));

test('a float model that guesses is told, where there are samples enough to know', () => {
  const guessing = { metric: 'top1', floatScore: 0.26, samples: 500 } as const;
  expect(chanceWarning(guessing, 6)).toMatch(/^float32 has 26\.0 %, and guessing among 6 classes 16\.7 %/);
  expect(chanceWarning({ ...guessing, floatScore: 0.6 }, 6)).toBeNull();
  expect(chanceWarning({ ...guessing, samples: 5 }, 6)).toBeNull();
  expect(chanceWarning({ ...guessing, metric: 'mse' }, 6)).toBeNull();
});

test('a state is in no data, and nothing is said of it', () => {
  const stream = parseGraph('input x: f32[1,4]\ninput h: f32[1,4]\ny: f32[1,4] = Add(x, h)\nstate h, y\nreturn y');
  expect(dataWarnings({ floatGraph: stream, graph: stream }, samples([0.5, -0.25, 0.1, 0.9]))).toEqual([]);
});

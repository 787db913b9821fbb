import { expect, test } from 'vitest';
import { findFormat, storedBytes } from '../../../src/formats/index.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { fitLayer } from '../../../src/quant/fewbit/fit-layer.ts';
import { gridError } from '../../../src/quant/fewbit/fit-scale.ts';
import { perRow } from '../../../src/quant/fewbit/layer-rows.ts';
import { roundNearest } from '../../../src/quant/fewbit/round-rows.ts';
import type { RowGrid } from '../../../src/quant/grids/grid.ts';

const ROWS = 8;
const DEPTH = 400;
const SCALES = { scales: 'channel', exponent: 'mse' } as const;

/** Rows whose spread doubles from one to the next. */
const layer = (() => {
  const rng = createRng(5);
  const weights = Float64Array.from({ length: ROWS * DEPTH }, (_, i) => 2 ** Math.floor(i / DEPTH) * rng.normal());
  return { weights, importance: weights.map(() => 1), rows: ROWS };
})();

const widthsOf = (grids: readonly RowGrid[]) => {
  const codes = Int16Array.from(roundNearest(layer.weights, grids).codes);
  return findFormat('intv-4').encode(codes, [codes.length], { rows: ROWS, perGroup: 1, depth: DEPTH });
};
const errorOf = (grids: readonly RowGrid[]) =>
  perRow(layer, (row, h, r) => gridError(grids[r], row, h)).reduce((a, b) => a + b, 0);

test.each(['greedy', 'aciq'] as const)('%s: wide rows get more bits, the mean is kept, the error falls', (widths) => {
  const grids = fitLayer('intv-4', layer, { ...SCALES, widths });
  const stored = widthsOf(grids);
  expect(stored.kinds).toEqual([...stored.kinds].sort());
  expect(stored.kinds[ROWS - 1]).toBeGreaterThan(stored.kinds[0] + 2);
  const bits = stored.kinds.reduce((a, b) => a + b, 0);
  expect(Math.abs(bits - 4 * ROWS)).toBeLessThanOrEqual(widths === 'greedy' ? 0 : 1);
  expect(errorOf(grids)).toBeLessThan(errorOf(fitLayer('int4', layer, SCALES)) / 4);
  // Codes, a place, and four bits for each row.
  expect(storedBytes(stored)).toBe((bits * DEPTH) / 8 + 4 + ROWS / 2);
});

test('the greedy rule leaves less error than the rule for bins', () => {
  const of = (widths: 'greedy' | 'aciq') => errorOf(fitLayer('intv-3', layer, { ...SCALES, widths }));
  expect(of('greedy')).toBeLessThan(of('aciq'));
});

test('clips: the least error by search, then ACIQ, then the largest weight', () => {
  const errors = (['mse', 'aciq', 'max'] as const).map((clip) => errorOf(fitLayer('int3', layer, { ...SCALES, clip })));
  expect(errors).toEqual([...errors].sort((a, b) => a - b));
  expect(errors[2]).toBeGreaterThan(1.2 * errors[1]);
});

test('tables for groups of rows leave less error than one for all', () => {
  const skewed = { ...layer, weights: layer.weights.map((w, i) => (i < (ROWS / 2) * DEPTH ? w : Math.abs(w))) };
  const error = (format: string) => {
    const grids = fitLayer(format, skewed, SCALES);
    return perRow(skewed, (row, h, r) => gridError(grids[r], row, h)).reduce((a, b) => a + b, 0);
  };
  expect(error('codebook-8/2')).toBeLessThan(0.9 * error('codebook-8'));
});

test('importance decides which weights a codebook is for', () => {
  const importance = layer.weights.map((_, i) => (i % 2 ? 100 : 1));
  const weighted = { ...layer, importance };
  const error = (rule: 'hessian' | 'none') => {
    const grids = fitLayer('codebook-4', weighted, { ...SCALES, importance: rule });
    return perRow(weighted, (row, h, r) => gridError(grids[r], row, h)).reduce((a, b) => a + b, 0);
  };
  expect(error('hessian')).toBeLessThan(error('none'));
});

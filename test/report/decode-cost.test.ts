import { expect, test } from 'vitest';
import { measuredDecodeCosts, tabledDecodeCost } from '../../src/report/decode-cost.ts';
import { DECODE_TABLE } from '../../src/report/decode-table.ts';
import type { LayerWeights } from '../../src/report/layer-weights.ts';
import type { LayerReport } from '../../src/report/report.ts';

type Reading = LayerWeights['reading'];

const layer = (op: string, shape: number[], format: string, uses: number, reading: Reading = 'unpacked') => {
  const weights: Partial<LayerWeights> = { format, uses, count: shape.reduce((a, b) => a * b, 1), shape, reading };
  return { op, weights: weights as LayerWeights };
};

test('a part per weight and a part per use, by kind of layer', () => {
  const { dense, conv, depthwise } = DECODE_TABLE['cortex-m0'];
  const cost = (op: string, shape: number[], uses: number) =>
    tabledDecodeCost(layer(op, shape, 'codebook-16', uses), 'cortex-m0')?.perWeight;
  expect(cost('Gemm', [10, 20], 1)).toBeCloseTo(dense['codebook-16'][0] + dense['codebook-16'][1]);
  expect(cost('Conv', [8, 4, 3, 3], 100)).toBeCloseTo(conv['codebook-16'][0] + 100 * conv['codebook-16'][1]);
  expect(cost('Conv', [8, 1, 3, 3], 20)).toBeCloseTo(depthwise['codebook-16'][0] + 20 * depthwise['codebook-16'][1]);
});

test('savings are not extrapolated', () => {
  const saving = Object.entries(DECODE_TABLE['cortex-m4f'].dense).find(([, [, perUse]]) => perUse < -1);
  const cost = (uses: number) => tabledDecodeCost(layer('MatMul', [8, 8], saving?.[0] ?? '', uses), 'cortex-m4f');
  expect(cost(400)?.perWeight).toBe(cost(4)?.perWeight);
});

test('a format that the same decoder reads stands for another; what is unknown is null', () => {
  const cost = (format: string, core = 'cortex-m0', reading: Reading = 'unpacked') =>
    tabledDecodeCost(layer('Gemm', [8, 8], format, 1, reading), core);
  expect(cost('codebook-13')).toEqual(cost('codebook-16'));
  expect(cost('int8')).toMatchObject({ instructions: 0, source: 'table' });
  expect(cost('codebook-13+rans')).toBeNull();
  expect(cost('int4', 'host')).toBeNull();
  expect(cost('ternary', 'cortex-m0', 'additions')).toBeNull();
});

test('measured: the difference to plain weights', () => {
  const layers = [{ ...layer('Gemm', [8, 8], 'int4', 1), index: 0, value: 'y' } as LayerReport];
  const counts = { unit: 'instructions', layers: [1000], total: 1000, stackBytes: null } as const;
  expect(measuredDecodeCosts(layers, counts, new Map([['y', 360]]))).toEqual([
    { instructions: 640, perWeight: 10, source: 'measured' },
  ]);
  expect(measuredDecodeCosts(layers, counts, new Map())).toEqual([null]);
});

import { describe, expect, test } from 'vitest';
import { parseGraph } from '../../src/ir/text.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { lossPoint, outputLoss } from '../../src/search/output-loss.ts';

const CLASSIFIER = parseGraph('graph g\ninput x: f32[1,3]\ny: f32[1,3] = Softmax(x) axis=1\nreturn y');
const CODES = parseGraph(
  'graph g\ninput x: i8[1,3]{scale=0.5, zero=-2}\ny: i8[1,3]{scale=0.00390625, zero=-128} = Softmax(x) axis=1\nreturn y',
);
const REGRESSION = parseGraph('graph g\ninput x: f32[1,3]\ny: f32[1,3] = Neg(x)\nreturn y');

const floats = (...values: number[]): Tensor => ({ dtype: 'f32', shape: [1, 3], data: Float32Array.from(values) });
const codes = (...values: number[]): Tensor => ({ dtype: 'i8', shape: [1, 3], data: Int8Array.from(values) });

describe('lossPoint', () => {
  test('of a model that ends in Softmax: what goes in', () => {
    expect(lossPoint(CLASSIFIER, CODES, false)).toEqual({ kind: 'kl', values: ['x'] });
  });

  test('of any other: its outputs, as classes when there are labels', () => {
    expect(lossPoint(REGRESSION, REGRESSION, false)).toEqual({ kind: 'error', values: ['y'] });
    expect(lossPoint(REGRESSION, REGRESSION, true)).toEqual({ kind: 'kl', values: ['y'] });
  });

  test('a Softmax over another dimension than the last is not one over classes', () => {
    const rows = parseGraph('graph g\ninput x: f32[3,2]\ny: f32[3,2] = Softmax(x) axis=0\nreturn y');
    expect(lossPoint(rows, rows, false)).toEqual({ kind: 'error', values: ['y'] });
  });
});

describe('outputLoss', () => {
  test('kl by hand, mean over samples, from codes', () => {
    const point = { kind: 'kl', values: ['x'] } as const;
    const goal = new Map([['x', [floats(0, 0, 0), floats(1, 0, 0)]]]);
    // Codes 0, -2, -2 stand for 1, 0, 0.
    const outputs = new Map([['x', [codes(0, -2, -2), codes(0, -2, -2)]]]);
    const q = [Math.E, 1, 1].map((x) => x / (Math.E + 2));
    const first = q.reduce((sum, x) => sum + (1 / 3) * Math.log(1 / 3 / x), 0);
    expect(outputLoss(point, CODES, goal, outputs)).toBeCloseTo(first / 2, 12);
  });

  test('large logits do not overflow', () => {
    const goal = new Map([['x', [floats(900, -900, 0)]]]);
    expect(outputLoss({ kind: 'kl', values: ['x'] }, CLASSIFIER, goal, goal)).toBe(0);
  });

  test('error: squared differences over squared outputs', () => {
    const goal = new Map([['y', [floats(1, 2, 2)]]]);
    const outputs = new Map([['y', [floats(1, 2, 0.5)]]]);
    expect(outputLoss({ kind: 'error', values: ['y'] }, REGRESSION, goal, outputs)).toBeCloseTo(2.25 / 9, 12);
  });
});

import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { allocateBytes, paperBits } from '../../../src/quant/fewbit/bit-allocation.ts';
import { entropyConstrained, entropyConstrainedTo, stepForBits } from '../../../src/quant/fewbit/ecsq.ts';
import { countCodes, entropyBits } from '../../../src/quant/fewbit/entropy.ts';
import { fitLayer, hasGrid } from '../../../src/quant/fewbit/fit-layer.ts';
import { gridError } from '../../../src/quant/fewbit/fit-scale.ts';
import { kmeans, kmeansWithZero, weightedPoints } from '../../../src/quant/fewbit/kmeans.ts';

const rng = createRng(1);
const gauss = Float64Array.from({ length: 20_000 }, () => rng.normal());
const importance = gauss.map(() => rng.uniform() ** 4);

describe('entropy', () => {
  test('of known distributions', () => {
    expect(entropyBits([1, 1, 1, 1])).toBe(2);
    expect(entropyBits([5, 0])).toBe(0);
    expect(entropyBits([2, 1, 1])).toBe(1.5);
    expect([...countCodes([3, -1, 3])]).toEqual([
      [3, 2],
      [-1, 1],
    ]);
  });
});

describe('k-means', () => {
  test('is the optimum of all partitions', () => {
    for (let trial = 0; trial < 200; trial++) {
      const values = Array.from({ length: rng.int(1, 9) }, () => rng.int(-20, 20) / 4);
      const h = values.map(() => 0.1 + rng.uniform());
      const k = rng.int(1, 4);
      const points = weightedPoints(values, h);
      const { centres, cost } = kmeans(points, k);
      expect(cost).toBeCloseTo(bruteForce(points.values, points.weights, k), 9);
      expect(costOf(points, centres)).toBeCloseTo(cost, 9);
    }
  });

  /** Least cost over all ways to cut the points into at most k runs. */
  function bruteForce(values: Float64Array, weights: Float64Array, k: number): number {
    const run = (from: number, to: number) => {
      const mass = weights.subarray(from, to).reduce((a, b) => a + b, 0);
      const mean = values.subarray(from, to).reduce((sum, v, i) => sum + v * weights[from + i], 0) / mass;
      return values.subarray(from, to).reduce((sum, v, i) => sum + weights[from + i] * (v - mean) ** 2, 0);
    };
    const best = (from: number, left: number): number => {
      if (from === values.length) return 0;
      if (left === 0) return Infinity;
      let least = Infinity;
      for (let to = from + 1; to <= values.length; to++) least = Math.min(least, run(from, to) + best(to, left - 1));
      return least;
    };
    return best(0, k);
  }

  const costOf = ({ values, weights }: ReturnType<typeof weightedPoints>, centres: Float64Array) =>
    values.reduce((sum, v, i) => sum + weights[i] * Math.min(...centres.map((c) => (v - c) ** 2)), 0);

  test('weighted by a Hessian it is never worse in the weighted error', () => {
    const weighted = weightedPoints(gauss, importance);
    for (const k of [2, 4, 8, 16]) {
      const plain = kmeans(weightedPoints(gauss), k).centres;
      expect(costOf(weighted, kmeans(weighted, k).centres)).toBeLessThanOrEqual(costOf(weighted, plain) + 1e-9);
    }
  });

  test('of a normal source: the Lloyd-Max errors', () => {
    for (const [k, error] of [
      [2, 0.3634],
      [4, 0.1175],
      [8, 0.03454],
      [16, 0.009497],
    ]) {
      expect(Math.abs(kmeans(weightedPoints(gauss), k).cost / gauss.length / error - 1)).toBeLessThan(0.06);
    }
  });

  test('with zero pinned it holds zero and costs little more', () => {
    const points = weightedPoints(gauss);
    for (const k of [3, 4, 15, 16]) {
      const pinned = kmeansWithZero(points, k);
      expect([...pinned.centres]).toContain(0);
      expect(pinned.cost).toBeLessThan(1.7 * kmeans(points, k).cost);
    }
  });

  test('fewer points than clusters, no points, many points', () => {
    expect([...kmeans(weightedPoints([1, 2, 2]), 8).centres]).toEqual([1, 2]);
    expect(kmeans(weightedPoints([]), 4).centres.length).toBe(0);
    expect([...kmeansWithZero(weightedPoints([]), 4).centres]).toEqual([0]);
    expect(weightedPoints(gauss).values.length).toBeLessThanOrEqual(4096);
    expect(() => kmeans(weightedPoints([1]), 0)).toThrow('no 0 clusters');
  });
});

describe('codebooks and ttq of a layer', () => {
  const rows = 8;
  const weights = gauss.slice(0, 800).map((w, i) => w * 2 ** (Math.floor(i / 100) % 4));
  const h = importance.slice(0, 800);
  const errorOf = (format: string) => {
    const grids = fitLayer(format, { weights, importance: h, rows }, { scales: 'channel', exponent: 'mse' });
    return grids.reduce(
      (sum, grid, r) => sum + gridError(grid, weights.slice(r * 100, (r + 1) * 100), h.slice(r * 100)),
      0,
    );
  };

  test('more entries, less error; two ternary scales beat one; sixteen centres beat sixteen steps', () => {
    const errors = [4, 8, 16, 64].map((k) => errorOf(`codebook-${k}`));
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1] / 2);
    expect(errorOf('ttq')).toBeLessThanOrEqual(errorOf('ternary'));
    expect(errorOf('codebook-16')).toBeLessThan(errorOf('int4'));
  });

  test('one codebook for all rows, each row with its scale', () => {
    const grids = fitLayer('codebook-8', { weights, importance: h, rows }, { scales: 'channel', exponent: 'mse' });
    expect(new Set(grids.map(({ grid }) => grid.levels.join())).size).toBe(1);
    expect(grids[0].grid.levels.length).toBeLessThanOrEqual(8);
    expect(grids[3].scale / grids[0].scale).toBeGreaterThan(4);
  });

  test('known formats', () => {
    for (const name of ['int4', 'pow2-5', 'pow2v-5', 'pow2p-4', 'ternary', 'ttq', 'codebook-16', 'int8+huffman']) {
      expect([name, hasGrid(name)]).toEqual([name, true]);
    }
    for (const name of ['int5', 'codebook-1', 'codebook-257', 'pow2-6', ''])
      expect([name, hasGrid(name)]).toEqual([name, false]);
  });
});

describe('entropy-constrained quantization', () => {
  const few = gauss.slice(0, 4000);

  const uniform = (step: number, data = gauss) => {
    const codes = data.map((w) => Math.round(w / step) + 0);
    const error = data.reduce((sum, w, i) => sum + (w - step * codes[i]) ** 2, 0) / data.length;
    return { error, bits: entropyBits(countCodes(codes).values()) };
  };

  test.each([1, 1.5, 2.6, 4])('a uniform step for %d bits', (bits) => {
    const { bits: reached } = uniform(stepForBits(gauss, bits));
    expect(reached).toBeLessThanOrEqual(bits);
    expect(reached).toBeGreaterThan(bits - 0.02);
  });

  test('2.6 bits of entropy: error 0.040 of the power of a normal source', () => {
    expect(uniform(stepForBits(gauss, 2.6)).error).toBeCloseTo(0.04, 2);
  });

  test('the iterative method keeps within its bits and is at least as good as a uniform step', () => {
    for (const bits of [1, 2]) {
      const quantizer = entropyConstrainedTo({ weights: few, importance: few.map(() => 1) }, bits, undefined, 33);
      expect(quantizer.entropy).toBeLessThanOrEqual(bits);
      expect(quantizer.distortion).toBeLessThan(1.05 * uniform(stepForBits(few, bits), few).error);
      expect([...quantizer.centres]).toContain(0);
    }
  });

  test('more lambda, less entropy; without lambda it is k-means', () => {
    const source = { weights: few, importance };
    const entropies = [0, 1e-4, 1e-3, 1e-2].map((lambda) => entropyConstrained(source, lambda, 33).entropy);
    for (let i = 1; i < entropies.length; i++) expect(entropies[i]).toBeLessThan(entropies[i - 1]);
  });

  test('weights that are all zero', () => {
    expect(stepForBits([0, 0], 1)).toBe(1);
    const quantizer = entropyConstrained({ weights: [0, 0], importance: [1, 1] }, 1);
    expect([...quantizer.centres]).toEqual([0]);
    expect(quantizer.entropy).toBe(0);
  });
});

describe('bit allocation', () => {
  test('equal channels get the mean', () => {
    expect(paperBits([1, 1, 1, 1], 4)).toEqual([4, 4, 4, 4]);
  });

  test('a channel 8 times as wide gets 2 bits more, dead ones none', () => {
    const bits = paperBits([8, 8, 1, 1], 4);
    expect(bits).toEqual([5, 5, 3, 3]);
    expect(paperBits([1, 0], 4)[1]).toBe(0);
  });

  test('the mean is met within 0.01 where rounding allows', () => {
    const spreads = Array.from({ length: 256 }, () => Math.exp(rng.normal()));
    const bits = paperBits(spreads, 4);
    expect(Math.abs(bits.reduce((a, b) => a + b, 0) / 256 - 4)).toBeLessThan(0.02);
  });

  test('bytes go where they take away most, never beyond the budget', () => {
    const choices = (spread: number) => ({
      bytes: [2, 3, 4, 8].map((bits) => bits * 10),
      errors: [2, 3, 4, 8].map((bits) => spread ** 2 * 4 ** -bits),
    });
    const channels = [choices(8), choices(1), choices(0)];
    expect(allocateBytes(channels, 60)).toEqual([0, 0, 0]);
    expect(allocateBytes(channels, 70)).toEqual([1, 0, 0]);
    expect(allocateBytes(channels, 90)).toEqual([2, 1, 0]);
    expect(allocateBytes(channels, 1000)).toEqual([3, 3, 0]);
    expect(() => allocateBytes(channels, 59)).toThrow('60 bytes');
  });

  test('it is the optimum of all allocations for equal channels with convex errors', () => {
    for (let trial = 0; trial < 50; trial++) {
      const channels = Array.from({ length: 4 }, () => {
        const spread = rng.uniform() + 0.1;
        return { bytes: [1, 2, 3, 4], errors: [1, 2, 3, 4].map((bits) => spread * 4 ** -bits) };
      });
      const budget = rng.int(4, 16);
      const errorOf = (choice: readonly number[]) => choice.reduce((sum, to, c) => sum + channels[c].errors[to], 0);
      let least = Infinity;
      for (let code = 0; code < 256; code++) {
        const choice = [0, 1, 2, 3].map((c) => (code >> (2 * c)) & 3);
        if (choice.reduce((sum, to) => sum + to + 1, 0) <= budget) least = Math.min(least, errorOf(choice));
      }
      expect(errorOf(allocateBytes(channels, budget))).toBeCloseTo(least, 12);
    }
  });
});

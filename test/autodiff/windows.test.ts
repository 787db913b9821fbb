import { describe, expect, test } from 'vitest';
import type { Attribute, Shape } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';
import { distinct, gradientError } from './finite-differences.ts';

const TOLERANCE = 1e-3;

interface Layer {
  readonly x: Shape;
  readonly kernel: Shape;
  readonly attributes: Record<string, Attribute>;
}

/** A window that fits: sizes that strides do not divide and uneven pads among them. */
function randomWindow(rng: Rng, channels: number, rank: number): Layer {
  const each = (draw: (i: number) => number) => Array.from({ length: rank }, (_, i) => draw(i));
  const kernel = each(() => rng.int(1, 4));
  const dilations = each(() => rng.int(1, 2));
  const extents = kernel.map((size, i) => (size - 1) * dilations[i] + 1);
  const pads = [...each(() => 0), ...each(() => 0)].map((_, i) => rng.int(0, Math.min(2, extents[i % rank] - 1)));
  const size = each((i) => extents[i] + rng.int(0, 6));
  return { x: [2, channels, ...size], kernel, attributes: { strides: each(() => rng.int(1, 3)), dilations, pads } };
}

describe('Conv', () => {
  test.each([
    ['dense', 1, 3, 2],
    ['grouped', 2, 2, 3],
    ['depthwise', 4, 1, 1],
    ['depthwise with a multiplier', 3, 1, 2],
  ])('%s, random windows', async (_, group, perGroup, outputs) => {
    const rng = createRng(group);
    for (let i = 0; i < 10; i++) {
      const { x, kernel, attributes } = randomWindow(rng, group * perGroup, (i % 3) + 1);
      const inputs = [x, [group * outputs, perGroup, ...kernel], [group * outputs]];
      const given = { op: 'Conv', inputs, attributes: { ...attributes, group } };
      expect(await gradientError(given, { seed: i }), JSON.stringify(given)).toBeLessThan(TOLERANCE);
    }
  });

  test('with auto_pad', async () => {
    for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER', 'VALID']) {
      const given = {
        op: 'Conv',
        inputs: [
          [1, 2, 8, 7],
          [3, 2, 3, 2],
        ],
        attributes: { auto_pad, strides: [2, 2] },
      };
      expect(await gradientError(given)).toBeLessThan(TOLERANCE);
    }
  });

  test('with more padding than the kernel reaches', async () => {
    const attributes = { pads: [2, 3, 1, 4], strides: [1, 2] };
    expect(
      await gradientError({
        op: 'Conv',
        inputs: [
          [1, 2, 4, 5],
          [3, 2, 2, 2],
        ],
        attributes,
      }),
    ).toBeLessThan(TOLERANCE);
  });
});

test('ConvTranspose, random windows', async () => {
  const rng = createRng(5);
  for (let i = 0; i < 16; i++) {
    const group = rng.int(1, 3);
    const { kernel, attributes } = randomWindow(rng, group, i % 3 === 0 ? 1 : 2);
    const strides = attributes.strides as number[];
    const x = [2, group * 2, ...kernel.map(() => rng.int(3, 5))];
    const inputs = [x, [group * 2, 2, ...kernel], [group * 2]];
    const output_padding = strides.map((stride) => rng.int(0, stride - 1));
    const given = { op: 'ConvTranspose', inputs, attributes: { ...attributes, group, output_padding } };
    expect(await gradientError(given, { seed: i }), JSON.stringify(given)).toBeLessThan(TOLERANCE);
  }
});

describe('pools', () => {
  test.each(['MaxPool', 'AveragePool'])('%s, random windows, overlapping and not', async (op) => {
    const rng = createRng(6);
    for (let i = 0; i < 16; i++) {
      const { x, kernel, attributes } = randomWindow(rng, 2, i % 3 === 0 ? 1 : 2);
      const pads = (attributes.pads as number[]).map((pad, j) => Math.min(pad, kernel[j % kernel.length] - 1));
      const more = op === 'AveragePool' ? { count_include_pad: i % 2 } : {};
      const all = { ...attributes, ...more, pads, kernel_shape: kernel, ceil_mode: Number(i % 5 === 0) };
      const given = { op, inputs: [x], attributes: all, draw: distinct(x.reduce((a, b) => a * b)) };
      expect(await gradientError(given, { seed: i }), JSON.stringify(given)).toBeLessThan(TOLERANCE);
    }
  });

  test('an AveragePool over the whole image', async () => {
    expect(
      await gradientError({ op: 'AveragePool', inputs: [[2, 3, 4, 5]], attributes: { kernel_shape: [4, 5] } }),
    ).toBeLessThan(TOLERANCE);
  });

  test.each(['GlobalAveragePool', 'GlobalMaxPool'])('%s', async (op) => {
    expect(await gradientError({ op, inputs: [[2, 3, 4, 5]], draw: distinct(120) })).toBeLessThan(TOLERANCE);
  });
});

import { describe, expect, test } from 'vitest';
import type { Attribute } from '../../src/ir/types.ts';
import { gradientError, smooth } from './finite-differences.ts';

describe('functions of one value', () => {
  test.each<[string, Record<string, Attribute>?]>([
    ['Relu'],
    ['LeakyRelu', { alpha: 0.2 }],
    ['Elu', { alpha: 0.7 }],
    ['Softplus'],
    ['Sigmoid'],
    ['HardSigmoid', { alpha: 0.25, beta: 0.5 }],
    ['HardSwish'],
    ['Tanh'],
    ['Erf'],
    ['Gelu'],
    ['Gelu', { approximate: 'tanh' }],
    ['Exp'],
    ['Neg'],
    ['Abs'],
    ['Identity'],
  ])('%s %j', async (op, attributes = {}) => {
    const error = await gradientError({ op, inputs: [[3, 40]], attributes, draw: smooth }, { step: 4e-3 });
    expect(error).toBeLessThan(1e-3);
  });

  test.each(['Sqrt', 'Log', 'Reciprocal'])('%s', async (op) => {
    const draw = (rng: { uniform(): number }) => 0.5 + rng.uniform();
    expect(await gradientError({ op, inputs: [[60]], draw }, { step: 4e-3 })).toBeLessThan(1e-3);
  });

  test('Clip, with both bounds, one and none', async () => {
    const bound = (value: number) => ({ dtype: 'f32', shape: [], data: new Float32Array([value]) }) as const;
    for (const bounds of [[bound(-1), bound(1.5)], [null, bound(0.5)], [bound(0)], []]) {
      expect(await gradientError({ op: 'Clip', inputs: [[100], ...bounds], draw: smooth })).toBeLessThan(1e-3);
    }
  });

  test('a fused clamp', async () => {
    for (const clip of [
      [0, Number.POSITIVE_INFINITY],
      [0, 2],
      [-1, 1],
      [Number.NEGATIVE_INFINITY, 0.5],
    ] as const) {
      expect(await gradientError({ op: 'Neg', inputs: [[100]], draw: smooth, clip })).toBeLessThan(1e-3);
    }
  });
});

describe('two operands', () => {
  const shapes = [
    [
      [2, 3, 4],
      [2, 3, 4],
    ],
    [
      [2, 3, 4],
      [3, 1],
    ],
    [[4], [2, 3, 4]],
    [
      [2, 1, 4],
      [1, 3, 1],
    ],
    [[2, 3], []],
  ];
  test.each(['Add', 'Sub', 'Mul', 'Div'])('%s, broadcast', async (op) => {
    const draw = (rng: { uniform(): number }) => 1 + rng.uniform();
    for (const inputs of shapes) expect(await gradientError({ op, inputs, draw }, { step: 5e-3 })).toBeLessThan(1e-3);
  });

  test('PRelu', async () => {
    expect(
      await gradientError({
        op: 'PRelu',
        inputs: [
          [2, 3, 4],
          [3, 1],
        ],
        draw: smooth,
      }),
    ).toBeLessThan(1e-3);
  });

  test('Pow, of a constant exponent', async () => {
    const exponent = { dtype: 'f32', shape: [], data: new Float32Array([3]) } as const;
    expect(await gradientError({ op: 'Pow', inputs: [[20], exponent] })).toBeLessThan(1e-3);
  });

  test('Where', async () => {
    const condition = { dtype: 'bool', shape: [3, 1], data: new Uint8Array([1, 0, 1]) } as const;
    expect(await gradientError({ op: 'Where', inputs: [condition, [3, 4], [4]] })).toBeLessThan(1e-3);
  });

  test.each(['Sum', 'Mean'])('%s', async (op) => {
    expect(await gradientError({ op, inputs: [[3, 4], [4], [3, 1]] })).toBeLessThan(1e-3);
  });

  test.each(['Max', 'Min'])('%s, to those that win', async (op) => {
    const draw = (rng: { normal(): number }) => 5 * rng.normal();
    expect(await gradientError({ op, inputs: [[3, 4], [4], [3, 1]], draw })).toBeLessThan(1e-3);
  });
});

test.each(['Softmax', 'LogSoftmax'])('%s along any axis', async (op) => {
  for (const axis of [0, 1, -1]) {
    expect(await gradientError({ op, inputs: [[3, 4, 5]], attributes: { axis } })).toBeLessThan(2e-3);
  }
});

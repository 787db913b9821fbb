import { describe, expect, test } from 'vitest';
import type { Rng } from '../../src/numerics/rng.ts';
import { distinct, gradientError, ints, smooth } from './finite-differences.ts';

const TOLERANCE = 1e-3;

describe('products', () => {
  test('Gemm, transposed or not', async () => {
    for (const [transA, transB] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const inputs = [transA ? [4, 3] : [3, 4], transB ? [5, 4] : [4, 5], [1, 5]];
      const attributes = { transA, transB, alpha: 0.5, beta: 2 };
      expect(await gradientError({ op: 'Gemm', inputs, attributes })).toBeLessThan(TOLERANCE);
    }
  });

  test.each([
    [
      [3, 4],
      [4, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [2, 6, 3, 4],
      [2, 6, 4, 5],
    ],
    [
      [2, 1, 3, 4],
      [6, 4, 5],
    ],
    [
      [3, 4],
      [2, 4, 5],
    ],
    [[4], [4, 5]],
    [[2, 3, 4], [4]],
    [[4], [2, 4, 5]],
    [[4], [4]],
  ])('MatMul of %j and %j', async (a, b) => {
    expect(await gradientError({ op: 'MatMul', inputs: [a, b] })).toBeLessThan(TOLERANCE);
  });
});

describe('views', () => {
  test.each([
    ['Reshape', [[2, 3, 4], ints(4, -1)], {}],
    ['Flatten', [[2, 3, 4]], { axis: 2 }],
    ['Squeeze', [[2, 1, 4], ints(1)], {}],
    ['Unsqueeze', [[2, 4], ints(0, 2)], {}],
    ['Expand', [[2, 1, 4], ints(3, 2, 5, 4)], {}],
    ['Transpose', [[2, 3, 4]], { perm: [2, 0, 1] }],
    ['Transpose', [[2, 3, 4]], {}],
  ])('%s %#', async (op, inputs, attributes) => {
    expect(await gradientError({ op, inputs, attributes })).toBeLessThan(TOLERANCE);
  });
});

describe('movement', () => {
  test.each([
    [
      'Concat',
      [
        [2, 3],
        [2, 1],
        [2, 4],
      ],
      { axis: 1 },
    ],
    ['Slice', [[5, 6], ints(1, 2), ints(4, 6)], {}],
    ['Slice', [[5, 9], ints(-1, 7), ints(0, 0), ints(0, 1), ints(-2, -3)], {}],
    ['Slice', [[11, 4], ints(1), ints(10), ints(0), ints(4)], {}],
    ['Slice', [[11], ints(-4), ints(1000)], {}],
    ['Pad', [[3, 4], ints(1, 0, 2, 3)], {}],
    ['Pad', [[3, 4], ints(2, -1), null, ints(1)], {}],
    ['Gather', [[5, 3, 2], ints(4, 0, 4, -1)], {}],
    ['Gather', [[2, 5, 3], { dtype: 'i64', shape: [2, 2], data: BigInt64Array.from([1n, 1n, 3n, 0n]) }], { axis: 1 }],
    ['Gather', [[4, 3], { dtype: 'i32', shape: [], data: Int32Array.from([2]) }], { axis: 0 }],
  ] as const)('%s %#', async (op, inputs, attributes) => {
    expect(await gradientError({ op, inputs, attributes })).toBeLessThan(TOLERANCE);
  });

  test('Split, by sizes and by number', async () => {
    expect(
      await gradientError({ op: 'Split', inputs: [[2, 7], ints(1, 4, 2)], attributes: { axis: 1 }, outputs: 3 }),
    ).toBeLessThan(TOLERANCE);
    expect(
      await gradientError({ op: 'Split', inputs: [[7, 2]], attributes: { num_outputs: 3 }, outputs: 3 }),
    ).toBeLessThan(TOLERANCE);
  });
});

describe('reductions', () => {
  test.each(['ReduceSum', 'ReduceMean', 'ReduceSumSquare', 'ReduceL2', 'ReduceLogSumExp'])('%s', async (op) => {
    for (const [axes, keepdims] of [
      [[1], 1],
      [[0, -1], 0],
      [null, 1],
    ] as const) {
      const inputs = [[2, 3, 4], axes ? ints(...axes) : null];
      expect(await gradientError({ op, inputs, attributes: { keepdims } })).toBeLessThan(TOLERANCE);
    }
  });

  test('ReduceL1 and ReduceLogSum', async () => {
    const positive = (rng: Rng) => 0.5 + rng.uniform();
    const inputs = [[2, 3, 4], ints(1, -1)];
    expect(await gradientError({ op: 'ReduceL1', inputs, draw: smooth })).toBeLessThan(TOLERANCE);
    expect(await gradientError({ op: 'ReduceLogSum', inputs, draw: positive })).toBeLessThan(TOLERANCE);
  });

  test.each([1, 0])('TopK, largest=%i', async (largest) => {
    const node = { op: 'TopK', inputs: [[2, 6, 2], ints(3)], attributes: { axis: 1, largest }, outputs: 2 };
    expect(await gradientError({ ...node, draw: distinct(24) })).toBeLessThan(TOLERANCE);
  });

  test.each(['ReduceMax', 'ReduceMin'])('%s', async (op) => {
    for (const axes of [[1], [0, -1]]) {
      const node = { op, inputs: [[2, 3, 4], ints(...axes)], attributes: { keepdims: 0 } };
      expect(await gradientError({ ...node, draw: distinct(24) })).toBeLessThan(TOLERANCE);
    }
  });
});

test.each(['nearest', 'linear', 'cubic'])('Resize, %s', async (mode) => {
  const scales = { dtype: 'f32', shape: [4], data: Float32Array.of(1, 1, 2, 1.5) } as const;
  const node = { op: 'Resize', inputs: [[1, 2, 3, 4], null, scales], attributes: { mode } };
  expect(await gradientError(node)).toBeLessThan(TOLERANCE);
});

describe('attention', () => {
  const bools = (...values: number[]) => ({ dtype: 'bool', shape: [3, 4], data: Uint8Array.from(values) }) as const;

  test.each([
    [
      [
        [2, 3, 6],
        [2, 4, 6],
        [2, 4, 4],
      ],
      { q_num_heads: 2, kv_num_heads: 2 },
    ],
    [
      [
        [1, 4, 3, 2],
        [1, 2, 3, 2],
        [1, 2, 3, 5],
      ],
      { is_causal: 1, scale: 0.7 },
    ],
    [[[1, 2, 3, 2], [1, 2, 4, 2], [1, 2, 4, 2], bools(1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0)], {}],
  ])('Attention of %j %j', async (inputs, attributes) => {
    expect(await gradientError({ op: 'Attention', inputs, attributes }, { step: 4e-3 })).toBeLessThan(TOLERANCE);
  });
});

describe('normalization', () => {
  const positive = (rng: { uniform(): number }) => 0.5 + rng.uniform();

  test('BatchNormalization with given statistics', async () => {
    const inputs = [[2, 3, 4, 2], [3], [3], [3], [3]];
    expect(await gradientError({ op: 'BatchNormalization', inputs, draw: positive }, { step: 4e-3 })).toBeLessThan(
      TOLERANCE,
    );
  });

  test('RMSNormalization over one axis and over several', async () => {
    for (const [axis, shape] of [
      [-1, [5]],
      [1, [4, 5]],
    ] as const) {
      const node = { op: 'RMSNormalization', inputs: [[3, 4, 5], shape], attributes: { axis } };
      expect(await gradientError(node, { step: 4e-3 })).toBeLessThan(TOLERANCE);
    }
  });

  test.each([
    ['InstanceNormalization', {}],
    ['GroupNormalization', { num_groups: 2 }],
  ])('%s', async (op, attributes) => {
    const node = { op, inputs: [[2, 4, 3, 2], [4], [4]], attributes };
    expect(await gradientError(node, { step: 4e-3 })).toBeLessThan(TOLERANCE);
  });

  test('LayerNormalization over one axis and over several', async () => {
    for (const [axis, shape] of [
      [-1, [5]],
      [1, [4, 5]],
    ] as const) {
      const inputs = [[3, 4, 5], [...shape], [...shape]];
      expect(await gradientError({ op: 'LayerNormalization', inputs, attributes: { axis } })).toBeLessThan(TOLERANCE);
    }
    expect(await gradientError({ op: 'LayerNormalization', inputs: [[3, 6], [6]] })).toBeLessThan(TOLERANCE);
  });
});

describe('recurrent layers, unrolled', () => {
  const gates = { RNN: 1, GRU: 3, LSTM: 4 } as const;
  const [steps, batch, width, hidden] = [4, 2, 3, 5];
  test.each([
    ['RNN', 'forward', {}],
    ['GRU', 'forward', { linear_before_reset: 0 }],
    ['GRU', 'reverse', { linear_before_reset: 1 }],
    ['GRU', 'bidirectional', {}],
    ['LSTM', 'forward', {}],
    ['LSTM', 'bidirectional', {}],
  ] as const)('%s %s %j', async (op, direction, more) => {
    const directions = direction === 'bidirectional' ? 2 : 1;
    const rows = gates[op] * hidden;
    const state = [directions, batch, hidden];
    const inputs = [
      [steps, batch, width],
      [directions, rows, width],
      [directions, rows, hidden],
      [directions, 2 * rows],
      null,
      state,
      ...(op === 'LSTM' ? [state] : []),
    ];
    const given = {
      op,
      inputs,
      attributes: { hidden_size: hidden, direction, ...more },
      outputs: op === 'LSTM' ? 3 : 2,
    };
    expect(await gradientError({ ...given, draw: (rng) => 0.5 * rng.normal() }, { step: 5e-3 })).toBeLessThan(
      TOLERANCE,
    );
  });

  test('without bias and first state', async () => {
    const attributes = { hidden_size: hidden };
    const inputs = [
      [steps, batch, width],
      [1, 3 * hidden, width],
      [1, 3 * hidden, hidden],
    ];
    const draw = (rng: { normal(): number }) => 0.5 * rng.normal();
    expect(await gradientError({ op: 'GRU', inputs, attributes, draw }, { step: 5e-3 })).toBeLessThan(TOLERANCE);
  });
});

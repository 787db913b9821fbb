import { expect, test } from 'vitest';
import { tensorOf } from '../../../src/ir/tensor.ts';
import { hostGcc } from '../../../src/verify/host-gcc.ts';
import { compareImports, type Job, randomJobs } from '../../helpers/imported-codes.ts';
import { f32, i8, node, random } from '../../helpers/onnx-file.ts';
import { RANDOM_IMPORTS, ROUNDED_IMPORTS, VOLUME_IMPORTS } from '../../helpers/random-imports.ts';
import { describeWith } from '../../verify/native.ts';

const PAIRS = Array.from({ length: 64 }, (_, i) => i - 32);
const quantize = node('y = QuantizeLinear(y_r, y.s, y.z)');
const dequantize = (name: string) => node(`${name}_r = DequantizeLinear(${name}, ${name}.s, ${name}.z)`);

/** Each gives a tie for every second code or so; rounding half up is off by one for half of these. */
const TIES: readonly Job[] = [
  {
    operator: 'Add whose result has twice the step of its operands',
    name: 'ties_add',
    file: {
      inputs: { a: ['i8', [64, 1]], b: ['i8', [1, 64]] },
      outputs: ['y'],
      constants: { 'a.s': f32(0.5), 'a.z': i8(-3), 'b.s': f32(0.5), 'b.z': i8(8), 'y.s': f32(1), 'y.z': i8(1) },
      nodes: [dequantize('a'), dequantize('b'), node('y_r = Add(a_r, b_r)'), quantize],
    },
    feeds: new Map([
      ['a', tensorOf('i8', [64, 1], PAIRS)],
      ['b', tensorOf('i8', [1, 64], PAIRS)],
    ]),
  },
  {
    operator: 'AveragePool over four cells, one scale before and after',
    name: 'ties_average',
    file: {
      inputs: { x: ['i8', [1, 4, 16, 16]] },
      outputs: ['y'],
      constants: { 'x.s': f32(0.0625), 'x.z': i8(5), 'y.s': f32(0.0625), 'y.z': i8(5) },
      nodes: [dequantize('x'), node('y_r = AveragePool(x_r)', { kernel_shape: [2, 2], strides: [2, 2] }), quantize],
    },
    feeds: new Map([['x', random('i8', [1, 4, 16, 16], 3)]]),
  },
  ...(['ReduceMean', 'ReduceSum'] as const).map((op): Job => {
    const sums = op === 'ReduceSum';
    return {
      operator: `${op} over ${sums ? 'two, with twice the step' : 'six, one scale before and after'}`,
      name: `ties_${op.toLowerCase()}`,
      file: {
        inputs: { x: ['u8', [sums ? 2 : 6, 400]] },
        outputs: ['y'],
        constants: {
          ...{ 'x.s': f32(0.0625), 'x.z': tensorOf('u8', [], [9]), axes: tensorOf('i64', [1], [0n]) },
          ...{ 'y.s': f32(sums ? 0.125 : 0.0625), 'y.z': i8(-2) },
        },
        nodes: [dequantize('x'), node(`y_r = ${op}(x_r, axes)`), quantize],
      },
      feeds: new Map([['x', random('u8', [sums ? 2 : 6, 400], 5)]]),
    };
  }),
  {
    operator: 'QLinearConv 1x1 whose sums have half the step of its result',
    name: 'ties_conv',
    file: {
      inputs: { x: ['i8', [1, 1, 8, 16]] },
      outputs: ['y'],
      constants: {
        ...{ 'x.s': f32(1), 'x.z': i8(0), 'w.s': f32(1), 'w.z': i8(0), 'y.s': f32(2), 'y.z': i8(-1) },
        w: tensorOf('i8', [2, 1, 1, 1], [1, -1]),
      },
      nodes: [node('y = QLinearConv(x, x.s, x.z, w, w.s, w.z, y.s, y.z)')],
    },
    feeds: new Map([['x', random('i8', [1, 1, 8, 16], 4)]]),
  },
];

await describeWith(
  'the C of a quantized file has the very codes that onnxruntime has of the file',
  () => hostGcc().available(),
  () => {
    test.each([['multiplying'], ['mul32-slow']])('ties, %s', async (feature) => {
      const outcomes = await compareImports(TIES, new Set([feature]));
      for (const { job, codes, atTies, wrong, failure } of outcomes)
        expect({ operator: job.operator, failure, different: atTies + wrong, ties: codes > 200 }).toEqual({
          ...{ operator: job.operator, failure: null, different: 0, ties: true },
        });
    });

    test('reductions with any scales: none but at ties of float32', async () => {
      const { ReduceMean, ReduceSum, ReduceL1, ReduceSumSquare } = RANDOM_IMPORTS;
      const operators = { ReduceMean, ReduceSum, ReduceL1, ReduceSumSquare };
      const outcomes = await compareImports(randomJobs(operators, { models: 8, scales: 'any', seed: 5 }));
      expect(
        outcomes.flatMap(({ job, first, failure }) => (first || failure ? [job.name, first, failure] : [])),
      ).toEqual([]);
      expect(outcomes.reduce((sum, { atTies }) => sum + atTies, 0)).toBeGreaterThan(0);
    });

    test('what float32 rounds on the way, with any scales: none but at ties', async () => {
      const outcomes = await compareImports(randomJobs(ROUNDED_IMPORTS, { models: 6, scales: 'any', seed: 5 }));
      expect(
        outcomes.flatMap(({ job, first, real, failure }) =>
          first || failure || real.length > 0 ? [job.name, job.operator, first, real, failure] : [],
        ),
      ).toEqual([]);
    });

    test('windows over volumes, all scales powers of two', async () => {
      const outcomes = await compareImports(
        randomJobs(VOLUME_IMPORTS, { models: 3, scales: 'powers of two', seed: 6 }),
      );
      const off = outcomes.filter(({ failure, atTies, wrong }) => failure !== null || atTies + wrong > 0);
      expect(off.map(({ job, first, failure }) => [job.operator, job.name, first, failure])).toEqual([]);
    });

    test('random files of every operator, all scales powers of two', async () => {
      const jobs = randomJobs(RANDOM_IMPORTS, { models: 2, scales: 'powers of two', seed: 5 });
      const outcomes = await compareImports(jobs);
      const off = outcomes.filter(({ failure, atTies, wrong }) => failure !== null || atTies + wrong > 0);
      expect(off.map(({ job, first, failure }) => [job.operator, job.name, first, failure])).toEqual([]);
    });
  },
);

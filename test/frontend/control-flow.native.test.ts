import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { randomControlFlow } from '../fuzz/control-flow.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { floats, input, ints, type ModelParts, modelBytes, node } from './proto.ts';
import { body } from './subgraphs.ts';

const weights = (name: string, rows: number, columns: number) =>
  floats(
    name,
    [rows, columns],
    Array.from({ length: rows * columns }, (_, i) => (((i * 7) % 11) - 5) / 16),
  );

const POSITIVE = [
  node('ReduceMean', ['x'], ['mean'], { keepdims: 0 }),
  node('Greater', ['mean', 'nought'], ['positive']),
];
/** How many elements are: 0 to 8. */
const COUNT = [
  node('Greater', ['x', 'nought'], ['above']),
  node('Cast', ['above'], ['ones'], { to: 7 }),
  node('ReduceSum', ['ones'], ['count'], { keepdims: 0 }),
];
const CONSTANTS = [
  ints('zero', [1], [0]),
  ints('one', [1], [1]),
  floats('nought', [], [0]),
  floats('half', [], [0.5]),
  weights('w', 4, 4),
];

const step = [node('MatMul', ['h', 'w'], ['p']), node('Tanh', ['p'], ['t'])];
const STEP = body(
  ['i', 'c', 'h'],
  [...step, node('Identity', ['c'], ['on']), node('Mul', ['t', 'half'], ['row'])],
  ['on', 't', 'row'],
);

/** CONTROL_FLOW_CASES=n tries as many random nets. */
const SEEDS = Array.from({ length: Number(process.env.CONTROL_FLOW_CASES ?? 1) }, (_, i) => i + 1);
const ARM = await loadTarget('cortex-m4f');

interface Model extends ModelParts {
  readonly name: string;
  readonly capacities?: ReadonlyMap<string, number>;
}

const MODELS: readonly Model[] = [
  {
    name: 'If of the data',
    nodes: [
      ...POSITIVE,
      node('If', ['positive'], ['y'], {
        then_branch: body([], [node('MatMul', ['x', 'w'], ['a'])], ['a']),
        else_branch: body([], [node('Relu', ['x'], ['b']), node('Mul', ['b', 'half'], ['a'])], ['a']),
      }),
    ],
  },
  {
    name: 'Loop of a known number of turns',
    initializers: [...CONSTANTS, ints('five', [], [5])],
    nodes: [node('Loop', ['five', '', 'x'], ['last', 'y'], { body: STEP })],
    outputs: ['last', 'y'],
  },
  {
    name: 'Loop of a computed number of turns',
    nodes: [...COUNT, node('Loop', ['count', '', 'x'], ['last', 'y'], { body: STEP })],
    outputs: ['last', 'y'],
    capacities: new Map([['last', 8]]),
  },
  {
    name: 'Loop that a computed condition ends',
    nodes: [
      ...POSITIVE,
      node('Loop', ['', 'positive', 'x'], ['last', 'y'], {
        body: body(
          ['i', 'c', 'h'],
          [
            ...step,
            node('ReduceMax', ['t'], ['most'], { keepdims: 0 }),
            node('Greater', ['most', 'little'], ['on']),
            node('Mul', ['t', 'half'], ['row']),
          ],
          ['on', 't', 'row'],
          [floats('little', [], [0.2])],
        ),
      }),
    ],
    outputs: ['last', 'y'],
    capacities: new Map([['last', 12]]),
  },
  {
    name: 'Scan backwards along an axis',
    inputs: [input('x', [3, 6])],
    nodes: [
      node('Scan', ['s', 'x'], ['last', 'y'], {
        num_scan_inputs: 1,
        scan_input_axes: [1],
        scan_input_directions: [1],
        scan_output_axes: [-1],
        scan_output_directions: [1],
        body: body(['s', 'e'], [node('Add', ['s', 'e'], ['n']), node('Tanh', ['n'], ['r'])], ['n', 'r']),
      }),
    ],
    initializers: [floats('s', [3], [0, 0, 0])],
    outputs: ['last', 'y'],
  },
  {
    name: 'Scan of as much as the data make',
    nodes: [
      node('Greater', ['x', 'nought'], ['above']),
      node('Compress', ['x', 'above'], ['found']),
      node('Scan', ['nought', 'found'], ['last', 'y'], {
        num_scan_inputs: 1,
        body: body(['s', 'e'], [node('Add', ['s', 'e'], ['n']), node('Tanh', ['n'], ['r'])], ['n', 'r']),
      }),
    ],
    inputs: [input('x', [8])],
    outputs: ['last', 'y'],
  },
  {
    name: 'a choice in a loop in a loop',
    initializers: [...CONSTANTS, ints('three', [], [3])],
    nodes: [
      node('Loop', ['three', '', 'x'], ['last'], {
        body: body(
          ['i', 'c', 'h'],
          [
            node('Loop', ['three', 'c', 'h'], ['inner'], {
              body: body(
                ['j', 'd', 'g'],
                [
                  node('ReduceMax', ['g'], ['top'], { keepdims: 0 }),
                  node('Greater', ['top', 'half'], ['high']),
                  node('If', ['high'], ['next'], {
                    then_branch: body([], [node('MatMul', ['g', 'w'], ['a'])], ['a']),
                    else_branch: body([], [node('Sub', ['g', 'x'], ['a'])], ['a']),
                  }),
                ],
                ['d', 'next'],
              ),
            }),
          ],
          ['c', 'inner'],
        ),
      }),
    ],
    outputs: ['last'],
  },
];

/** On the host, or on a board under its emulator. */
async function judged({ capacities, ...parts }: Omit<Model, 'name'>, precision: 'float32' | 'int8', board = 'host') {
  const data = (given: Graph) => randomDataset(datasetInputs(given), 8, 1);
  const target = await loadTarget(board);
  const compilation = await compileModel({
    model: modelBytes({ inputs: [input('x', [2, 4])], initializers: CONSTANTS, ...parts }),
    name: 'net',
    target,
    precision,
    ...(precision === 'int8' && { calibration: async (given) => data(given) }),
    ...(capacities && { capacities }),
  });
  const toolchain = toolchainFor(target);
  const verdict = await inFolder((directory) =>
    verifyModel(compilation, data(compilation.floatGraph), { toolchain, directory, sanitize: board === 'host' }),
  );
  return { ...compilation, verdict };
}

await describeWith('branches and loops in C', hostGcc().available, () => {
  test.each(MODELS.filter((_, i) => i !== 1))('$name', async (model) => {
    const { verdict } = await judged(model, 'float32');
    expect(verdict).toMatchObject({ passed: true });
  });

  test('a random net of them, in int8', async () => {
    for (const seed of SEEDS) {
      const { verdict } = await judged(randomControlFlow(seed), 'int8');
      expect(verdict, `seed ${seed}`).toMatchObject({ passed: true });
    }
  });

  test('what is computed in every turn is there once, however many turns there are', async () => {
    const { files, program } = await judged(MODELS[1]!, 'int8');
    expect(program.loops).toMatchObject([{ turns: 5 }]);
    expect(files.get('net.c')).toContain('for (int32_t t = 0; t < 5; t++) {');
  });
});

await describeWith(
  'branches and loops on a Cortex-M',
  () => toolchainFor(ARM).available(),
  () => {
    test.each(['float32', 'int8'] as const)('%s', async (precision) => {
      const { verdict } = await judged(MODELS.at(-1)!, precision, ARM.name);
      expect(verdict).toMatchObject({ passed: true });
    });
  },
);

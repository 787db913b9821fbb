import type { onnx } from 'onnx-proto';
import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { floats, input, ints, type ModelParts, modelBytes, node } from './proto.ts';

const graph = (
  inputs: string[],
  nodes: onnx.INodeProto[],
  outputs: string[],
  initializer: onnx.ITensorProto[] = [],
) => ({
  graph: {
    name: 'body',
    node: nodes,
    initializer,
    input: inputs.map(typed),
    output: outputs.map((name) => ({ name })),
  },
});

/** onnxruntime has to be told of the number of the turn and of the condition, where the Loop has none. */
const typed = (name: string) =>
  /^[ij]$/.test(name) ? input(name, [], 7) : /^[cd]$/.test(name) ? input(name, [], 9) : { name };

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
const STEP = graph(
  ['i', 'c', 'h'],
  [...step, node('Identity', ['c'], ['on']), node('Mul', ['t', 'half'], ['row'])],
  ['on', 't', 'row'],
);

interface Model extends ModelParts {
  readonly name: string;
  readonly capacity?: number;
}

const MODELS: readonly Model[] = [
  {
    name: 'If of the data',
    nodes: [
      ...POSITIVE,
      node('If', ['positive'], ['y'], {
        then_branch: graph([], [node('MatMul', ['x', 'w'], ['a'])], ['a']),
        else_branch: graph([], [node('Relu', ['x'], ['b']), node('Mul', ['b', 'half'], ['a'])], ['a']),
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
    capacity: 8,
  },
  {
    name: 'Loop that a computed condition ends',
    nodes: [
      ...POSITIVE,
      node('Loop', ['', 'positive', 'x'], ['last', 'y'], {
        body: graph(
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
    capacity: 12,
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
        body: graph(['s', 'e'], [node('Add', ['s', 'e'], ['n']), node('Tanh', ['n'], ['r'])], ['n', 'r']),
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
        body: graph(['s', 'e'], [node('Add', ['s', 'e'], ['n']), node('Tanh', ['n'], ['r'])], ['n', 'r']),
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
        body: graph(
          ['i', 'c', 'h'],
          [
            node('Loop', ['three', 'c', 'h'], ['inner'], {
              body: graph(
                ['j', 'd', 'g'],
                [
                  node('ReduceMax', ['g'], ['top'], { keepdims: 0 }),
                  node('Greater', ['top', 'half'], ['high']),
                  node('If', ['high'], ['next'], {
                    then_branch: graph([], [node('MatMul', ['g', 'w'], ['a'])], ['a']),
                    else_branch: graph([], [node('Sub', ['g', 'x'], ['a'])], ['a']),
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

async function judged({ name: _, capacity, ...parts }: Model, precision: 'float32' | 'int8') {
  const data = (given: Parameters<typeof datasetInputs>[0]) => randomDataset(datasetInputs(given), 12, 1);
  const compilation = await compileModel({
    model: modelBytes({ inputs: [input('x', [2, 4])], initializers: CONSTANTS, ...parts }),
    name: 'net',
    target: await loadTarget('host'),
    precision,
    ...(precision === 'int8' && { calibration: async (given) => data(given) }),
    ...(capacity !== undefined && { capacities: new Map([[parts.outputs![0]!, capacity]]) }),
  });
  const verdict = await inFolder((directory) =>
    verifyModel(compilation, data(compilation.floatGraph), { toolchain: hostGcc(), directory, sanitize: true }),
  );
  return { compilation, verdict };
}

await describeWith('branches and loops in C', hostGcc().available, () => {
  test.each(MODELS)('$name', async (model) => {
    for (const precision of ['float32', 'int8'] as const) {
      const { verdict } = await judged(model, precision).catch((error) => {
        throw new Error(JSON.stringify(error.problem ?? String(error)));
      });
      expect(verdict, precision).toMatchObject({ passed: true });
    }
  });
});

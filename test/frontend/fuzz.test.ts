import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { UserError } from '../../src/support/errors.ts';
import { MemoryBudget } from '../../src/support/memory-budget.ts';
import { readArchive } from '../conformance/archive.ts';
import { mutate, random } from './mutate.ts';
import { mutateModel } from './mutate-model.ts';
import { floats, input, ints, modelBytes, node } from './proto.ts';

/** More with FUZZ_RUNS=50000; another stream with FUZZ_SEED=1000000. A failure names the seed of its one model. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** What reading one model may take: files are of a few kB, so more would be work without a bound. */
const MAX_BYTES = 64e6;
const MAX_NODES = 20_000;

describe('the frontend', () => {
  it(`gives a graph or an error for ${RUNS} mutated models`, async () => {
    const own = ownModels();
    const models = [...own, ...(readArchive() ?? []).map(({ model }) => model).filter(({ length }) => length < 5000)];
    const results: Record<string, number> = {};
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      const rng = random(seed);
      const seeds = rng() < 0.3 ? own : models;
      const model = seeds[Math.floor(rng() * seeds.length)];
      const bytes = seed % 2 === 0 ? mutateModel(model, rng) : mutate(model, models, rng);
      const result = await importOrRefuse(bytes, seed);
      results[result] = (results[result] ?? 0) + 1;
    }
    console.log(`${RUNS} mutated models from seed ${SEED}: ${JSON.stringify(results)}`);
    expect(results.graph).toBeGreaterThan(RUNS / 10);
  }, 3_600_000);
});

async function importOrRefuse(bytes: Uint8Array, seed: number): Promise<string> {
  try {
    const graph = await importOnnx(bytes, { directory: import.meta.dirname, memory: new MemoryBudget(MAX_BYTES) });
    expect(graph.nodes.length, `nodes of seed ${seed}`).toBeLessThan(MAX_NODES);
    verifyGraph(graph, `after importing the model of seed ${seed}`);
    expect(exportOnnx(graph).length).toBeGreaterThan(0);
    return 'graph';
  } catch (error) {
    if (!(error instanceof UserError)) throw new Error(`seed ${seed}: ${error}`, { cause: error });
    expect(error.problem.code, `seed ${seed}`).not.toBe('RUNTIME');
    return error.problem.code;
  }
}

/** Models with what the node tests lack: functions, branches, symbols, external data, computed shapes, dead parts. */
function ownModels(): Uint8Array[] {
  const branch = (op: string) => ({ graph: { name: op, node: [node(op, ['x'], ['r'])], output: [{ name: 'r' }] } });
  const branches = { then_branch: branch('Neg'), else_branch: branch('Abs') };
  const leaky = {
    name: 'Leaky',
    domain: 'mine',
    input: ['a'],
    output: ['c'],
    attribute: ['slope'],
    opsetImport: [{ domain: '', version: 11 }],
    node: [
      node('Unsqueeze', ['a'], ['b'], { axes: [0] }),
      node('LeakyRelu', ['b'], ['c'], { alpha: { from: 'slope' } }),
    ],
  };
  return [
    modelBytes({
      nodes: [node('Leaky', ['x'], ['t'], { slope: { float: 0.5 } }, 'mine'), node('Leaky', ['t'], ['y'], {}, 'mine')],
      functions: [leaky],
      domains: { mine: 1 },
    }),
    modelBytes({
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Size', ['s'], ['rank']),
        node('Equal', ['rank', 'two'], ['c']),
        node('If', ['c'], ['y'], branches),
      ],
      initializers: [ints('two', [], [2])],
    }),
    modelBytes({
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'zero'], ['n']),
        node('Unsqueeze', ['n', 'axes'], ['n1']),
        node('Concat', ['n1', 'rest'], ['target'], { axis: 0 }),
        node('Reshape', ['x', 'target'], ['r']),
        node('NonZero', ['rest'], ['z']),
        node('Expand', ['r', 'rest'], ['dead']),
        node('MatMul', ['r', 'w'], ['y']),
      ],
      inputs: [input('x', ['batch', 2, 3])],
      initializers: [
        ints('zero', [], [0]),
        ints('axes', [1], [0]),
        ints('rest', [1], [-1]),
        floats('w', [6, 2], new Array<number>(12).fill(0.5)),
      ],
    }),
    modelBytes({
      nodes: [node('Conv', ['x', 'w'], ['c'], { strides: [2, 2], pads: [1, 1, 1, 1] }), node('Relu', ['c'], ['y'])],
      inputs: [input('x', ['N', 1, 8, 8])],
      initializers: [
        {
          name: 'w',
          dims: [2, 1, 3, 3],
          dataType: 1,
          dataLocation: 1,
          externalData: [{ key: 'location', value: 'fuzz.test.ts' }],
        },
      ],
    }),
    modelBytes({
      nodes: [
        node('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
        node('DequantizeLinear', ['q', 'scale', 'zero'], ['d']),
        node('Softmax', ['d'], ['s'], { axis: 1 }),
        node('Range', ['a', 'b', 'a'], ['r']),
        node('Tile', ['s', 'reps'], ['y']),
      ],
      outputs: ['y', 'r'],
      opset: 13,
      initializers: [
        floats('scale', [], [0.1]),
        { name: 'zero', dims: [], dataType: 3, int32Data: [3] },
        ints('a', [], [1]),
        ints('b', [], [5]),
        ints('reps', [2], [1, 2]),
      ],
    }),
  ];
}

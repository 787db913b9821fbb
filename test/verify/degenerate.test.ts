import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CompileOptions, compileModel } from '../../src/compile.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { floats, input, modelBytes, node } from '../frontend/proto.ts';

const noInput = modelBytes({
  inputs: [],
  nodes: [node('Add', ['a', 'b'], ['y'])],
  initializers: [floats('a', [2], [1, 2]), floats('b', [2], [3, 4])],
});
const noBytes = modelBytes({ inputs: [input('x', [1, 0])], nodes: [node('Relu', ['x'], ['y'])] });
const nothingRead = modelBytes({ inputs: [input('x', [1, 2, 0])], nodes: [node('ReduceSum', ['x'], ['y'])] });
const integers = modelBytes({ inputs: [input('x', [4], 6)], nodes: [node('Add', ['x', 'x'], ['y'])] });
const noSteps = modelBytes({
  inputs: [input('x', [0, 1, 2])],
  nodes: [node('RNN', ['x', 'w', 'r'], ['y'], { hidden_size: 1 })],
  initializers: [floats('w', [1, 1, 2], [1, 2]), floats('r', [1, 1, 1], [1])],
});
const noColumns = modelBytes({
  inputs: [input('x', [2, 3])],
  nodes: [node('MatMul', ['x', 'w'], ['y'])],
  initializers: [floats('w', [3, 0], [])],
});
const noSamples = modelBytes({
  inputs: [input('x', [0, 20])],
  nodes: [node('Gemm', ['x', 'w'], ['y'])],
  initializers: [floats('w', [20, 2], Array(40).fill(0.5))],
});
const prototype = modelBytes({
  inputs: [input('__proto__', [1, 2])],
  nodes: [node('MatMul', ['__proto__', 'w'], ['constructor']), node('Relu', ['constructor'], ['toString'])],
  outputs: ['toString', 'constructor'],
  initializers: [floats('w', [2, 3], [1, 2, 3, 4, 5, 6])],
});
const prototypeOutput = modelBytes({ nodes: [node('Relu', ['x'], ['__proto__'])], outputs: ['__proto__'] });

const samplesOf = async (graph: Graph) =>
  randomDataset(
    graph.inputs.map((name) => ({ name, ...graph.types.get(name)! })),
    3,
    1,
  );

async function compiled(model: Uint8Array, more: Partial<CompileOptions> = {}) {
  return compileModel({ model, name: 'm', target: await loadTarget('host'), ...more });
}

async function passes(model: Uint8Array, more: Partial<CompileOptions> = {}): Promise<boolean> {
  const compilation = await compiled(model, more);
  const directory = await mkdtemp(join(tmpdir(), 'nibblec-'));
  const dataset = await samplesOf(compilation.graph);
  return (await verifyModel(compilation, dataset, { toolchain: hostGcc(), directory })).passed;
}

const int8 = { calibration: samplesOf };
const int4 = { ...int8, weights: [{ match: '*', format: 'int4' }] };

describe('degenerate models become C that does what they say', () => {
  it.each([
    ['without inputs', noInput, {}],
    ['with an arena of no bytes', noBytes, {}],
    ['of which nothing is read', nothingRead, {}],
    ['with names of every object', prototype, int8],
    ['with such an output', prototypeOutput, {}],
  ])('%s', async (_, model, options) => {
    expect(await passes(model, options)).toBe(true);
  });

  it.each([
    ['without inputs', noInput, int8],
    ['of integers', integers, int8],
    ['without steps', noSteps, int8],
    ['without output channels', noColumns, int8],
    ['without samples', noSamples, int4],
  ])('in few bits: %s', async (_, model, options) => {
    expect((await compiled(model, options)).files.size).toBeGreaterThan(0);
  });
});

import { describe, expect, test } from 'vitest';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { printNode } from '../../src/ir/text.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
import type { Optimize } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { randomNetwork } from './random-network.ts';
import { compileGraph } from './support.ts';

const LAYERS = 26;
const SAMPLES = 3;
/** Float results may differ by this share of a value's range. */
const TOLERANCE = 1e-5;

/** RANDOM_GRAPHS=n tries n seeds of each kind; RANDOM_GRAPHS_FROM=s starts there, to repeat a failure. */
const count = (usual: number) => Number(process.env.RANDOM_GRAPHS ?? usual);
const first = Number(process.env.RANDOM_GRAPHS_FROM ?? 1);
const seeds = (usual: number) => Array.from({ length: count(usual) }, (_, i) => first + i);

await checkTarget('host', 'int8', 24, '-O1');
await checkTarget('host', 'float32', 12, '-O1');
await checkTarget('cortex-m4f', 'int8', 8, '-O2');

async function checkTarget(
  name: string,
  precision: 'int8' | 'float32',
  usual: number,
  optimize: Optimize,
): Promise<void> {
  const target = await loadTarget(name);
  const toolchain = toolchainFor(target);
  await describeWith(`random networks in ${precision} on ${name}`, toolchain.available, () => {
    test.each(seeds(usual))('seed %i: every layer as in onnxruntime', (seed) =>
      inFolder(async (directory) => {
        const network = randomNetwork(seed, LAYERS);
        const model = await compileGraph(network, `n${seed}`, target, precision);
        const sanitize = name === 'host';
        const data = randomDataset(datasetInputs(network), SAMPLES, seed);
        const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize });
        const wrong = verdict.layers.filter((layer) => !agrees(layer, TOLERANCE));
        const told = wrong.map(({ value, different, maxError }) => {
          const node = model.graph.nodes.find(({ outputs }) => outputs.includes(value));
          return `${node ? printNode(model.graph, node, { maxElements: 4 }) : value}: ${different} differ by up to ${maxError}`;
        });
        expect(told).toEqual([]);
        expect(verdict.layers.length).toBeGreaterThan(LAYERS / 3);
      }),
    );
  });
}

describe('the generator', () => {
  test('gives the same network for the same seed, and covers every kind of layer', () => {
    const networks = Array.from({ length: 60 }, (_, seed) => randomNetwork(seed, LAYERS));
    expect(randomNetwork(5, LAYERS)).toEqual(randomNetwork(5, LAYERS));
    const nodes = networks.flatMap((network) => network.nodes);
    const convs = nodes.filter(({ op }) => op === 'Conv');
    expect(convs.filter(({ attributes }) => Number(attributes.group) > 1).length).toBeGreaterThan(20);
    expect(nodes.filter(({ attributes }) => attributes.ceil_mode === 1).length).toBeGreaterThan(20);
    expect(nodes.filter(({ attributes }) => attributes.count_include_pad === 1).length).toBeGreaterThan(10);
    const kinds = [
      'Add',
      'AveragePool',
      'Clip',
      'Concat',
      'Conv',
      'Flatten',
      'Gemm',
      'GlobalAveragePool',
      'GlobalMaxPool',
    ];
    kinds.push('HardSwish', 'LeakyRelu', 'MatMul', 'MaxPool', 'Mul', 'Pad', 'Relu', 'Reshape', 'Sigmoid', 'Slice');
    kinds.push('Softmax', 'Sub', 'Tanh', 'Transpose');
    expect([...new Set(nodes.map(({ op }) => op))].sort()).toEqual(kinds);
  });
});

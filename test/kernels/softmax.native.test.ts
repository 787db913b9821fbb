import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph, Tensor, TensorType } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import type { Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { tightPlan } from './tight-plan.ts';

const LENGTHS = [1, 2, 12, 31, 32, 33, 63, 128, 255, 256, 300];
/** Of two codes that are neighbours, the larger or the smaller one has a share that is all but q / 256, or is just that. */
const nearly = (q: number) => -Math.log((q - 0.5) / (256.5 - q));
const SCALES = [0.001, 0.01, 0.05, 0.2, ...[40, 60, 80, 90, 100, 110, 120, 126].map(nearly)];
const { features } = await loadTarget('cortex-m55');

/** Rows of codes of these lengths and scales, and softmax over each. */
function softmaxes(): Graph {
  const type = (shape: number[], scale: number, zeroPoint: number): TensorType => ({
    dtype: 'i8',
    shape,
    quant: { scheme: 'affine', bits: 8, scale: [scale], zeroPoint: [zeroPoint], axis: null },
  });
  const layers = LENGTHS.flatMap((length) =>
    SCALES.map((scale) => ({ length, scale, name: `y${length}_${Math.round(scale * 1e6)}` })),
  );
  return {
    name: 'softmaxes',
    inputs: layers.map(({ name }) => `${name}_x`),
    outputs: layers.map(({ name }) => name),
    nodes: layers.map(({ name }) => ({
      op: 'Softmax',
      domain: '',
      name,
      inputs: [`${name}_x`],
      outputs: [name],
      attributes: { axis: -1 },
      clip: null,
    })),
    types: new Map(
      layers.flatMap(({ name, length, scale }): [string, TensorType][] => [
        [`${name}_x`, type([3, length], scale, 5)],
        [name, type([3, length], 1 / 256, -128)],
      ]),
    ),
    constants: new Map(),
  };
}

/** The last sample has two neighbours in each row and codes whose powers are next to nothing. */
function withNeighbours(data: Dataset): Dataset {
  const two = (tensor: Tensor): Tensor => ({
    ...tensor,
    data: Int8Array.from(tensor.data as Int8Array, (_, i) => [1, 0][i % tensor.shape[1]] ?? -128),
  });
  const sample = (index: number) =>
    index < 3 ? data.sample(index) : new Map([...data.sample(index)].map(([name, tensor]) => [name, two(tensor)]));
  return { ...data, sample };
}

async function expectExact(toolchain: Toolchain, sanitize: boolean): Promise<void> {
  const graph = softmaxes();
  const program = lowerGraph(graph, { name: 'softmaxes', features });
  const plan = tightPlan(program);
  const files = emitC(program, plan, { features });
  expect([...files.values()].join('')).toContain('nn_softmax_row_helium_s8');
  const model = { name: 'softmaxes', graph, oracle: buildOracle(graph), program, plan, files };
  await inFolder(async (directory) => {
    const data = withNeighbours(randomDataset(datasetInputs(graph), 4, 1));
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize: '-O2', sanitize, layers: false });
    expect(verdict.outputs.filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
  });
}

await describeWith('softmax of codes by Helium: the twin in C', hostGcc().available, () => {
  test('under sanitizers', () => expectExact(hostGcc(), true));
});

const cortexM55 = toolchainFor(await loadTarget('cortex-m55'));
await describeWith('softmax of codes by Helium on cortex-m55', cortexM55.available, () => {
  test('-O2', () => expectExact(cortexM55, false));
});

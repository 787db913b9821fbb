import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { elementCount } from '../../src/ir/shape.ts';
import type { Graph, Tensor, TensorType } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { type Kind, randomJobs } from './random-jobs.ts';
import { tightPlan } from './tight-plan.ts';

const KINDS: readonly (readonly [Kind, number])[] = [
  ['conv', 40],
  ['pointwise', 16],
  ['lanes', 16],
  ['depthwise', 16],
  ['dense', 20],
];
const { features } = await loadTarget('cortex-m55');

/** Layers of random shapes with float32 weights. */
function floats(kind: Kind, count: number): Graph {
  const jobs = randomJobs(kind, count, 1);
  const rng = createRng(count);
  const types = [...jobs.types].map(([value, { shape }]): [string, TensorType] => [
    value,
    { dtype: 'f32', shape, quant: null },
  ]);
  const constants = [...jobs.constants].map(([value, { shape }]): [string, Tensor] => {
    const data = Float32Array.from({ length: elementCount(shape) }, () => rng.normal());
    return [value, { dtype: 'f32', shape, data }];
  });
  const nodes = jobs.nodes.map((node, i) => ({
    op: node.op,
    domain: '',
    name: node.name,
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: node.attributes,
    clip: i % 3 === 0 ? ([-1, 2] as const) : null,
  }));
  return { ...jobs, types: new Map(types), constants: new Map(constants), nodes: nodes as Graph['nodes'] };
}

async function expectClose(toolchain: Toolchain, optimize: Optimize, sanitize: boolean): Promise<void> {
  const taken = new Map<string, number>();
  for (const [kind, count] of KINDS) {
    const graph = floats(kind, count);
    const program = lowerGraph(graph, { name: 'jobs', features });
    for (const { kernel } of program.calls) if (kernel) taken.set(kernel, (taken.get(kernel) ?? 0) + 1);
    const plan = tightPlan(program, 4);
    const files = emitC(program, plan, { features });
    const model = { name: 'jobs', graph, oracle: buildOracle(graph), program, plan, files };
    await inFolder(async (directory) => {
      const data = randomDataset(datasetInputs(graph), 2, 1);
      const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize, layers: false });
      expect(
        verdict.outputs.filter(
          (output) => !output.exact && output.different > 0 && output.maxError > 1e-5 * output.range,
        ),
      ).toEqual([]);
    });
  }
  for (const kernel of ['conv2d_helium_f32', 'dense_helium_f32', 'depthwise2d_helium_f32']) {
    expect(taken.get(kernel) ?? 0, kernel).toBeGreaterThan(5);
  }
}

await describeWith('float32 layers of random shapes by Helium: the twins in C', hostGcc().available, () => {
  test('under sanitizers', () => expectClose(hostGcc(), '-O1', true));
});

const cortexM55 = toolchainFor(await loadTarget('cortex-m55'));
await describeWith('float32 layers of random shapes by Helium on cortex-m55', cortexM55.available, () => {
  test.each(['-O2', '-O3'] as const)('%s', (optimize) => expectClose(cortexM55, optimize, false));
});

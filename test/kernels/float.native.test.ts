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
  ['conv', 24],
  ['pointwise', 12],
  ['lanes', 12],
  ['depthwise', 12],
  ['dense', 14],
];

/** Kernels that layers must have been computed by, on the cores that have them. */
const FLOAT_KERNELS = {
  'cortex-m55': ['conv2d_helium_f32', 'dense_helium_f32', 'depthwise2d_helium_f32'],
  'cortex-m4f': ['conv2d_4x4_f32', 'dense_4x4_f32', 'depthwise2d_eights_f32'],
  host: ['conv2d_4x4_f32', 'dense_4x4_f32', 'depthwise2d_eights_f32'],
} as const;
type Core = keyof typeof FLOAT_KERNELS;

const CLIPS = [[-1, 2], [0, Number.POSITIVE_INFINITY], null] as const;

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
    clip: CLIPS[i % 3],
  }));
  return { ...jobs, types: new Map(types), constants: new Map(constants), nodes: nodes as Graph['nodes'] };
}

/** The C for a core, by some toolchain: on the core itself, or elsewhere, where instructions have twins in C. */
async function expectClose(core: Core, toolchain: Toolchain, optimize: Optimize, sanitize: boolean): Promise<void> {
  const { features } = await loadTarget(core);
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
  for (const kernel of FLOAT_KERNELS[core]) expect(taken.get(kernel) ?? 0, kernel).toBeGreaterThan(5);
}

await describeWith('float32 layers of random shapes here', hostGcc().available, () => {
  test.each(['cortex-m55', 'cortex-m4f', 'host'] as const)('C for %s, under sanitizers', (core) =>
    expectClose(core, hostGcc(), '-O1', true),
  );
});

for (const core of ['cortex-m55', 'cortex-m4f'] as const) {
  const toolchain = toolchainFor(await loadTarget(core));
  await describeWith(`float32 layers of random shapes on ${core}`, toolchain.available, () => {
    test('-O2', () => expectClose(core, toolchain, '-O2', false));
  });
}

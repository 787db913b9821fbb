import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { elementCount } from '../../src/ir/shape.ts';
import type { Graph, Node, Tensor, TensorType } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { must } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
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
  'cortex-m55': ['conv2d_helium_f32', 'dense_helium_f32', 'dense_row_helium_f32', 'depthwise2d_helium_f32'],
  'cortex-m4f': ['conv2d_4x4_f32', 'dense_4x4_f32', 'depthwise2d_eights_f32'],
  host: ['conv2d_4x4_f32', 'dense_4x4_f32', 'depthwise2d_eights_f32'],
} as const;
type Core = keyof typeof FLOAT_KERNELS;

const CLIPS = [[-1, 2], [0, Number.POSITIVE_INFINITY], null, [0, 3]] as const;

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
    clip: CLIPS[i % 4],
  }));
  return { ...jobs, types: new Map(types), constants: new Map(constants), nodes: nodes as Graph['nodes'] };
}

/** Every other layer is added to another tensor by its own kernel, if it can. */
function withSums(jobs: Graph): { readonly graph: Graph; readonly sums: ReadonlyMap<string, string> } {
  const added = jobs.nodes.filter((_, i) => i % 2 === 1);
  const isAdded = new Set(added.map(({ name }) => name));
  const sums = added.map((node): Node => {
    return {
      ...node,
      op: 'Add',
      name: `${node.name}_sum`,
      inputs: [`${node.name}_other`, node.name],
      outputs: [`${node.name}_sum`],
      attributes: {},
    };
  });
  const types = added.flatMap(({ name }) =>
    [`${name}_sum`, `${name}_other`].map((value) => [value, must(jobs.types.get(name), 'a type')] as const),
  );
  const graph = {
    ...jobs,
    inputs: [...jobs.inputs, ...added.map(({ name }) => `${name}_other`)],
    outputs: jobs.outputs.map((name) => (isAdded.has(name) ? `${name}_sum` : name)),
    nodes: [...jobs.nodes.map((node) => (isAdded.has(node.name) ? { ...node, clip: null } : node)), ...sums],
    types: new Map([...jobs.types, ...types]),
  };
  return { graph, sums: new Map(added.map(({ name }) => [`${name}_sum`, name])) };
}

/** Some elements of the second sample are infinities, or NaN with the sign that x86 makes. */
function withNonNumbers(data: Dataset): Dataset {
  const odd = ({ data, ...tensor }: Tensor): Tensor => {
    const bits = new Uint32Array((data as Float32Array).slice().buffer);
    for (let i = 5; i < bits.length; i += 41) bits[i] = [0xffc00000, 0x7f800000, 0xff800000][i % 3];
    return { ...tensor, data: new Float32Array(bits.buffer) };
  };
  return {
    ...data,
    sample: (index) => new Map([...data.sample(index)].map(([name, x]) => [name, index === 1 ? odd(x) : x])),
  };
}

/** The C for a core, by some toolchain: on the core itself, or elsewhere, where instructions have twins in C. */
async function expectClose(core: Core, toolchain: Toolchain, optimize: Optimize, sanitize: boolean): Promise<void> {
  const { features } = await loadTarget(core);
  const taken = new Map<string, number>();
  for (const [kind, count] of KINDS) {
    const jobs = floats(kind, count);
    const { graph, sums } = kind === 'conv' ? withSums(jobs) : { graph: jobs, sums: new Map() };
    const program = lowerGraph(graph, { name: 'jobs', features, kernels: { sums } });
    for (const { kernel, sum } of program.calls) {
      const made = sum === undefined ? kernel : 'sums';
      if (made) taken.set(made, (taken.get(made) ?? 0) + 1);
    }
    const plan = tightPlan(program, 4);
    const files = emitC(program, plan, { features });
    const model = { name: 'jobs', graph, oracle: buildOracle(graph), program, plan, files };
    await inFolder(async (directory) => {
      const data = withNonNumbers(randomDataset(datasetInputs(graph), 2, 1));
      const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize, layers: false });
      expect(verdict.outputs.filter((output) => !agrees(output, 1e-5))).toEqual([]);
    });
  }
  for (const kernel of [...FLOAT_KERNELS[core], 'sums']) expect(taken.get(kernel) ?? 0, kernel).toBeGreaterThan(3);
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

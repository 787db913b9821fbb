import { expect } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Program } from '../../src/ir/program.ts';
import type { Graph, Node, Tensor } from '../../src/ir/types.ts';
import { CONV_KERNELS, DENSE_KERNELS, DEPTHWISE_KERNELS } from '../../src/kernels/index.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { UserError } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { type CompiledModel, verifyModel } from '../../src/verify/verify-model.ts';
import { inFolder } from '../verify/native.ts';
import { type Kind, randomJobs, withSums } from './random-jobs.ts';
import { tightPlan } from './tight-plan.ts';

/** Candidates by kind of job, all of which are pinned in turn. */
const CANDIDATES: readonly (readonly [kind: Kind, count: number, kernels: readonly string[]])[] = [
  ['conv', 40, CONV_KERNELS.map(({ id }) => id).filter(isOfBytes)],
  ['grouped', 20, CONV_KERNELS.map(({ id }) => id).filter((id) => id.startsWith('conv2d_patch_4x2_') && isOfBytes(id))],
  ['threes', 10, ['conv2d_winograd_s8']],
  ['pointwise', 16, CONV_KERNELS.map(({ id }) => id).filter(isOfBytes)],
  ['depthwise', 40, DEPTHWISE_KERNELS.map(({ id }) => id).filter(isOfBytes)],
  [
    'lanes',
    60,
    [...DEPTHWISE_KERNELS.map(({ id }) => id).filter((id) => id.includes('_helium_')), 'depthwise3x3_strips_s8'],
  ],
  ['dense', 30, DENSE_KERNELS.map(({ id }) => id).filter(isOfBytes)],
  ['paired-conv', 60, CONV_KERNELS.map(({ id }) => id).filter((id) => /^conv2d.*_pairs$/.test(id))],
  ['paired-conv', 80, CONV_KERNELS.map(({ id }) => id).filter((id) => /^conv2d.*_pairs_ram$/.test(id))],
  ['paired-pointwise', 30, CONV_KERNELS.map(({ id }) => id).filter((id) => /^pointwise.*_pairs(_ram)?$/.test(id))],
  ['paired-dense', 30, DENSE_KERNELS.map(({ id }) => id).filter((id) => /^dense.*_pairs(_ram)?$/.test(id))],
  ['few-conv', 40, CONV_KERNELS.map(({ id }) => id).filter(isOfFewBits)],
  ['few-pointwise', 16, CONV_KERNELS.map(({ id }) => id).filter(isOfFewBits)],
  ['few-dense', 40, DENSE_KERNELS.map(({ id }) => id).filter(isOfFewBits)],
  ['packed-conv', 40, CONV_KERNELS.map(({ id }) => id).filter(isOfPackedCodes)],
  ['packed-pointwise', 30, CONV_KERNELS.map(({ id }) => id).filter(isOfPackedCodes)],
  [
    'packed-depthwise',
    40,
    DEPTHWISE_KERNELS.map(({ id }) => id).filter((id) => isOfPackedCodes(id) && !isOfEights(id)),
  ],
  ['packed-eights', 30, DEPTHWISE_KERNELS.map(({ id }) => id).filter(isOfEights)],
  ['packed-dense', 30, DENSE_KERNELS.map(({ id }) => id).filter(isOfPackedCodes)],
  ['packed-average', 30, ['averagepool8_a4']],
  ['packed-max', 12, ['maxpool_helium_s8_a4', 'maxpool4_s8_a4']],
  ['packed-add', 24, ['add_helium_s8_a4', 'add4_s8_a4']],
  ['packed-mul', 24, ['mul_helium_s8_a4', 'mul4_s8_a4']],
  ['add', 30, candidatesOf('add').filter(isOfBytes)],
  ['mul', 30, candidatesOf('mul').filter(isOfBytes)],
  ['table', 6, candidatesOf('table').filter(isOfBytes)],
  ['average', 20, candidatesOf('average').filter(isOfBytes)],
  ['max', 12, candidatesOf('max').filter(isOfBytes)],
];

/** Of layers with and without a sum behind them. */
const WITH_SUMS: typeof CANDIDATES = [
  ['threes', 24, ['conv2d_4x2_s8']],
  ['conv', 40, ['conv2d_4x2_s8', 'conv2d_narrow_4x2_s8', 'conv2d_patch_4x2_s8']],
  ['pointwise', 40, ['pointwise_4x2_s8', 'conv2d_4x2_s8', 'conv2d_patch_4x2_s8']],
];

/** All that a layer of this kind is asked about, so that a new kernel is tried from its first day on. */
function candidatesOf(kind: Kind): string[] {
  const { calls } = lowerGraph(randomJobs(kind, 1, 1), { name: 'job' });
  return calls.flatMap(({ kernel, others = [], refused = [] }) =>
    kernel === undefined ? [] : [kernel, ...[...others, ...refused].map((other) => other.kernel)],
  );
}

/** It isolates weights of few bits by masks, or they are instructions. */
function isOfFewBits(id: string): boolean {
  return /_(int[24]|signs)$/.test(id);
}

function isOfPackedCodes(id: string): boolean {
  return id.endsWith('_a4');
}

/** It needs channels in eights with packed codes on both sides, or many channels. */
function isOfEights(id: string): boolean {
  return /^depthwise3x3_(strips|eights|slices_helium|helium_s8)_a4$/.test(id);
}

function isOfBytes(id: string): boolean {
  return !isOfPackedCodes(id) && !/_pairs(_ram)?$/.test(id);
}

/** Sets of kernels, with what the smallest core can do that runs them. */
const FEATURES = {
  dsp: (await loadTarget('cortex-m4f')).features,
  helium: (await loadTarget('cortex-m55')).features,
  thumb1: (await loadTarget('cortex-m0plus')).features,
  thumb2: (await loadTarget('cortex-m3')).features,
};
export type KernelSetName = keyof typeof FEATURES;

/** Of requantization, that some jobs must have. */
const FORMS: Readonly<Record<KernelSetName, readonly string[]>> = {
  dsp: ['wide', 'shifts', 'words', 'odd', 'fine'],
  helium: ['wide', 'shifts', 'words'],
  thumb1: [],
  thumb2: [],
};

/** Written in instructions of Thumb-1 as well. */
const THUMB1: ReadonlySet<string> = new Set(['pointwise_signs']);

/** For cores that multiply, but without the DSP extension. */
const THUMB2: ReadonlySet<string> = new Set(['conv2d_bytes_s8', 'depthwise3x3_twos_s8']);

/** Those of Helium, in Thumb-1 or in Thumb-2 alone by themselves, or all others. */
function inSet(set: KernelSetName, kernel: string): boolean {
  if (set === 'thumb1') return THUMB1.has(kernel);
  if (set === 'thumb2' || THUMB2.has(kernel)) return set === 'thumb2' && THUMB2.has(kernel);
  return (set === 'helium') === kernel.includes('_helium_');
}

interface Jobs {
  readonly graph: Graph;
  readonly pins: ReadonlyMap<string, string>;
  readonly sums: ReadonlyMap<string, string>;
}

/** Jobs that every kernel of their kind accepts that can, as one program: a job appears once for each of its kernels. */
function everyKernel(set: KernelSetName, seed: number, candidates: typeof CANDIDATES): Jobs {
  const features = FEATURES[set];
  const parts = candidates.flatMap(([kind, count, kernels]) => {
    const plain = randomJobs(kind, count, seed);
    const jobs = candidates === WITH_SUMS ? withSums(plain, seed) : plain;
    return layersOf(jobs).flatMap((layer) => {
      return kernels.filter((kernel) => inSet(set, kernel)).map((kernel) => alone(jobs, layer, kernel));
    });
  });
  const found = parts.filter((part) => accepts(part, features));
  const all = <K, V>(mapOf: (part: Jobs) => ReadonlyMap<K, V>) => new Map(found.flatMap((part) => [...mapOf(part)]));
  const graph: Graph = {
    name: 'jobs',
    inputs: found.flatMap(({ graph }) => graph.inputs),
    outputs: found.flatMap(({ graph }) => graph.outputs),
    nodes: found.flatMap(({ graph }) => graph.nodes),
    types: all(({ graph }) => graph.types),
    constants: all(({ graph }) => graph.constants),
  };
  return { graph, pins: all(({ pins }) => pins), sums: all(({ sums }) => sums) };
}

/** Nodes, each with the sum that is made of its result. */
function layersOf({ nodes }: Graph): Node[][] {
  const behind = (node: Node) => nodes.filter(({ op, inputs }) => op === 'Add' && inputs.includes(node.name));
  return nodes
    .filter((node) => !nodes.some((one) => behind(one).includes(node)))
    .map((node) => [node, ...behind(node)]);
}

/** A layer of some jobs for a kernel, under names of its own. */
function alone(jobs: Graph, layer: readonly Node[], kernel: string): Jobs {
  const own = (value: string) => `${value}.${kernel}`;
  const ownOrNull = (value: string | null) => value && own(value);
  const nodes = layer.map((node) => ({
    ...node,
    name: own(node.name),
    inputs: node.inputs.map(ownOrNull),
    outputs: node.outputs.map(ownOrNull),
  }));
  const values = new Set(
    layer.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]).filter((value) => value !== null),
  );
  const ofValues = <V>(map: ReadonlyMap<string, V>) =>
    new Map([...values].flatMap((value) => (map.has(value) ? [[own(value), map.get(value)!] as const] : [])));
  const graph: Graph = {
    ...jobs,
    inputs: jobs.inputs.filter((value) => values.has(value)).map(own),
    outputs: [nodes[nodes.length - 1].name],
    nodes,
    types: ofValues(jobs.types),
    constants: ofValues(jobs.constants),
  };
  const [node, sum] = nodes.map(({ name }) => name);
  return { graph, pins: new Map([[node, kernel]]), sums: new Map(sum === undefined ? [] : [[sum, node]]) };
}

function accepts({ graph, pins, sums }: Jobs, features: ReadonlySet<string>): boolean {
  try {
    lowerGraph(graph, { name: 'job', features, kernels: { pins, sums } });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

interface Settings {
  readonly optimize: Optimize;
  readonly sanitize?: boolean;
  readonly seed?: number;
}

/** Every output is the integer that onnxruntime computes, scratch and overlap as declared. */
export async function expectExact(toolchain: Toolchain, set: KernelSetName, settings: Settings): Promise<void> {
  const program = await expectSame(toolchain, set, settings, CANDIDATES);
  const forms = program.calls.map(({ requantization }) => requantization);
  expect(forms).toEqual(expect.arrayContaining([...FORMS[set]]));
}

/** The same for kernels that add another tensor to their results, which compute layers without one as well. */
export async function expectExactSums(toolchain: Toolchain, settings: Settings): Promise<void> {
  const { calls } = await expectSame(toolchain, 'dsp', settings, WITH_SUMS);
  for (const kernel of ['conv2d_4x2_s8', 'pointwise_4x2_s8']) {
    const own = calls.filter((call) => call.kernel === kernel);
    expect(own.filter(({ sum }) => sum !== undefined).length).toBeGreaterThan(3);
    expect(own.filter(({ sum }) => sum === undefined).length).toBeGreaterThan(3);
  }
}

async function expectSame(
  toolchain: Toolchain,
  set: KernelSetName,
  { optimize, sanitize = false, seed = 1 }: Settings,
  candidates: typeof CANDIDATES,
): Promise<Program> {
  const model = jobsOf(set, seed, candidates);
  await inFolder(async (directory) => {
    const data = withExtremes(model.graph, randomDataset(datasetInputs(model.graph), 3, 1));
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize, layers: false });
    const wrong = verdict.outputs.filter(({ exact, different }) => !exact || different > 0);
    expect(wrong.map((one) => JSON.stringify(one).slice(0, 100))).toEqual([]);
  });
  return model.program;
}

const made = new Map<typeof CANDIDATES, Map<string, CompiledModel>>();

/** The same C on a core and on the host, made once. */
function jobsOf(set: KernelSetName, seed: number, candidates: typeof CANDIDATES): CompiledModel {
  const known = made.get(candidates) ?? new Map<string, CompiledModel>();
  made.set(candidates, known);
  const key = `${set} ${seed}`;
  const jobs = known.get(key) ?? makeJobs(set, seed, candidates);
  known.set(key, jobs);
  return jobs;
}

function makeJobs(set: KernelSetName, seed: number, candidates: typeof CANDIDATES): CompiledModel {
  const features = FEATURES[set];
  const { graph, pins, sums } = everyKernel(set, seed, candidates);
  const program = lowerGraph(graph, { name: 'jobs', features, kernels: { pins, sums } });
  for (const [, , kernels] of candidates) {
    const asked = kernels.filter((id) => inSet(set, id) && !/_adds$/.test(id));
    expect(asked.filter((id) => [...pins.values()].filter((pin) => pin === id).length < 3)).toEqual([]);
  }
  const plan = tightPlan(program);
  const files = emitC(program, plan, { features });
  return { name: 'jobs', graph, oracle: buildOracle(graph), program, plan, files };
}

/**
 * Codes of the inputs' widths. The second sample has the lowest and the highest ones only: products of two of the lowest are the
 * largest there are.
 */
function withExtremes(graph: Graph, data: Dataset): Dataset {
  const coded =
    (extreme: boolean) =>
    ([name, tensor]: [string, Tensor]): [string, Tensor] => {
      const half = 2 ** ((graph.types.get(name)?.quant?.bits ?? 8) - 1);
      const code = (one: number) => (extreme ? (one < 0 ? -half : half - 1) : Math.floor((one * half) / 128));
      return [name, { ...tensor, data: Int8Array.from(tensor.data as Int8Array, code) }];
    };
  return { ...data, sample: (index) => new Map([...data.sample(index)].map(coded(index === 1))) };
}

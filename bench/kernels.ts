/**
 * npm run bench:kernels [-- MODEL... FORMAT...]: instructions of every layer of real models under QEMU, with the kernel that computes
 * it, beside those of CMSIS-NN or of nibblec before it chose kernels (baselines.csv): docs/benchmarks/kernels.md and
 * kernels.json. Models and formats that are not named, where some are, keep their rows.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateC, type Transformation } from '../src/compile.ts';
import type { Goal } from '../src/ir/lowering.ts';
import type { Graph } from '../src/ir/types.ts';
import { must } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { withBaselines } from './baselines.ts';
import {
  type CountedModel,
  countsOf,
  fileOf,
  INT8_A4,
  INT8_A16,
  SHARED_MODELS,
  transformFor,
} from './counted-models.ts';
import { readRows, updateTable } from './table.ts';
import { type KernelRow, kernelTable } from './tables/kernels.ts';

interface Run {
  readonly format: string;
  readonly goal: Goal;
  readonly core: string;
}

const CORES = ['cortex-m4f', 'cortex-m7', 'cortex-m33', 'cortex-m55', 'cortex-m3', 'cortex-m0plus'];
const RUNS: readonly Run[] = [
  ...CORES.map((core) => ({ format: 'int8', goal: 'balanced' as const, core })),
  ...(['speed', 'size', 'ram'] as const).map((goal) => ({ format: 'int8', goal, core: 'cortex-m4f' })),
  ...['int4', 'ternary'].flatMap((format) =>
    ['cortex-m4f', 'cortex-m33', 'cortex-m55'].map((core) => ({ format, goal: 'balanced' as const, core })),
  ),
  ...['int3', 'int2', 'pow2p-4', 'pow2p-3'].flatMap((format) =>
    ['cortex-m4f', 'cortex-m33'].map((core) => ({ format, goal: 'balanced' as const, core })),
  ),
  ...['cortex-m4f', 'cortex-m0plus'].map((core) => ({ format: 'ternary', goal: 'speed' as const, core })),
  ...['cortex-m4f', 'cortex-m33', 'cortex-m55'].map((core) => ({ format: 'float32', goal: 'balanced' as const, core })),
  ...['cortex-m4f', 'cortex-m33', 'cortex-m55'].map((core) => ({ format: INT8_A4, goal: 'balanced' as const, core })),
  ...['cortex-m4f', 'cortex-m33', 'cortex-m55', 'cortex-m3', 'cortex-m0plus'].map((core) => ({
    ...{ format: INT8_A16, goal: 'balanced' as const },
    core,
  })),
];

const folder = await mkdtemp(join(tmpdir(), 'nibblec-kernels-'));
const asked = process.argv.slice(2);
const models = among(SHARED_MODELS);
const formats = among([...new Set(RUNS.map((run) => run.format))]);
for (const model of models) {
  const kept = (await readRows(kernelTable)).filter((row) => row.model === model && !formats.includes(row.format));
  const rows = [...kept, ...(await withBaselines(await benchModel(model)))];
  await updateTable({ ...kernelTable, units: SHARED_MODELS }, rows);
}
await rm(folder, { recursive: true });

/** Those that are named, or all of them. */
function among<T extends string>(names: readonly T[]): readonly T[] {
  const named = names.filter((name) => asked.includes(name));
  return named.length > 0 ? named : names;
}

async function benchModel(model: CountedModel): Promise<KernelRow[]> {
  const rows: KernelRow[] = [];
  for (const format of formats) {
    const transformation = await transformFor(model, format);
    if (!transformation) continue;
    for (const run of RUNS.filter((one) => one.format === format)) {
      const own = await countLayers(model, transformation, run);
      console.log(`${model} ${format} ${run.goal} ${run.core}: ${own.at(-1)?.instructions} instructions`);
      rows.push(...own);
    }
  }
  return rows;
}

async function countLayers(model: CountedModel, transformation: Transformation, run: Run): Promise<KernelRow[]> {
  const { core, format, goal } = run;
  const target = await loadTarget(core);
  const compilation = generateC(transformation, {
    model: await readFile(fileOf(model)),
    name: model,
    target,
    goal,
    fuse: false,
  });
  const { layers, total } = await countsOf(compilation, model, folder);
  const none = { baseline: null, baselineInstructions: null, ratio: null };
  const common = { core, model, format, goal, ...none };
  const rows = compilation.program.calls.map((call, i) => {
    const { node: layer, kernel = null, macs } = call;
    const inCode = kernel === 'pointwise_signs' ? { zeros: zerosOf(compilation.graph, layer) } : {};
    return { ...common, layer, kernel: kernel ?? call.template, macs, instructions: layers[i], ...inCode };
  });
  const macs = rows.reduce((sum, row) => sum + row.macs, 0);
  const { arenaBytes } = compilation.plan;
  return [
    ...(isTwin(run) ? [] : rows),
    { ...common, layer: 'total', kernel: null, macs, instructions: total, arenaBytes },
  ];
}

/** Layers of other formats take there what they take on a Cortex-M4F: the total is enough. */
function isTwin({ core, format }: Run): boolean {
  return core === 'cortex-m33' && format !== 'int8';
}

/** Share of zeros among the weights of a node. */
function zerosOf({ nodes, constants }: Graph, name: string): number {
  const weights = nodes.find((node) => node.name === name)?.inputs[1];
  const codes = Array.from(must(constants.get(weights ?? ''), 'weights').data, Number);
  return codes.filter((code) => code === 0).length / codes.length;
}

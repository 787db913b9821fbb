/**
 * npm run bench:kernels [-- MODEL...]: instructions of every layer of real models under QEMU, with the kernel that computes it,
 * beside those of CMSIS-NN or of nibblec before it chose kernels (baselines.csv): docs/benchmarks/kernels.md and
 * kernels.json. Models that are not named keep their rows.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compilation, generateC, type Transformation, transformModel } from '../src/compile.ts';
import { loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Goal } from '../src/ir/lowering.ts';
import type { Graph } from '../src/ir/types.ts';
import { must, UserError } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { sharedModel, sharedSamples } from '../test/helpers/shared-data.ts';
import { type KernelRow, readKernelRows, writeKernelTables } from './kernel-table.ts';

const MODELS = ['kws', 'ic', 'vww', 'ad', 'lenet5_mnist', 'dscnn_mnist', 'resnet20_cifar'] as const;
type Model = (typeof MODELS)[number];

interface Run {
  readonly format: string;
  readonly goal: Goal;
  readonly core: string;
}

const CORES = ['cortex-m4f', 'cortex-m7', 'cortex-m33', 'cortex-m3', 'cortex-m0plus'];
const RUNS: readonly Run[] = [
  ...CORES.map((core) => ({ format: 'int8', goal: 'balanced' as const, core })),
  ...(['speed', 'size', 'ram'] as const).map((goal) => ({ format: 'int8', goal, core: 'cortex-m4f' })),
  ...['int4', 'ternary', 'float32'].map((format) => ({ format, goal: 'balanced' as const, core: 'cortex-m4f' })),
];

const folder = await mkdtemp(join(tmpdir(), 'nibblec-kernels-'));
const asked = process.argv.slice(2);
let rows = await readKernelRows();
for (const model of MODELS.filter((name) => asked.length === 0 || asked.includes(name))) {
  const own = await benchModel(model);
  rows = MODELS.flatMap((name) => (name === model ? own : rows.filter((row) => row.model === name)));
  // After each model: a run that is stopped leaves whole models behind.
  await writeKernelTables(rows);
}
await rm(folder, { recursive: true });

async function benchModel(model: Model): Promise<KernelRow[]> {
  const rows: KernelRow[] = [];
  for (const format of new Set(RUNS.map((run) => run.format))) {
    const transformed = await transform(model, format);
    if (!transformed) continue;
    for (const run of RUNS.filter((one) => one.format === format)) {
      const own = await countLayers(model, transformed, run);
      console.log(`${model} ${format} ${run.goal} ${run.core}: ${own.at(-1)?.instructions} instructions`);
      rows.push(...own);
    }
  }
  return rows;
}

interface Transformed {
  readonly bytes: Uint8Array;
  readonly transformation: Transformation;
}

/** Calibrated on the model's 16 samples; weights of few bits are rounded: neither changes what a kernel does. */
async function transform(model: Model, format: string): Promise<Transformed | null> {
  const bytes = await readFile(sharedModel(model));
  const calibration = (graph: Graph) => loadDataset(sharedSamples(model, 'input'), datasetInputs(graph));
  const few = format !== 'int8' && format !== 'float32';
  try {
    const transformation = await transformModel({
      model: bytes,
      ...(format === 'float32' ? { precision: 'float32' } : { calibration }),
      ...(few && { weights: [{ match: '*', format, method: 'nearest' }] }),
    });
    return { bytes, transformation };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.log(`${model} ${format}: ${error.message}`);
    return null;
  }
}

async function countLayers(model: Model, { bytes, transformation }: Transformed, run: Run): Promise<KernelRow[]> {
  const { core, format, goal } = run;
  const target = await loadTarget(core);
  const compilation = generateC(transformation, { model: bytes, name: model, target, goal });
  const { layers, total } = await countsOf(compilation, model);
  const none = { baseline: null, baselineInstructions: null, ratio: null };
  const common = { core, model, format, goal, ...none };
  const rows = compilation.program.calls.map((call, i) => {
    const { node: layer, kernel = null, macs } = call;
    return { ...common, layer, kernel: kernel ?? call.template, macs, instructions: layers[i] };
  });
  const macs = rows.reduce((sum, row) => sum + row.macs, 0);
  return [...rows, { ...common, layer: 'total', kernel: null, macs, instructions: total }];
}

async function countsOf(compilation: Compilation, model: Model) {
  const dataset = await loadDataset(sharedSamples(model, 'input'), datasetInputs(compilation.floatGraph));
  const { counts } = await verifyModel(compilation, dataset, {
    toolchain: toolchainFor(compilation.target),
    directory: folder,
    samples: 1,
    layers: false,
    file: false,
    counts: true,
  });
  return must(counts, 'counts');
}

/**
 * npm run bench:costs [-- MODEL... CORE... FORMAT...]: the prices of the cost model (src/kernels/prices.ts), from layers of real models:
 * every kernel that can compute a layer does so once under QEMU, and for each core and kernel the prices of the parts of its work
 * are fitted to the counts. What was counted lies in docs/benchmarks/kernel-costs.json; models that are not named keep theirs, as
 * do cores and formats where some are named: after a change of the fit, `-- none` makes prices and page anew.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Compilation, generateC, type Transformation } from '../src/compile.ts';
import type { Call } from '../src/ir/program.ts';
import { loadTarget } from '../src/targets/load.ts';
import {
  type CountedModel,
  countsOf,
  EXAMPLES,
  fileOf,
  INT8_A4,
  INT8_A16,
  SHARED_MODELS,
  transformFor,
} from './counted-models.ts';
import { pricesOf, pricesSource } from './fit-prices.ts';
import { readRows, updateTable } from './table.ts';
import { type CostSample, costTable } from './tables/kernel-costs.ts';

/** Formats with a decoder of their own, and int8. */
const FORMATS = [
  'int8',
  'int4',
  'int2',
  'ternary',
  'ttq',
  'pow2-4',
  'codebook-16',
  'intv-3',
  'int4+huffman',
  'int8+huffman',
  'int4+rans',
];

interface Job {
  readonly model: CountedModel;
  readonly format: string;
  readonly core: string;
}

const JOBS: readonly Job[] = [
  ...(['kws', 'ic', 'vww', 'ad', 'lenet5_mnist', 'dscnn_mnist', ...EXAMPLES] as const).flatMap((model) =>
    ['cortex-m4f', 'cortex-m7', 'cortex-m33', 'cortex-m55', 'cortex-m3', 'cortex-m0'].map((core) => ({
      model,
      format: 'int8',
      core,
    })),
  ),
  ...(['kws', 'ad'] as const).flatMap((model) =>
    FORMATS.slice(1).flatMap((format) =>
      ['cortex-m4f', 'cortex-m55', 'cortex-m3', 'cortex-m0'].map((core) => ({ model, format, core })),
    ),
  ),
  // Weights of few bits that are read where they lie, in layers of more shapes.
  ...['int4', 'ternary', 'codebook-16'].flatMap((format) => [
    ...(['ic', 'dscnn_mnist', 'lenet5_mnist', ...EXAMPLES] as const).map((model) => ({
      model,
      format,
      core: 'cortex-m4f',
    })),
    { model: 'ic' as const, format, core: 'cortex-m55' },
  ]),
  ...(['kws', 'ic', 'ad', 'lenet5_mnist', 'dscnn_mnist', ...EXAMPLES] as const).flatMap((model) =>
    ['cortex-m4f', 'cortex-m55', 'cortex-m3', 'cortex-m0'].map((core) => ({ model, format: INT8_A16, core })),
  ),
  ...(['kws', 'lenet5_mnist', 'ad'] as const).map((model) => ({ model, format: 'int8', core: 'cortex-m0-slow-mul' })),
  ...(['kws', 'ic', 'vww', 'dscnn_mnist'] as const).map((model) => ({ model, format: INT8_A4, core: 'cortex-m4f' })),
  ...(['kws', 'ic', 'vww', 'ad', 'lenet5_mnist', 'dscnn_mnist', ...EXAMPLES] as const).flatMap((model) =>
    ['cortex-m4f', 'cortex-m55'].map((core) => ({ model, format: 'float32', core })),
  ),
];

const PRICES = fileURLToPath(new URL('../src/kernels/prices.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'nibblec-costs-'));
const asked = process.argv.slice(2);
const MODELS = [...SHARED_MODELS, ...EXAMPLES];
const table = { ...costTable, units: MODELS };
const models = among(MODELS);
const cores = among(new Set(JOBS.map(({ core }) => core)));
const formats = among(new Set(JOBS.map(({ format }) => format)));
const asksForPart = asked.some((name) => [...cores, ...formats].includes(name));
for (const model of asked.includes('none') ? [] : models) {
  const jobs = JOBS.filter((job) => job.model === model && cores.includes(job.core) && formats.includes(job.format));
  if (jobs.length === 0) continue;
  const kept = asksForPart ? (await readRows(costTable)).filter((sample) => sample.model === model) : [];
  await updateTable(table, different([...kept, ...(await benchModel(model, jobs))]));
}
await updateTable(table, []);
await writeFile(PRICES, pricesSource(pricesOf(await readRows(costTable))));
await rm(folder, { recursive: true });

/** Those that are named, or all of them. */
function among<T extends string>(all: Iterable<T>): readonly T[] {
  const names = [...all];
  const named = names.filter((name) => asked.includes(name));
  return named.length > 0 ? named : names;
}

async function benchModel(model: CountedModel, jobs: readonly Job[]): Promise<CostSample[]> {
  const samples: CostSample[] = [];
  for (const format of new Set(jobs.map((job) => job.format))) {
    const transformation = await transformFor(model, format);
    if (!transformation) continue;
    for (const job of jobs.filter((one) => one.format === format)) {
      const own = await countEveryKernel(job, transformation);
      console.log(`${model} ${format} ${job.core}: ${own.length} counts`);
      samples.push(...own);
    }
  }
  return samples;
}

/** Equal layers count once. */
function different(samples: readonly CostSample[]): CostSample[] {
  const key = ({ core, kernel, work }: CostSample) => `${core} ${kernel} ${JSON.stringify(work)}`;
  return [...new Map(samples.map((sample) => [key(sample), sample])).values()];
}

/** The kernels as chosen, then each of the others in turn. */
async function countEveryKernel({ model, format, core }: Job, transformation: Transformation): Promise<CostSample[]> {
  const target = await loadTarget(core);
  const options = { model: await readFile(fileOf(model)), name: model, target, goal: 'speed' as const };
  const first = generateC(transformation, options);
  const calls = first.program.calls.map(({ node, others = [] }) => ({
    node,
    kernels: others.map(({ kernel }) => kernel).filter((kernel) => isCounted(kernel, { core, format })),
  }));
  const turns = Math.max(0, ...calls.map(({ kernels }) => kernels.length));
  const samples = await samplesOf(first, { model, format, core });
  const balanced = generateC(transformation, { ...options, goal: 'balanced' });
  if (balanced.program.calls.some(({ sum }) => sum))
    samples.push(...(await samplesOf(balanced, { model, format, core })));
  for (let turn = 0; turn < turns; turn++) {
    const pinned = calls.flatMap(({ node, kernels }) =>
      kernels.length > 0 ? [[node, kernels[turn % kernels.length]]] : [],
    );
    const compilation = generateC(transformation, { ...options, kernels: Object.fromEntries(pinned) });
    samples.push(...(await samplesOf(compilation, { model, format, core })));
  }
  return samples;
}

async function samplesOf(compilation: Compilation, { model, format, core }: Job): Promise<CostSample[]> {
  const { layers } = await countsOf(compilation, model, folder);
  return compilation.program.calls.flatMap(({ kernel, work }: Call, i) =>
    kernel !== undefined && work && isCounted(kernel, { core, format })
      ? [{ core, kernel: kernel.replace(/_ram$/, ''), model, work, instructions: layers[i] }]
      : [],
  );
}

/**
 * On a core with Helium only its kernels are, and those of 16 bits, which call vectors: others cost what they do on a core without.
 * Not those that are priced as others; of packed codes only the kernel that is not.
 */
function isCounted(kernel: string, { core, format }: Pick<Job, 'core' | 'format'>): boolean {
  if (format === INT8_A4) return kernel === 'averagepool8_a4';
  if (/_a4$|_helium_pairs/.test(kernel)) return false;
  return core !== 'cortex-m55' || kernel.includes('_helium_') || kernel.endsWith('_s16');
}

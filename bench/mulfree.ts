/**
 * npm run bench:mulfree: networks that only add and shift against the same in int8, on cores without a multiplier or with
 * a slow one: docs/benchmarks/mulfree.md, and its twin mulfree.json. Arguments: names of models; the rows of others stay.
 *
 * Accuracy and exactness come from the C for RV32I, run on the host over the labelled test set; instructions from QEMU,
 * cycles from simavr, over one sample.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compilation, generateC, transformModel } from '../src/compile.ts';
import { type DatasetSource, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { floatPasses } from '../src/passes/float/index.ts';
import { step } from '../src/passes/pass.ts';
import type { Pipeline } from '../src/passes/pipeline.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { correctBias } from '../src/passes/quantize/correct-bias.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { loadTarget } from '../src/targets/load.ts';
import { harnessModel } from '../src/verify/harness-model.ts';
import { hostGcc } from '../src/verify/host-gcc.ts';
import { multiplications } from '../src/verify/multiplications.ts';
import { measureFootprint } from '../src/verify/size.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { type Verdict, verifyModel } from '../src/verify/verify-model.ts';
import { type BenchedModel, benchedModels } from './bench-data.ts';
import { updateTable } from './table.ts';
import { mulfreeTable, type MulfreeRow as Row } from './tables/mulfree.ts';
import { tinyShapes } from './tiny-shapes.ts';

const pow2Scales = [step(calibrate, { scales: 'pow2' }), step(quantizeInt8, { scales: 'pow2' }), correctBias];

const inFormat = (format: string): Pipeline => [
  ...floatPasses,
  ...pow2Scales,
  step(fewBit, { layers: [{ match: '*', format }], samples: 256, scales: 'channel-pow2' }),
];

/** What is compared, by how its weights are called in the tables. */
const METHODS: Readonly<Record<string, Pipeline>> = {
  int8: [...floatPasses, calibrate, quantizeInt8, correctBias],
  'int8, pow2 scales': [...floatPasses, ...pow2Scales],
  'pow2p-4': inFormat('pow2p-4'),
  'pow2-4': inFormat('pow2-4'),
  ternary: inFormat('ternary'),
};

const CORES = ['cortex-m0-slow-mul', 'rv32i', 'rv32imc', 'atmega328p'];
const ON_AVR = ['tiny'];

const samples = Number(process.env.BENCH_SAMPLES ?? Number.POSITIVE_INFINITY);
const folder = await mkdtemp(join(tmpdir(), 'nibblec-bench-'));
const only = process.argv.slice(2);
const models = [await tinyShapes(join(folder, 'tiny')), ...benchedModels()].filter(({ name }) =>
  (only.length > 0 ? only : ['tiny', 'shapes', 'lenet5_mnist', 'kws_float']).includes(name),
);
for (const model of models) {
  const rows: Row[] = [];
  for (const weights of Object.keys(METHODS)) rows.push(...(await benchMethod(model, weights)));
  await updateTable(mulfreeTable, rows);
}
await rm(folder, { recursive: true });

async function benchMethod(model: BenchedModel, weights: string): Promise<Row[]> {
  const bytes = await readFile(model.path);
  const open = (source: DatasetSource) => (graph: Graph) => loadDataset(source, datasetInputs(graph));
  const options = async (core: string) => ({
    model: bytes,
    name: model.name,
    target: await loadTarget(core),
    calibration: open(model.calibration),
    recipe: METHODS[weights],
  });
  const transformation = await transformModel(await options('rv32i'));
  const compile = async (core: string) => generateC(transformation, await options(core));
  const portable = await compile('rv32i');
  const data = await open(model.test)(portable.floatGraph);
  const directory = join(folder, 'host');
  const accuracy = await verifyModel(portable, data, { toolchain: hostGcc(), directory, samples });
  console.log(`${model.name} ${weights}: top-1 ${accuracy.score?.value}, ${accuracy.passed ? 'agrees' : 'DIFFERS'}`);
  const rows: Row[] = [];
  for (const core of CORES) {
    if (core === 'atmega328p' && !ON_AVR.includes(model.name)) continue;
    const row = await benchCore(model.name, weights, core, await compile(core), data, accuracy);
    console.log(`  ${core}: ${row.count} ${row.unit}, flash ${row.flashBytes}, ${row.multiplications} multiplications`);
    rows.push(row);
  }
  return rows;
}

async function benchCore(
  model: string,
  weights: string,
  core: string,
  compilation: Compilation,
  data: Awaited<ReturnType<typeof loadDataset>>,
  accuracy: Verdict,
): Promise<Row> {
  const { program, plan, files, name } = compilation;
  const toolchain = toolchainFor(await loadTarget(core));
  const directory = join(folder, 'core');
  const request = { files, directory, optimize: '-O2' } as const;
  const footprint = await measureFootprint(toolchain, harnessModel(program, plan), request);
  const found = await multiplications(toolchain.objdump, join(directory, 'alone'), `${name}_run`);
  const verdict = await verifyModel(compilation, data, { ...request, toolchain, samples: 1, counts: true });
  if (!verdict.passed) throw new Error(`${model} ${weights} on ${core} differs from the oracle`);
  return {
    model,
    weights,
    core,
    count: verdict.counts?.total ?? 0,
    unit: verdict.counts?.unit ?? '',
    macs: program.calls.reduce((sum, call) => sum + call.macs, 0),
    multiplications: found.length,
    flashBytes: footprint.flash.bytes,
    weightBytes: footprint.flash.weightBytes,
    arenaBytes: plan.arenaBytes,
    stackBytes: verdict.counts?.stackBytes ?? 0,
    top1: accuracy.score?.value ?? null,
    samples: accuracy.samples,
  };
}

/**
 * npm run bench [-- MODEL...]: every model, precision and core in one table, docs/benchmarks/models.md, and its twin models.json.
 * Accuracy and exactness come from the generated C on the host over the whole labelled test set; instructions from QEMU.
 * Models named on the command line replace their rows and leave the others.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compilation, compileModel } from '../src/compile.ts';
import { type DatasetSource, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import { loadTarget } from '../src/targets/load.ts';
import { harnessModel } from '../src/verify/harness-model.ts';
import { hostGcc } from '../src/verify/host-gcc.ts';
import { measureFootprint } from '../src/verify/size.ts';
import type { Optimize } from '../src/verify/toolchain.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { type Verdict, verifyModel } from '../src/verify/verify-model.ts';
import { type BenchedModel, benchedModels } from './bench-data.ts';
import { updateTable } from './table.ts';
import { modelsTable, type ModelRow as Row } from './tables/models.ts';

const PRECISIONS = ['float32', 'int8'] as const;
const RUNS: readonly [core: string, optimize: Optimize, precisions: readonly Row['precision'][]][] = [
  ['cortex-m4f', '-O2', PRECISIONS],
  ['cortex-m4f', '-O3', PRECISIONS],
  ['cortex-m0', '-O2', ['int8']],
  ['cortex-m3', '-O2', ['int8']],
  ['cortex-m7', '-O2', ['int8']],
  ['cortex-m33', '-O2', ['int8']],
  ['cortex-m55', '-O2', ['int8']],
];

/** Labelled samples per model; the tables state how many. Default: the whole test set. */
const samples = Number(process.env.BENCH_SAMPLES ?? Number.POSITIVE_INFINITY);
const folder = await mkdtemp(join(tmpdir(), 'nibblec-bench-'));
const only = process.argv.slice(2);
for (const model of benchedModels().filter(({ name }) => only.length === 0 || only.includes(name))) {
  await updateTable(modelsTable, await benchModel(model));
}
await rm(folder, { recursive: true });

async function benchModel(model: BenchedModel): Promise<Row[]> {
  const bytes = await readFile(model.path);
  const open = (source: DatasetSource) => (graph: Graph) => loadDataset(source, datasetInputs(graph));
  const compile = async (precision: Row['precision'], core: string) =>
    compileModel({
      model: bytes,
      name: model.name,
      target: await loadTarget(core),
      precision,
      ...(precision === 'int8' && { calibration: open(model.calibration) }),
    });
  const accuracy = new Map<Row['precision'], Verdict>();
  for (const precision of PRECISIONS) {
    const compilation = await compile(precision, 'host');
    const data = await open(model.test)(compilation.floatGraph);
    const verdict = await verifyModel(compilation, data, {
      toolchain: hostGcc(),
      directory: join(folder, 'host'),
      samples,
    });
    accuracy.set(precision, verdict);
    console.log(
      `${model.name} ${precision}: top-1 ${verdict.score?.value}, ${verdict.passed ? 'agrees' : 'DIFFERS'}, ${verdict.samples} samples`,
    );
  }
  const rows: Row[] = [];
  for (const [core, optimize, precisions] of RUNS) {
    for (const precision of precisions) {
      const row = await benchCore(await compile(precision, core), core, optimize, open(model.test), accuracy);
      console.log(
        `${row.model} ${precision} ${core} ${optimize}: ${row.instructions} instructions, flash ${row.flashBytes}`,
      );
      rows.push(row);
    }
  }
  return rows;
}

async function benchCore(
  compilation: Compilation,
  core: string,
  optimize: Optimize,
  open: (graph: Graph) => ReturnType<typeof loadDataset>,
  accuracy: ReadonlyMap<Row['precision'], Verdict>,
): Promise<Row> {
  const toolchain = toolchainFor(await loadTarget(core));
  const { program, plan, precision, name } = compilation;
  const request = { files: compilation.files, directory: join(folder, 'core'), optimize };
  const footprint = await measureFootprint(toolchain, harnessModel(program, plan), request);
  const data = await open(compilation.floatGraph);
  const run = await verifyModel(compilation, data, { ...request, toolchain, samples: 1, layers: false, counts: true });
  const verdict = accuracy.get(precision);
  const worst = (list: Verdict['outputs']) =>
    Math.max(...list.map((o) => (o.maxError === 0 ? 0 : o.maxError / o.range)));
  return {
    model: name,
    precision,
    core,
    optimize,
    instructions: run.counts?.total ?? null,
    macs: program.calls.reduce((sum, call) => sum + call.macs, 0),
    flashBytes: footprint.flash.bytes,
    codeBytes: footprint.flash.codeBytes,
    weightBytes: footprint.flash.weightBytes,
    arenaBytes: plan.arenaBytes,
    arenaLowerBound: plan.lowerBoundBytes,
    stackBytes: footprint.stack?.bytes ?? null,
    top1: verdict?.score?.value ?? null,
    floatTop1: accuracy.get('float32')?.score?.value ?? null,
    samples: verdict?.samples ?? 0,
    maxError: verdict
      ? Math.max(worst(verdict.outputs), ...verdict.layers.filter((l) => l.exact).map((l) => l.different))
      : 0,
  };
}

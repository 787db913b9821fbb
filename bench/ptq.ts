/**
 * npm run bench:ptq [MODEL ...]: few-bit weights without re-training, docs/benchmarks/ptq.md and its twin ptq.json. Top-1 is
 * that of the C over the whole labelled test set; the C is compared with the oracle on the first of them; flash is the
 * linked program for a Cortex-M4F at -O2. Models named on the command line replace their rows and leave the others.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompileOptions, generateC, transformModel } from '../src/compile.ts';
import { type Dataset, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import { exportOnnx } from '../src/frontend/export-onnx.ts';
import type { Graph } from '../src/ir/types.ts';
import { createSession } from '../src/runtime/ort-session.ts';
import { invariant, must } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { harnessModel } from '../src/verify/harness-model.ts';
import { hostGcc } from '../src/verify/host-gcc.ts';
import { measureFootprint } from '../src/verify/size.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { type BenchedModel, benchedModels } from './bench-data.ts';
import { cScore } from './c-score.ts';
import { PTQ_METHODS, type PtqMethod } from './ptq-methods.ts';
import { percent, updateTable } from './table.ts';
import { type PtqRow, ptqTable } from './tables/ptq.ts';
import { weightBytes, weightCount } from './weight-sizes.ts';

/** Labelled samples per model; the table states how many. Default: the whole test set. */
const samples = Number(process.env.BENCH_SAMPLES ?? Number.POSITIVE_INFINITY);
/** Samples on which every integer of every layer is compared with onnxruntime. */
const COMPARED = 32;

const host = await loadTarget('host');
const core = await loadTarget('cortex-m4f');
const folder = await mkdtemp(join(tmpdir(), 'nibblec-ptq-'));
const only = process.argv.slice(2);
const wanted = benchedModels().filter(({ name }) =>
  (only.length > 0 ? only : must(ptqTable.units, 'models')).includes(name),
);
for (const model of wanted) {
  let floatTop1: number | null = null;
  const own: PtqRow[] = [];
  for (const method of PTQ_METHODS) {
    const row = await benchMethod(model, method, floatTop1);
    floatTop1 = row.floatTop1;
    own.push(row);
    console.log(
      `${row.model} ${row.weightFormat}/${row.activationBits}: ${percent(row.top1)} of ${percent(row.floatTop1)}, ${row.bytes} bytes`,
    );
  }
  await updateTable(ptqTable, own);
}
await rm(folder, { recursive: true });

async function benchMethod(model: BenchedModel, method: PtqMethod, known: number | null): Promise<PtqRow> {
  const open = (graph: Graph): Promise<Dataset> => loadDataset(model.calibration, datasetInputs(graph));
  const bytes = await readFile(model.path);
  const options: CompileOptions = {
    model: bytes,
    name: model.name,
    target: host,
    calibration: open,
    recipe: method.pipeline,
  };
  const transformation = await transformModel(options);
  const { floatGraph } = transformation;
  const data = await loadDataset(model.test, datasetInputs(floatGraph));
  const count = Math.min(samples, data.count);
  const compiled = generateC(transformation, options);
  const verdict = await verifyModel(compiled, data, {
    toolchain: hostGcc(),
    directory: join(folder, 'exact'),
    samples: COMPARED,
    sanitize: true,
  });
  invariant(verdict.passed, `${model.name} ${method.weightFormat}: the C and the oracle differ`);
  const forCore = generateC(transformation, { ...options, target: core });
  const footprint = await measureFootprint(toolchainFor(core), harnessModel(forCore.program, forCore.plan), {
    files: forCore.files,
    directory: join(folder, 'core'),
    optimize: '-O2',
  });
  const weights = weightCount(transformation.graph);
  const stored = weightBytes(forCore.program);
  return {
    model: model.name,
    method: method.method,
    weightFormat: method.weightFormat,
    weightBits: method.weightBits,
    activationBits: method.activationBits,
    ends: method.ends,
    top1: await cScore(compiled, data, count, folder),
    floatTop1: known ?? (await floatTop1Of(floatGraph, data, count)),
    samples: count,
    bytes: stored,
    bitsPerWeight: (8 * stored) / weights,
    compression: (4 * weights) / stored,
    flashBytes: footprint.flash.bytes,
    arenaBytes: forCore.plan.arenaBytes,
  };
}

/** Top-1 of the float model in onnxruntime. */
async function floatTop1Of(graph: Graph, data: Dataset, count: number): Promise<number> {
  const labels = must(data.labels, 'labels');
  const session = await createSession(exportOnnx(graph));
  let right = 0;
  for (let i = 0; i < count; i++) {
    const results = await session.run(data.sample(i));
    const scores = Array.from(must(results.get(graph.outputs[0]), 'output').data, Number);
    if (scores.indexOf(Math.max(...scores)) === labels[i]) right++;
  }
  await session.release();
  return right / count;
}

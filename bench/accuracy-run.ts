/**
 * One run of one row of bench:accuracy, in a process of its own so that its memory can be told: ROW SEED. Prints what it
 * measured as JSON.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateC, transformModel } from '../src/compile.ts';
import { type Dataset, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import { invariant, must } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { hostGcc } from '../src/verify/host-gcc.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { type SharedModel, sharedDataset, sharedModel } from '../test/helpers/shared-data.ts';
import { ACCURACY_ROWS, type AccuracyRow } from './accuracy-rows.ts';
import { cScore } from './c-score.ts';
import { trainedCaffeLenet } from './caffe-lenet.ts';
import { weightBytes, weightCount } from './weight-sizes.ts';

export interface AccuracyRun {
  readonly seed: number;
  readonly top1: number;
  readonly bytes: number;
  readonly weights: number;
  /** Of one processor. */
  readonly minutes: number;
  readonly peakMemoryMB: number;
}

/** Parts of a set that is both tuned on and scored: what is scored in one is tuned on in the others. */
const FOLDS = 5;
/** Samples on which every integer is compared with onnxruntime. */
const COMPARED = 16;

const [index, seed] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await runRow(must(ACCURACY_ROWS[index], 'row'), seed)));

async function runRow(row: AccuracyRow, seed: number): Promise<AccuracyRun> {
  const crossValidated = row.model === 'kws_float';
  const parts: Part[] = [];
  for (let fold = 0; fold < (crossValidated ? FOLDS : 1); fold++) {
    parts.push(await runPart(row, seed, crossValidated ? fold : null));
  }
  const samples = parts.reduce((sum, part) => sum + part.samples, 0);
  const { user, system } = process.cpuUsage();
  return {
    seed,
    top1: parts.reduce((sum, part) => sum + part.top1 * part.samples, 0) / samples,
    bytes: Math.max(...parts.map(({ bytes }) => bytes)),
    weights: parts[0].weights,
    minutes: (user + system) / 60e6,
    peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

interface Part {
  readonly top1: number;
  readonly samples: number;
  readonly bytes: number;
  readonly weights: number;
}

async function runPart({ model, pipeline, bits }: AccuracyRow, seed: number, fold: number | null): Promise<Part> {
  const known = (model === 'caffe_lenet' ? 'dscnn_mnist' : model) as SharedModel;
  const load = (set: 'train' | 'test') => (graph: Graph) =>
    loadDataset(sharedDataset(known, set), datasetInputs(graph));
  const options = {
    model: model === 'caffe_lenet' ? await trainedCaffeLenet(seed) : await readFile(sharedModel(known)),
    name: model,
    target: await loadTarget('host'),
    calibration: async (graph: Graph) => {
      const all = await load('train')(graph);
      return fold === null ? all : { ...inFold(all, (i) => i % FOLDS !== fold), labels: null };
    },
    recipe: pipeline,
    passes: { seed },
  };
  const transformation = await transformModel(options);
  const compilation = generateC(transformation, options);
  const all = await load('test')(transformation.floatGraph);
  const data = fold === null ? all : inFold(all, (i) => i % FOLDS === fold);
  const folder = await mkdtemp(join(tmpdir(), 'nibblec-accuracy-'));
  try {
    const how = { toolchain: hostGcc(), directory: `${folder}/exact`, samples: COMPARED };
    invariant((await verifyModel(compilation, data, how)).passed, `${model}: the C and onnxruntime differ`);
    const float = bits === 32;
    const weights = weightCount(transformation.graph, float);
    return {
      top1: await cScore(compilation, data, data.count, folder),
      samples: data.count,
      bytes: float ? 4 * weights : weightBytes(compilation.program),
      weights,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function inFold(all: Dataset, wanted: (index: number) => boolean): Dataset {
  const indices = Array.from({ length: all.count }, (_, i) => i).filter(wanted);
  const { labels } = all;
  return {
    name: all.name,
    count: indices.length,
    sample: (i) => all.sample(indices[i]),
    labels: labels && Int32Array.from(indices, (i) => labels[i]),
  };
}

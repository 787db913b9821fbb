import { readFile } from 'node:fs/promises';
import { type Compilation, generateC, transformModel } from '../src/compile.ts';
import { type Dataset, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import { floatPasses } from '../src/passes/float/index.ts';
import type { Step } from '../src/passes/pass.ts';
import type { Pipeline } from '../src/passes/pipeline.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { invariant } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { hostGcc } from '../src/verify/host-gcc.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import type { BenchedModel } from './bench-data.ts';
import { cScore } from './c-score.ts';
import { outputErrorOf } from './output-error.ts';
import { weightBytes, weightCount } from './weight-sizes.ts';

export interface Measured {
  /** Of the C on the host over all labelled test samples; null without labels. */
  readonly top1: number | null;
  readonly samples: number;
  /** Squared error of the outputs in parts of their power, over at most 1,000 test samples. */
  readonly outputError: number;
  /** Weights and the tables that decode them. */
  readonly bytes: number;
  readonly bitsPerWeight: number;
}

/** Samples on which every integer is compared with onnxruntime. */
const COMPARED = 16;

/** Quantization (default: int8) and then `steps`, compiled for the host and run over the whole test set. */
export async function measureRecipe(
  model: BenchedModel,
  steps: readonly Step[],
  folder: string,
  quantization: Pipeline = [calibrate, quantizeInt8],
): Promise<Measured & { readonly compilation: Compilation }> {
  const options = {
    model: await readFile(model.path),
    name: model.name,
    target: await loadTarget('host'),
    calibration: (graph: Graph): Promise<Dataset> => loadDataset(model.calibration, datasetInputs(graph)),
    recipe: [...floatPasses, ...quantization, ...steps],
  };
  const transformation = await transformModel(options);
  const compilation = generateC(transformation, options);
  const data = await loadDataset(model.test, datasetInputs(transformation.floatGraph));
  const verdict = await verifyModel(compilation, data, {
    toolchain: hostGcc(),
    directory: `${folder}/exact`,
    samples: COMPARED,
  });
  invariant(verdict.passed, `${model.name}: the C and the oracle differ`);
  const bytes = weightBytes(compilation.program);
  return {
    compilation,
    top1: data.labels ? await cScore(compilation, data, data.count, folder) : null,
    samples: data.count,
    outputError: await outputErrorOf(transformation, data, 1000),
    bytes,
    bitsPerWeight: (8 * bytes) / weightCount(transformation.graph),
  };
}

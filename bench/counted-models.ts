import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Compilation, type Transformation, transformModel } from '../src/compile.ts';
import { type Dataset, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import { must, UserError } from '../src/support/errors.ts';
import type { Counts } from '../src/verify/harness.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { formatsAsAsked } from '../test/helpers/formats-as-asked.ts';
import { sharedModel, sharedSamples } from '../test/helpers/shared-data.ts';

/** Models whose instructions are counted: those of ../shared/data, and the project's own examples. */
export const SHARED_MODELS = ['kws', 'ic', 'vww', 'ad', 'lenet5_mnist', 'dscnn_mnist', 'resnet20_cifar'] as const;
export const EXAMPLES = ['shapes', 'vibration'] as const;
export type CountedModel = (typeof SHARED_MODELS | typeof EXAMPLES)[number];

/** Weights of 8 bits, activations of 4 but those of the last layer and of the model. */
export const INT8_A4 = 'int8-a4';
const ACTIVATIONS = [
  { match: '*', bits: 4 },
  { match: ':last', bits: 8 },
];
/** All activations in 16 bits. */
export const INT8_A16 = 'int8-a16';

export function fileOf(model: CountedModel): string {
  return isExample(model) ? exampleFile(model, `${model}.onnx`) : sharedModel(model);
}

function samplesFor(model: CountedModel, graph: Graph): Promise<Dataset> {
  const source = isExample(model) ? exampleFile(model, 'calibration.json') : sharedSamples(model, 'input');
  return loadDataset(source, datasetInputs(graph));
}

function isExample(model: CountedModel): model is (typeof EXAMPLES)[number] {
  return EXAMPLES.some((name) => name === model);
}

function exampleFile(model: string, name: string): string {
  return fileURLToPath(new URL(`../examples/${model}/${name}`, import.meta.url));
}

/**
 * The model in a weight format (int8, INT8_A4, INT8_A16 and float32 are such too), calibrated on its samples, few bits by
 * rounding: how well either was done changes nothing of what a kernel does. Null, said once, where it cannot have the format.
 */
export async function transformFor(model: CountedModel, format: string): Promise<Transformation | null> {
  const few = !['int8', 'float32', INT8_A4, INT8_A16].includes(format);
  try {
    return await transformModel({
      model: await readFile(fileOf(model)),
      ...(format === 'float32' ? { precision: 'float32' } : { calibration: (graph) => samplesFor(model, graph) }),
      ...(format === INT8_A4 && { activations: ACTIVATIONS }),
      ...(format === INT8_A16 && { activations: [{ match: ':all', bits: 16 }] }),
      ...(few && { recipe: formatsAsAsked({ weights: [{ match: '*', format, method: 'nearest' }] }) }),
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.log(`${model} ${format}: ${error.message}`);
    return null;
  }
}

/** Instructions of one inference under QEMU. */
export async function countsOf(compilation: Compilation, model: CountedModel, directory: string): Promise<Counts> {
  const { counts } = await verifyModel(compilation, await samplesFor(model, compilation.floatGraph), {
    toolchain: toolchainFor(compilation.target),
    directory,
    samples: 1,
    layers: false,
    file: false,
    counts: true,
  });
  return must(counts, 'counts');
}

import type { Dataset } from '../../src/data/dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Graph, Shape, Tensor } from '../../src/ir/types.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';
import { labelledSamples } from '../../src/passes/samples/labelled-samples.ts';
import { must } from '../../src/support/errors.ts';
import { type ClassifierTraining, trainClassifier } from './train-classifier.ts';

/** A model that this repository draws its own data for and trains. */
export interface Example {
  /** Of its folder and its model. */
  readonly name: string;
  readonly classes: readonly string[];
  /** One sample as a file has it, channels last; a number n of it is n * scale for the model. */
  readonly sample: { readonly dtype: 'u8' | 'i8'; readonly shape: Shape; readonly channels: number };
  readonly scale: number;
  draw(label: number, rng: Rng): Uint8Array | Int8Array;
  untrained(seed: number): Graph;
  readonly training: Omit<ClassifierTraining, 'data' | 'progress'> & { readonly count: number };
}

interface Samples {
  readonly rows: readonly (Uint8Array | Int8Array)[];
  /** Index into the classes of the example. */
  readonly labels: readonly number[];
}

const SEEDS = { training: 1, calibration: 2, test: 3, weights: 4 };
const CALIBRATION = 64;
const TEST = 500;

/** The data files of the example by name: few samples without labels to calibrate with, and the test set. */
export function dataFiles(example: Example): ReadonlyMap<string, Uint8Array> {
  const test = drawSamples(example, TEST, SEEDS.test);
  return new Map([
    ['calibration.npy', writeNpy(rowsTensor(example, drawSamples(example, CALIBRATION, SEEDS.calibration)))],
    ['test.npy', writeNpy(rowsTensor(example, test))],
    ['test-labels.npy', writeNpy(tensorOf('u8', [TEST], test.labels))],
  ]);
}

/** The float model, trained from scratch. */
export async function trainExample(
  example: Example,
  { progress, ...changed }: Partial<ClassifierTraining & { readonly count: number }> = {},
): Promise<Graph> {
  const { count, ...training } = { ...example.training, ...changed };
  const network = example.untrained(SEEDS.weights);
  const samples = trainingSet(example, count);
  const classes = example.classes.length;
  const data = labelledSamples({ ...samples, length: count }, network, { classes, seed: 0 });
  return trainClassifier(network, { ...training, data, ...(progress && { progress }) });
}

export function modelFile(graph: Graph): Uint8Array {
  return exportOnnx(graph, { opset: 17, producer: `nibblec examples/${graph.name}` });
}

/** What the example is trained on: samples for the model's input, channels first. */
export function trainingSet(example: Example, count = example.training.count): Dataset {
  const { channels } = example.sample;
  const { rows, labels } = drawSamples(example, count, SEEDS.training);
  const network = example.untrained(SEEDS.weights);
  const [input] = network.inputs;
  const { shape } = must(network.types.get(input), 'type of the input');
  const places = rows[0].length / channels;
  return {
    name: `${example.name}, training`,
    count,
    labels: Int32Array.from(labels),
    sample(index) {
      const data = new Float32Array(rows[index].length);
      for (let place = 0; place < places; place++) {
        for (let channel = 0; channel < channels; channel++) {
          data[channel * places + place] = rows[index][place * channels + channel] * example.scale;
        }
      }
      return new Map([[input, { dtype: 'f32', shape, data }]]);
    },
  };
}

function drawSamples(example: Example, count: number, seed: number): Samples {
  const rng = createRng(seed);
  const labels = Array.from({ length: count }, (_, i) => i % example.classes.length);
  return { labels, rows: labels.map((label) => example.draw(label, rng)) };
}

function rowsTensor({ sample }: Example, { rows }: Samples): Tensor {
  const size = rows[0].length;
  const data = sample.dtype === 'u8' ? new Uint8Array(rows.length * size) : new Int8Array(rows.length * size);
  for (const [i, row] of rows.entries()) data.set(row, i * size);
  return { dtype: sample.dtype, shape: [rows.length, ...sample.shape], data };
}

import type { Dataset } from '../../src/data/dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Graph, Shape, Tensor } from '../../src/ir/types.ts';
import { truthOf } from '../../src/metrics/truth.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';
import { LABELS } from '../../src/passes/samples/labelled-samples.ts';
import { must } from '../../src/support/errors.ts';
import { stackTensors, type TrainingData } from '../../src/train/training-data.ts';
import { type ClassifierTraining, trainClassifier } from './train-classifier.ts';

/** A model that this repository draws its own data for and trains. */
export interface Example {
  /** Of its folder and its model. */
  readonly name: string;
  readonly classes: readonly string[];
  /** One sample as a file has it, channels last; a number n of it is n * scale for the model. */
  readonly sample: { readonly dtype: 'u8' | 'i8'; readonly shape: Shape; readonly channels: number };
  readonly scale: number;
  /** Of the labels of a sample: [] for one class, [height, width] for a class of each pixel. Default []. */
  readonly labelShape?: Shape;
  /** Default 500. */
  readonly testSamples?: number;
  draw(label: number, rng: Rng): Drawn;
  untrained(seed: number): Graph;
  /** Of its file. Default 17. */
  readonly opset?: number;
  /** Whether it is tuned to few bits as well. Default no. */
  readonly tuned?: boolean;
  readonly training: Omit<ClassifierTraining, 'data' | 'progress'> & { readonly count: number };
}

export interface Drawn {
  readonly values: Uint8Array | Int8Array;
  /** Indices into the classes of the example: the one that was asked for, or one for each place. */
  readonly labels: ArrayLike<number>;
}

const SEEDS = { training: 1, calibration: 2, test: 3, weights: 4 };
const CALIBRATION = 64;
const TEST_SAMPLES = 500;

/** The data files of the example by name: few samples without labels to calibrate with, and the test set. */
export function dataFiles(example: Example): ReadonlyMap<string, Uint8Array> {
  const { labelShape = [], testSamples = TEST_SAMPLES } = example;
  const test = drawSamples(example, testSamples, SEEDS.test);
  const labels = test.flatMap((drawn) => Array.from(drawn.labels));
  return new Map([
    ['calibration.npy', writeNpy(valuesTensor(example, drawSamples(example, CALIBRATION, SEEDS.calibration)))],
    ['test.npy', writeNpy(valuesTensor(example, test))],
    ['test-labels.npy', writeNpy(tensorOf('u8', [testSamples, ...labelShape], labels))],
  ]);
}

/** The float model, trained from scratch. */
export async function trainExample(
  example: Example,
  { progress, ...changed }: Partial<ClassifierTraining & { readonly count: number }> = {},
): Promise<Graph> {
  const { count, ...training } = { ...example.training, ...changed };
  const network = example.untrained(SEEDS.weights);
  const data = labelledBatches(trainingSet(example, count), network);
  return trainClassifier(network, { ...training, data, ...(progress && { progress }) });
}

export function modelFile(graph: Graph, { opset = 17 }: { readonly opset?: number } = {}): Uint8Array {
  return exportOnnx(graph, { opset, producer: `nibblec examples/${graph.name}` });
}

/** What the example is trained on: samples for the model's input, channels first. */
export function trainingSet(example: Example, count = example.training.count): Dataset {
  return sampleSet(example, 'training', drawSamples(example, count, SEEDS.training));
}

/** More test samples than its file has; those of the file are the first ones. */
export function testSet(example: Example, count: number): Dataset {
  return sampleSet(example, 'test', drawSamples(example, count, SEEDS.test));
}

function sampleSet(example: Example, what: string, drawn: readonly Drawn[]): Dataset {
  const { sample, labelShape = [] } = example;
  const { channels } = sample;
  const network = example.untrained(SEEDS.weights);
  const [input] = network.inputs;
  const { shape } = must(network.types.get(input), 'type of the input');
  const places = drawn[0].values.length / channels;
  return {
    name: `${example.name}, ${what}`,
    count: drawn.length,
    ...(labelShape.length === 0
      ? { labels: Int32Array.from(drawn, ({ labels }) => labels[0]) }
      : {
          labels: null,
          truth: { metric: 'miou', shape: [1, ...labelShape], sample: (index: number) => drawn[index].labels },
        }),
    sample(index) {
      const { values } = drawn[index];
      const data = new Float32Array(values.length);
      for (let place = 0; place < places; place++) {
        for (let channel = 0; channel < channels; channel++) {
          data[channel * places + place] = values[place * channels + channel] * example.scale;
        }
      }
      return new Map([[input, { dtype: 'f32', shape, data }]]);
    },
  };
}

/** Samples as batches for the network, with labels [samples * places of a sample]. */
function labelledBatches(dataset: Dataset, network: Graph): TrainingData {
  const truth = must(truthOf(dataset), 'labels');
  const [input] = network.inputs;
  return {
    length: dataset.count,
    batch(indices) {
      const classes = indices.flatMap((index) => Array.from(truth.sample(index)));
      const inputs = indices.map((index) => must(dataset.sample(index).get(input), input));
      return new Map([
        [input, stackTensors(inputs)],
        [LABELS, tensorOf('i64', [classes.length], classes)],
      ]);
    },
  };
}

function drawSamples(example: Example, count: number, seed: number): Drawn[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, (_, i) => example.draw(i % example.classes.length, rng));
}

function valuesTensor({ sample }: Example, drawn: readonly Drawn[]): Tensor {
  const size = drawn[0].values.length;
  const data = sample.dtype === 'u8' ? new Uint8Array(drawn.length * size) : new Int8Array(drawn.length * size);
  for (const [i, { values }] of drawn.entries()) data.set(values, i * size);
  return { dtype: sample.dtype, shape: [drawn.length, ...sample.shape], data };
}

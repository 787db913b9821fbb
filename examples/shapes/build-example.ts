import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Graph, Tensor } from '../../src/ir/types.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { must } from '../../src/support/errors.ts';
import { CLASSES, drawShape, SIZE } from './draw.ts';
import { EDGES, edgeNetwork, FEATURES, featureNetwork, MAP, PART_SIZE, PARTS, shapesNetwork } from './network.ts';
import { ridge } from './ridge.ts';

interface Samples {
  readonly images: readonly Uint8Array[];
  /** Index into CLASSES. */
  readonly labels: readonly number[];
}

const BATCH = 100;
const TRAINING = { count: 8000, seed: 1 };
const CALIBRATION = { count: 64, seed: 2 };
const TEST = { count: 200, seed: 3 };
const PARTS_SEED = 4;
/** Keeps the weights small where training images say little. */
const LAMBDA = 1;
/** The scores are least-squares answers between 0 and 1; this makes them sharp enough for Softmax. */
const SHARPNESS = 8;

/**
 * Every file of the example by name: the model and its data. No gradients: the filters of the first layer are given, those
 * of the second are patches of training images, and the last layer is a linear least-squares fit. All numbers before that
 * fit are exact in float32, so the bytes do not depend on the machine.
 */
export async function buildExample(): Promise<ReadonlyMap<string, Uint8Array>> {
  const training = drawSamples(TRAINING);
  const parts = await choosePatches(training);
  const { weights, bias } = await fitClasses(training, parts);
  const model = exportOnnx(shapesNetwork(parts, weights, bias), { opset: 17, producer: 'nibblec examples/shapes' });
  const test = drawSamples(TEST);
  return new Map([
    ['shapes.onnx', model],
    ['calibration.npy', imagesNpy(drawSamples(CALIBRATION))],
    ['test.npy', imagesNpy(test)],
    ['test-labels.npy', writeNpy(tensorOf('u8', [TEST.count], test.labels))],
  ]);
}

function drawSamples({ count, seed }: { readonly count: number; readonly seed: number }): Samples {
  const rng = createRng(seed);
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES.length);
  return { labels, images: labels.map((label) => drawShape(label, rng)) };
}

/** Filters of the second layer: random patches of the first layer's result, without their mean, in steps of 1/16. */
async function choosePatches(training: Samples): Promise<Tensor> {
  const edges = await run(edgeNetwork(BATCH), training.images.slice(0, BATCH));
  const rng = createRng(PARTS_SEED);
  const filters: number[] = [];
  while (filters.length < PARTS * EDGES * PART_SIZE ** 2) {
    const image = rng.int(0, BATCH - 1);
    const patch = cut(edges, image, rng.int(0, MAP - PART_SIZE), rng.int(0, MAP - PART_SIZE));
    const present = patch.filter((edge) => edge > 0.2).length;
    if (present < PART_SIZE ** 2) continue; // background only
    const mean = patch.reduce((sum, edge) => sum + edge) / patch.length;
    const largest = Math.max(...patch.map((edge) => Math.abs(edge - mean)));
    filters.push(...patch.map((edge) => Math.round((7 * (edge - mean)) / largest) / 16));
  }
  return tensorOf('f32', [PARTS, EDGES, PART_SIZE, PART_SIZE], filters);
}

/** All channels of a square of the map, [EDGES, PART_SIZE, PART_SIZE]. */
function cut(edges: Tensor, image: number, top: number, left: number): number[] {
  return Array.from({ length: EDGES * PART_SIZE ** 2 }, (_, i) => {
    const channel = Math.floor(i / PART_SIZE ** 2);
    const y = top + (Math.floor(i / PART_SIZE) % PART_SIZE);
    const x = left + (i % PART_SIZE);
    return Number(edges.data[((image * EDGES + channel) * MAP + y) * MAP + x]);
  });
}

/** Weights and bias of the last layer by ridge regression from features (and a 1) to one number per class, 1 for the right one. */
async function fitClasses(training: Samples, parts: Tensor): Promise<{ weights: Tensor; bias: Tensor }> {
  const count = training.images.length;
  const [columns, classes] = [FEATURES + 1, CLASSES.length];
  const x = new Float64Array(count * columns).fill(1);
  const y = new Float64Array(count * classes);
  const network = featureNetwork(BATCH, parts);
  for (let first = 0; first < count; first += BATCH) {
    const { data } = await run(network, training.images.slice(first, first + BATCH));
    for (let i = 0; i < BATCH; i++) {
      for (let j = 0; j < FEATURES; j++) x[(first + i) * columns + j] = Number(data[i * FEATURES + j]);
    }
  }
  training.labels.forEach((label, i) => {
    y[i * classes + label] = 1;
  });
  const solution = ridge(x, y, count, LAMBDA).map((weight) => SHARPNESS * weight);
  return {
    weights: tensorOf('f32', [FEATURES, classes], solution.subarray(0, FEATURES * classes)),
    bias: tensorOf('f32', [classes], solution.subarray(FEATURES * classes)),
  };
}

/** The only output of a network for a batch of images; pixels become multiples of 1/256. */
async function run(network: Graph, images: readonly Uint8Array[]): Promise<Tensor> {
  const pixels = images.flatMap((image) => Array.from(image, (pixel) => pixel / 256));
  const feed = tensorOf('f32', [images.length, 1, SIZE, SIZE], pixels);
  return withSession(exportOnnx(network), {}, async (session) => {
    const results = await session.run(new Map([['image', feed]]));
    return must(results.get(network.outputs[0]), 'result');
  });
}

function imagesNpy({ images }: Samples): Uint8Array {
  return writeNpy({ dtype: 'u8', shape: [images.length, SIZE, SIZE], data: Uint8Array.from(Buffer.concat(images)) });
}

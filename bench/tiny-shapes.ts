import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawShape, CLASSES as SHAPES, SIZE } from '../examples/shapes/draw.ts';
import { exportOnnx } from '../src/frontend/export-onnx.ts';
import { parseGraph } from '../src/ir/text.ts';
import type { Graph } from '../src/ir/types.ts';
import { writeNpy } from '../src/numerics/npy.ts';
import { createRng } from '../src/numerics/rng.ts';
import { withSession } from '../src/runtime/ort-session.ts';
import { must } from '../src/support/errors.ts';
import type { BenchedModel } from './bench-data.ts';
import { ridge } from './ridge.ts';

const CLASSES = SHAPES.slice(0, 5);
const CONDITIONS = { radius: [7.5, 10], contrast: [90, 170], noise: [2, 12] } as const;
/** Channels of the two convolutions: edges in four directions, and patches of edge maps. */
const EDGES = 8;
const PARTS = 12;
/** The first convolution takes every third pixel. */
const MAP = SIZE / 3;
const FEATURES = PARTS * (MAP / 2) ** 2;
const BATCH = 100;
const SOBEL = [
  [1, 2, 1, 0, 0, 0, -1, -2, -1],
  [2, 1, 0, 1, 0, -1, 0, -1, -2],
  [1, 0, -1, 2, 0, -2, 1, 0, -1],
  [0, -1, -2, 1, 0, -1, 2, 1, 0],
];

/**
 * Shapes as examples/shapes draws them, for 2 KB of RAM: two convolutions and a linear layer, made without gradients (given
 * filters, patches of the data, a least-squares fit). Written into `folder`: the model, and calibration and test data.
 */
export async function tinyShapes(folder: string): Promise<BenchedModel> {
  await mkdir(folder, { recursive: true });
  const training = drawSamples(4000, 1);
  const parts = await choosePatches(training.images.slice(0, BATCH));
  const weights = await fitClasses(training, parts);
  const inFolder = (name: string) => join(folder, name);
  await writeFile(inFolder('tiny.onnx'), exportOnnx(network(1, parts, weights)));
  for (const [name, count, seed] of [
    ['calibration', 128, 2],
    ['test', 1000, 3],
  ] as const) {
    const { images, labels } = drawSamples(count, seed);
    const data = Uint8Array.from(Buffer.concat(images));
    await writeFile(inFolder(`${name}.npy`), writeNpy({ dtype: 'u8', shape: [count, SIZE, SIZE], data }));
    await writeFile(
      inFolder(`${name}-labels.npy`),
      writeNpy({ dtype: 'u8', shape: [count], data: Uint8Array.from(labels) }),
    );
    const descriptor = { name, files: `${name}.npy`, labels: `${name}-labels.npy`, layout: 'NHW', scale: 1 / 256 };
    await writeFile(inFolder(`${name}.json`), JSON.stringify(descriptor));
  }
  return {
    name: 'tiny',
    path: inFolder('tiny.onnx'),
    calibration: inFolder('calibration.json'),
    test: inFolder('test.json'),
  };
}

interface Samples {
  readonly images: readonly Uint8Array[];
  readonly labels: readonly number[];
}

function drawSamples(count: number, seed: number): Samples {
  const rng = createRng(seed);
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES.length);
  return { labels, images: labels.map((label) => drawShape(label, rng, CONDITIONS)) };
}

/** 3x3 patches of edge maps without their mean, of length 1. */
async function choosePatches(images: readonly Uint8Array[]): Promise<number[]> {
  const edges = await run(network(BATCH), images);
  const rng = createRng(4);
  const filters: number[] = [];
  while (filters.length < PARTS * EDGES * 9) {
    const [image, top, left] = [rng.int(0, BATCH - 1), rng.int(0, MAP - 3), rng.int(0, MAP - 3)];
    const patch = Array.from({ length: EDGES * 9 }, (_, i) => {
      const [channel, y, x] = [Math.floor(i / 9), top + (Math.floor(i / 3) % 3), left + (i % 3)];
      return edges[((image * EDGES + channel) * MAP + y) * MAP + x];
    });
    if (patch.filter((edge) => edge > 0.1).length < 9) continue; // background only
    const mean = patch.reduce((sum, edge) => sum + edge) / patch.length;
    const norm = Math.hypot(...patch.map((edge) => edge - mean));
    filters.push(...patch.map((edge) => (edge - mean) / norm));
  }
  return filters;
}

/** Weights [FEATURES + 1, classes] of the last layer and, in the last row, its bias. */
async function fitClasses({ images, labels }: Samples, parts: readonly number[]): Promise<Float64Array> {
  const x = new Float64Array(images.length * (FEATURES + 1)).fill(1);
  const y = new Float64Array(images.length * CLASSES.length);
  for (let first = 0; first < images.length; first += BATCH) {
    const features = await run(network(BATCH, parts), images.slice(first, first + BATCH));
    for (let i = 0; i < BATCH; i++) {
      x.set(features.subarray(i * FEATURES, (i + 1) * FEATURES), (first + i) * (FEATURES + 1));
    }
  }
  labels.forEach((label, i) => {
    y[i * CLASSES.length + label] = 1;
  });
  return ridge(x, y, images.length, 1);
}

/** As far as its weights are known. */
function network(batch: number, parts?: readonly number[], classes?: Float64Array): Graph {
  const filters = [1, -1].flatMap((sign) => SOBEL.flat().map((weight) => (sign * weight) / 4));
  const first = `graph tiny
input image: f32[${batch},1,${SIZE},${SIZE}]
const edge_filters: f32[${EDGES},1,3,3] = ${filters}
const edge_bias: f32[${EDGES}] = ${new Array(EDGES).fill(-1 / 16)}
contrast: f32[${batch},${EDGES},${MAP},${MAP}] = Conv(image, edge_filters, edge_bias) strides=[3,3]
edges: f32[${batch},${EDGES},${MAP},${MAP}] = Relu(contrast)`;
  if (!parts) return parseGraph(`${first}\nreturn edges`);
  const second = `${first}
const part_filters: f32[${PARTS},${EDGES},3,3] = ${parts}
const part_bias: f32[${PARTS}] = ${new Array(PARTS).fill(-1 / 8)}
likeness: f32[${batch},${PARTS},${MAP},${MAP}] = Conv(edges, part_filters, part_bias) pads=[1,1,1,1]
found: f32[${batch},${PARTS},${MAP},${MAP}] = Relu(likeness)
pooled: f32[${batch},${PARTS},${MAP / 2},${MAP / 2}] = MaxPool(found) kernel_shape=[2,2] strides=[2,2]
features: f32[${batch},${FEATURES}] = Flatten(pooled)`;
  if (!classes) return parseGraph(`${second}\nreturn features`);
  const n = CLASSES.length;
  return parseGraph(`${second}
const weights: f32[${FEATURES},${n}] = ${classes.subarray(0, FEATURES * n)}
const bias: f32[${n}] = ${classes.subarray(FEATURES * n)}
scores: f32[${batch},${n}] = Gemm(features, weights, bias)
return scores`);
}

async function run(graph: Graph, images: readonly Uint8Array[]): Promise<Float32Array> {
  const pixels = Float32Array.from(images.flatMap((image) => Array.from(image, (pixel) => pixel / 256)));
  const feed = { dtype: 'f32', shape: [images.length, 1, SIZE, SIZE], data: pixels } as const;
  return withSession(exportOnnx(graph), {}, async (session) => {
    const results = await session.run(new Map([['image', feed]]));
    return must(results.get(graph.outputs[0]), 'result').data as Float32Array;
  });
}

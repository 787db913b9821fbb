import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor } from '../../src/ir/types.ts';
import { CLASSES, SIZE } from './draw.ts';

/** Channels of the first layer: four directions of an edge, bright to dark and dark to bright. */
export const EDGES = 8;
/** Channels of the second layer: constellations of edges, such as corners and arcs. */
export const PARTS = 32;
/** The second layer looks at PART_SIZE x PART_SIZE places of the first layer's map of MAP x MAP. */
export const PART_SIZE = 5;
export const MAP = SIZE / 2;
/** Numbers that describe an image: PARTS channels at 4 x 4 places. */
export const FEATURES = PARTS * 16;

/** Sobel's filter in four directions; halves and quarters, so that sums are exact in float32. */
const SOBEL = [
  [1, 2, 1, 0, 0, 0, -1, -2, -1],
  [2, 1, 0, 1, 0, -1, 0, -1, -2],
  [1, 0, -1, 2, 0, -2, 1, 0, -1],
  [0, -1, -2, 1, 0, -1, 2, 1, 0],
];
const EDGE_FILTERS = [1, -1].flatMap((sign) => SOBEL.flat().map((weight) => (sign * weight) / 4));

/** Below these an edge or a part counts as absent. */
const EDGE_THRESHOLD = 1 / 16;
const PART_THRESHOLD = 1 / 8;

/** Pixels in [0, 1) -> where edges of which direction are. */
export function edgeNetwork(batch: number): Graph {
  return parseGraph(`${edgeLayers(batch)}\nreturn edges`);
}

/** Pixels -> FEATURES numbers per image. `parts` [PARTS, EDGES, PART_SIZE, PART_SIZE]. */
export function featureNetwork(batch: number, parts: Tensor): Graph {
  return parseGraph(`${featureLayers(batch, parts)}\nreturn features`);
}

/** The whole classifier for one image: features, a Gemm with `weights` [FEATURES, classes] and `bias`, Softmax. */
export function shapesNetwork(parts: Tensor, weights: Tensor, bias: Tensor): Graph {
  const n = CLASSES.length;
  return parseGraph(`graph shapes
${featureLayers(1, parts)}
const weights: f32[${FEATURES},${n}] = ${weights.data}
const bias: f32[${n}] = ${bias.data}
scores: f32[1,${n}] = Gemm(features, weights, bias)
classes: f32[1,${n}] = Softmax(scores) axis=1
return classes`);
}

function edgeLayers(batch: number): string {
  return `input image: f32[${batch},1,${SIZE},${SIZE}]
const edge_filters: f32[${EDGES},1,3,3] = ${EDGE_FILTERS}
const edge_bias: f32[${EDGES}] = ${new Array(EDGES).fill(-EDGE_THRESHOLD)}
contrast: f32[${batch},${EDGES},${SIZE},${SIZE}] = Conv(image, edge_filters, edge_bias) pads=[1,1,1,1]
bright: f32[${batch},${EDGES},${SIZE},${SIZE}] = Relu(contrast)
edges: f32[${batch},${EDGES},${MAP},${MAP}] = MaxPool(bright) kernel_shape=[2,2] strides=[2,2]`;
}

function featureLayers(batch: number, parts: Tensor): string {
  return `${edgeLayers(batch)}
const part_filters: f32[${PARTS},${EDGES},${PART_SIZE},${PART_SIZE}] = ${parts.data}
const part_bias: f32[${PARTS}] = ${new Array(PARTS).fill(-PART_THRESHOLD)}
likeness: f32[${batch},${PARTS},${MAP},${MAP}] = Conv(edges, part_filters, part_bias) pads=[2,2,2,2]
found: f32[${batch},${PARTS},${MAP},${MAP}] = Relu(likeness)
parts: f32[${batch},${PARTS},4,4] = MaxPool(found) kernel_shape=[3,3] strides=[3,3]
features: f32[${batch},${FEATURES}] = Flatten(parts)`;
}

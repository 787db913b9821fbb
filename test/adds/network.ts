import { parseGraph } from '../../src/ir/text.ts';
import type { Graph } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';

/** A small network with every kind of layer that integer networks are made of; nodes end in `.format`. */
export function smallNetwork(format: string, seed = 5): Graph {
  const rng = createRng(seed);
  const numbers = (count: number) => Array.from({ length: count }, () => rng.normal().toFixed(4)).join(',');
  const graph = parseGraph(`graph small
input image: f32[1,2,8,8]
const w1: f32[6,2,3,3] = ${numbers(108)}
const b1: f32[6] = ${numbers(6)}
const w2: f32[6,1,3,3] = ${numbers(54)}
const b2: f32[6] = ${numbers(6)}
const w3: f32[6,6,1,1] = ${numbers(36)}
const w4: f32[54,5] = ${numbers(270)}
const b4: f32[5] = ${numbers(5)}
conv: f32[1,6,8,8] = Conv(image, w1, b1) pads=[1,1,1,1]
positive: f32[1,6,8,8] = Relu(conv)
small: f32[1,6,4,4] = MaxPool(positive) kernel_shape=[2,2] strides=[2,2]
depthwise: f32[1,6,4,4] = Conv(small, w2, b2) pads=[1,1,1,1] group=6
pointwise: f32[1,6,4,4] = Conv(depthwise, w3)
sum: f32[1,6,4,4] = Add(small, pointwise)
curve: f32[1,6,4,4] = Sigmoid(sum)
mean: f32[1,6,3,3] = AveragePool(curve) kernel_shape=[3,3] pads=[1,1,0,0] strides=[1,1]
flat: f32[1,54] = Flatten(mean)
scores: f32[1,5] = Gemm(flat, w4, b4)
classes: f32[1,5] = Softmax(scores) axis=1
half: f32[1,6,2,2] = AveragePool(small) kernel_shape=[2,2] strides=[2,2]
return classes, half`);
  const nodes = graph.nodes.map((node) => ({ ...node, name: `${node.name || node.outputs[0]}.${format}` }));
  return { ...graph, nodes };
}

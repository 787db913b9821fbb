import { elementCount } from '../src/ir/shape.ts';
import type { Graph, Node, Shape, Tensor, TensorType, ValueName } from '../src/ir/types.ts';
import { createRng } from '../src/numerics/rng.ts';

/** A kind of layer in two sizes that differ in how often an inference uses each weight. */
export interface DecodeLayer {
  readonly name: 'dense' | 'conv' | 'depthwise';
  readonly op: 'Conv' | 'MatMul';
  readonly weights: number;
  readonly uses: readonly [small: number, large: number];
  readonly shape: Shape;
  readonly group: number;
  /** Input and output of a size. */
  readonly sizes: readonly [small: readonly [Shape, Shape], large: readonly [Shape, Shape]];
}

export const decodeLayers: readonly DecodeLayer[] = [
  {
    ...{ name: 'dense', op: 'MatMul', shape: [256, 64], weights: 256 * 64, group: 1, uses: [1, 4] },
    sizes: [
      [
        [1, 256],
        [1, 64],
      ],
      [
        [4, 256],
        [4, 64],
      ],
    ],
  },
  {
    ...{ name: 'conv', op: 'Conv', shape: [32, 16, 3, 3], weights: 32 * 16 * 9, group: 1, uses: [16, 64] },
    sizes: [
      [
        [1, 16, 6, 6],
        [1, 32, 4, 4],
      ],
      [
        [1, 16, 10, 10],
        [1, 32, 8, 8],
      ],
    ],
  },
  {
    ...{ name: 'depthwise', op: 'Conv', shape: [64, 1, 3, 3], weights: 64 * 9, group: 64, uses: [16, 64] },
    sizes: [
      [
        [1, 64, 6, 6],
        [1, 64, 4, 4],
      ],
      [
        [1, 64, 10, 10],
        [1, 64, 8, 8],
      ],
    ],
  },
];

/** All layers in both sizes side by side: 'conv.small' and 'conv.large' share their weights' values, not the constant. */
export function decodeGraph(seed: number): Graph {
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const nodes: Node[] = [];
  const declare = (name: ValueName, shape: Shape) => {
    types.set(name, { dtype: 'f32', shape, quant: null });
    return name;
  };
  for (const { name, op, shape, group, sizes } of decodeLayers) {
    for (const [i, [x, y]] of sizes.entries()) {
      const id = `${name}.${['small', 'large'][i]}`;
      const rng = createRng(seed);
      const data = Float32Array.from({ length: elementCount(shape) }, () => rng.normal());
      constants.set(`w.${id}`, { dtype: 'f32', shape, data });
      const attributes = op === 'Conv' ? { kernel_shape: shape.slice(2), group } : {};
      const inputs = [declare(`x.${id}`, x), declare(`w.${id}`, shape)];
      nodes.push({ op, domain: '', name: id, inputs, outputs: [declare(id, y)], attributes, clip: null });
    }
  }
  const inputs = nodes.map((node) => node.inputs[0] ?? '');
  return { name: 'decode', inputs, outputs: nodes.map(({ name }) => name), nodes, types, constants };
}

import { elementCount } from '../../src/ir/shape.ts';
import type { Attribute, Graph, Node, Shape, Tensor, TensorType, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';

interface Layer {
  readonly name: string;
  readonly op: 'Conv' | 'Gemm' | 'MatMul';
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

const conv = (name: string, x: Shape, w: Shape, y: Shape, attributes: Record<string, Attribute> = {}): Layer => ({
  name,
  op: 'Conv',
  x,
  w,
  y,
  attributes: { kernel_shape: w.slice(2), ...attributes },
});

/** Odd sizes of every kind of layer with weights: rows and columns that are no multiples of 4, single ones, and so on. */
const LAYERS: readonly Layer[] = [
  conv('padded', [1, 5, 6, 5], [6, 5, 3, 3], [1, 6, 6, 5], { pads: [1, 1, 1, 1] }),
  conv('strided', [1, 3, 9, 8], [8, 3, 3, 2], [1, 8, 3, 7], { strides: [2, 1], dilations: [2, 1] }),
  conv('pointwise', [1, 24, 5, 3], [9, 24, 1, 1], [1, 9, 5, 3]),
  conv('two_groups', [1, 6, 5, 5], [6, 3, 3, 3], [1, 6, 5, 5], { group: 2, pads: [1, 1, 1, 1] }),
  conv('wide_groups', [1, 8, 4, 4], [12, 4, 1, 3], [1, 12, 4, 2], { group: 2 }),
  conv('depthwise', [1, 7, 6, 5], [7, 1, 3, 3], [1, 7, 6, 5], { group: 7, pads: [1, 1, 1, 1] }),
  conv('one_dimension', [1, 3, 11], [5, 3, 4], [1, 5, 8]),
  conv('one_weight', [1, 1, 4, 4], [1, 1, 1, 1], [1, 1, 4, 4]),
  conv('one_column', [1, 1, 3, 3], [7, 1, 1, 1], [1, 7, 3, 3]),
  conv('one_row', [1, 9, 3, 3], [1, 9, 1, 1], [1, 1, 3, 3]),
  conv('deep', [1, 20, 4, 3], [22, 20, 3, 3], [1, 22, 4, 3], { pads: [1, 1, 1, 1] }),
  conv('deep_groups', [1, 40, 2, 3], [44, 20, 3, 3], [1, 44, 2, 3], { group: 2, pads: [1, 1, 1, 1] }),
  conv('two_images', [2, 4, 3, 3], [4, 4, 2, 2], [2, 4, 2, 2]),
  { name: 'dense', op: 'Gemm', x: [1, 37], w: [10, 37], y: [1, 10], attributes: { transB: 1 } },
  { name: 'wide_dense', op: 'Gemm', x: [1, 150], w: [150, 23], y: [1, 23] },
  { name: 'rows', op: 'MatMul', x: [3, 22], w: [22, 6], y: [3, 6] },
  { name: 'many_rows', op: 'MatMul', x: [4, 90], w: [90, 43], y: [4, 43] },
];

/** Each of LAYERS once for each suffix, side by side, with weights and biases drawn at random. */
export function layersSideBySide(suffixes: readonly string[], seed: number): Graph {
  const rng = createRng(seed);
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const nodes: Node[] = [];
  const declare = (name: ValueName, shape: Shape) => {
    types.set(name, { dtype: 'f32', shape, quant: null });
    return name;
  };
  const constant = (name: ValueName, shape: Shape) => {
    const data = Float32Array.from({ length: elementCount(shape) }, () => rng.normal());
    constants.set(name, { dtype: 'f32', shape, data });
    return declare(name, shape);
  };
  for (const suffix of suffixes) {
    for (const { name, op, x, w, y, attributes = {} } of LAYERS) {
      const id = `${name}.${suffix}`;
      const bias = op === 'Conv' ? [w[0]] : op === 'Gemm' ? [y[1]] : null;
      const inputs = [declare(`x.${id}`, x), constant(`w.${id}`, w), ...(bias ? [constant(`b.${id}`, bias)] : [])];
      nodes.push({ op, domain: '', name: id, inputs, outputs: [declare(id, y)], attributes, clip: null });
    }
  }
  const inputs = nodes.map((node) => node.inputs[0] ?? '');
  return { name: 'layers', inputs, outputs: nodes.map(({ name }) => name), nodes, types, constants };
}

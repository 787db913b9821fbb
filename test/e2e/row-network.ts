import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, Graph, Node, Tensor, TensorType, ValueName } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';

type Image = readonly [channels: number, height: number, width: number];
type Attributes = Readonly<Record<string, Attribute>>;

/** A random network of layers that can all be computed row by row: windows of any kind, shortcuts, element by element layers, a pool of all at the end. */
export function rowNetwork(seed: number, layers: number): Graph {
  const rng = createRng(seed);
  const nodes: Node[] = [];
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const images: { readonly name: ValueName; readonly shape: Image }[] = [];
  const declare = (name: ValueName, shape: readonly number[]) => types.set(name, { dtype: 'f32', shape, quant: null });
  const weights = (...shape: readonly number[]): ValueName => {
    const name = `k${types.size}`;
    const count = shape.reduce((a, b) => a * b, 1);
    const fanIn = count / shape[0];
    const data = Array.from({ length: count }, () => rng.normal() / Math.sqrt(fanIn));
    constants.set(name, tensorOf('f32', shape, data));
    declare(name, shape);
    return name;
  };
  const add = (op: string, inputs: readonly ValueName[], shape: Image, attributes: Attributes = {}) => {
    const name = `v${types.size}`;
    nodes.push({ op, domain: '', name, inputs, outputs: [name], attributes, clip: null });
    declare(name, [1, ...shape]);
    images.push({ name, shape });
  };
  images.push({ name: 'image', shape: [rng.int(1, 8), rng.int(6, 14), rng.int(4, 9)] });
  declare('image', [1, ...images[0].shape]);

  while (nodes.length < layers) {
    const { name, shape } = images.at(-1)!;
    const [channels, height, width] = shape;
    const same = images.slice(0, -1).findLast((other) => other.shape.join() === shape.join());
    const kind = rng.int(0, 9);
    if (kind === 0 && same) add(rng.int(0, 1) === 0 ? 'Add' : 'Mul', [name, same.name], shape);
    else if (kind <= 2) add(['Relu', 'Sigmoid', 'Tanh'][rng.int(0, 2)], [name], shape);
    else {
      const window = windowOf(rng, height, width);
      const [out_h, out_w] = window.out;
      if (out_h < 2 || out_w < 1) add('Relu', [name], shape);
      else if (kind === 3) add('MaxPool', [name], [channels, out_h, out_w], window.attributes);
      else if (kind === 4 && window.pads.every((pad) => pad === 0))
        add('AveragePool', [name], [channels, out_h, out_w], window.attributes);
      else {
        const depthwise = kind <= 6 && channels > 1;
        const outputs = depthwise ? channels : rng.int(1, 3) * 4 - rng.int(0, 1);
        const kernel = window.attributes.kernel_shape as readonly number[];
        const w = weights(outputs, depthwise ? 1 : channels, ...kernel);
        const attributes = { ...window.attributes, group: depthwise ? channels : 1 };
        add('Conv', [name, w], [outputs, out_h, out_w], attributes);
      }
    }
  }
  if (rng.int(0, 1) === 0) {
    const { name, shape } = images.at(-1)!;
    add(['GlobalAveragePool', 'GlobalMaxPool'][rng.int(0, 1)], [name], [shape[0], 1, 1]);
  }
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const outputs = nodes.map(({ name }) => name).filter((name) => !read.has(name));
  return { name: 'rows', inputs: ['image'], outputs, nodes, types, constants };
}

/** A random window over an image, padded by less than it is wide. */
function windowOf(rng: Rng, height: number, width: number) {
  const kernel = [rng.int(1, 4), rng.int(1, 3)];
  const dilations = [rng.int(1, 4) === 1 ? 2 : 1, 1];
  const strides = [rng.int(1, 3) === 1 ? 2 : 1, rng.int(1, 2)];
  const reach = kernel.map((size, i) => (size - 1) * dilations[i]);
  const [top, left] = kernel.map((size) => rng.int(0, size - 1));
  const [bottom, right] = kernel.map((size) => rng.int(0, size - 1));
  const out = [height + top + bottom, width + left + right].map(
    (size, i) => Math.floor((size - reach[i] - 1) / strides[i]) + 1,
  ) as [number, number];
  const pads = [top, left, bottom, right];
  return { out, pads, attributes: { kernel_shape: kernel, strides, dilations, pads } as Attributes };
}

import { elementCount } from '../../src/ir/shape.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, Graph, Node, Shape, Tensor, TensorType, ValueName } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';

/** A value under construction. */
interface Value {
  readonly name: ValueName;
  readonly shape: Shape;
}

interface Builder {
  readonly rng: Rng;
  constant(shape: Shape, values: readonly number[], dtype?: 'f32' | 'i64'): Value;
  /** Normal numbers. */
  weights(shape: Shape): Value;
  node(op: string, inputs: readonly (Value | null)[], shape: Shape, attributes?: Record<string, Attribute>): Value;
}

/** One layer more; null when it does not fit this value. */
type Grow = (b: Builder, x: Value) => Value | null;

/** A small random network of the kinds of nodes that the float passes look for. Two outputs, so some values are shared. */
export function randomGraph(seed: number): Graph {
  const rng = createRng(seed);
  const nodes: Node[] = [];
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const b: Builder = {
    rng,
    constant(shape, values, dtype = 'f32') {
      const name = `k${types.size}`;
      constants.set(name, tensorOf(dtype, shape, values));
      types.set(name, { dtype, shape, quant: null });
      return { name, shape };
    },
    weights: (shape) =>
      b.constant(
        shape,
        Array.from({ length: elementCount(shape) }, () => rng.normal()),
      ),
    node(op, inputs, shape, attributes = {}) {
      const name = `v${types.size}`;
      types.set(name, { dtype: 'f32', shape, quant: null });
      const names = inputs.map((input) => input?.name ?? null);
      nodes.push({ op, domain: '', name, inputs: names, outputs: [name], attributes, clip: null });
      return { name, shape };
    },
  };
  const input: Value = { name: 'input', shape: [1, rng.int(1, 3), rng.int(4, 7), rng.int(4, 7)] };
  types.set('input', { dtype: 'f32', shape: input.shape, quant: null });

  let side = input;
  let x = input;
  for (let i = 0; i < 14; i++) {
    x = pick(rng, GROWTHS)(b, x) ?? x;
    if (i === 6) side = x;
  }
  const outputs = side.name === 'input' || side.name === x.name ? [x.name] : [side.name, x.name];
  if (x.name === 'input') outputs.splice(0, 1, b.node('Neg', [x], x.shape).name);
  const needed = new Set(nodes.flatMap((node) => node.inputs));
  for (const name of constants.keys()) if (!needed.has(name)) types.delete(name) && constants.delete(name);
  return { name: '', inputs: ['input'], outputs, nodes, types, constants };
}

function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[rng.int(0, items.length - 1)];
}

const image =
  (grow: Grow): Grow =>
  (b, x) =>
    x.shape.length === 4 ? grow(b, x) : null;

const same =
  (op: string, attributes?: Record<string, Attribute>): Grow =>
  (b, x) =>
    b.node(op, [x], x.shape, attributes);

const conv: Grow = image((b, x) => {
  const [, channels, height, width] = x.shape;
  const group = b.rng.int(0, 1) === 1 ? channels : 1;
  const filters = group * b.rng.int(1, 3);
  const [kh, kw, stride] = [b.rng.int(1, 3), b.rng.int(1, 3), b.rng.int(1, 2)];
  const w = b.weights([filters, channels / group, kh, kw]);
  const bias = b.rng.int(0, 1) === 1 ? [b.weights([filters])] : [];
  const attributes: Record<string, Attribute> = { group, strides: [stride, stride] };
  const inputs = [x, w, ...bias];
  if (b.rng.int(0, 1) === 1) {
    const shape = [1, filters, Math.ceil(height / stride), Math.ceil(width / stride)];
    return b.node('Conv', inputs, shape, { ...attributes, auto_pad: pick(b.rng, ['SAME_UPPER', 'SAME_LOWER']) });
  }
  const shape = [1, filters, Math.floor((height - kh) / stride) + 1, Math.floor((width - kw) / stride) + 1];
  return shape.every((dimension) => dimension > 0) ? b.node('Conv', inputs, shape, attributes) : null;
});

const convTranspose: Grow = image((b, x) => {
  const [, channels, height, width] = x.shape;
  const group = b.rng.int(0, 1) === 1 ? channels : 1;
  const filters = b.rng.int(1, 2);
  if (height > 12 || width > 12) return null;
  const w = b.weights([channels, filters, 2, 2]);
  return b.node('ConvTranspose', [x, w], [1, filters * group, height + 1, width + 1], { group });
});

const batchNorm: Grow = image((b, x) => {
  const channels = x.shape[1];
  const variance = b.constant(
    [channels],
    Array.from({ length: channels }, () => 0.5 + b.rng.uniform()),
  );
  const [gamma, beta, mean] = [b.weights([channels]), b.weights([channels]), b.weights([channels])];
  return b.node('BatchNormalization', [x, gamma, beta, mean, variance], x.shape);
});

const pool: Grow = image((b, x) => {
  const [, channels, height, width] = x.shape;
  if (height < 2 || width < 2) return null;
  const op = pick(b.rng, ['MaxPool', 'AveragePool']);
  return b.node(op, [x], [1, channels, height - 1, width - 1], { kernel_shape: [2, 2] });
});

const pad: Grow = image((b, x) => {
  const [, channels, height, width] = x.shape;
  const pads = b.constant([8], [0, 0, 1, 0, 0, 0, 1, 1], 'i64');
  return b.node('Pad', [x, pads], [1, channels, height + 2, width + 1]);
});

const clip: Grow = (b, x) => {
  const [min, max] = [b.constant([], [-1]), b.constant([], [6])];
  return b.node('Clip', pick(b.rng, [[x, min, max], [x, min], [x, null, max], [x]]), x.shape);
};

/** A constant operand: one number, or one per channel of an image or column of a matrix. */
const binary: Grow = (b, x) => {
  const channels = x.shape[x.shape.length === 4 ? 1 : x.shape.length - 1];
  const perChannel = x.shape.length === 4 ? [channels, 1, 1] : [channels];
  const operand = b.rng.int(0, 2) === 0 ? b.constant([], [pick(b.rng, [0, 1, 0.5])]) : b.weights(perChannel);
  const op = pick(b.rng, ['Add', 'Sub', 'Mul']);
  return b.node(op, b.rng.int(0, 1) === 0 ? [x, operand] : [operand, x], x.shape);
};

const residual: Grow = (b, x) => b.node('Sum', [x, b.node('Relu', [x], x.shape), x], x.shape);

const twice: Grow = (b, x) => {
  const [left, right] = [b.node('Tanh', [x], x.shape), b.node('Tanh', [x], x.shape)];
  return b.node('Mul', [left, right], x.shape);
};

const transpose: Grow = (b, x) => {
  if (x.shape.length === 2) return b.node('Transpose', [x], [...x.shape].reverse(), { perm: [1, 0] });
  if (x.shape.length !== 4) return null;
  const [n, c, h, w] = x.shape;
  const flipped = b.node('Transpose', [x], [n, h, w, c], { perm: [0, 2, 3, 1] });
  return b.node('Transpose', [pick(b.rng, [same('Relu'), same('Identity')])(b, flipped) ?? flipped], [n, c, h, w], {
    perm: [0, 3, 1, 2],
  });
};

const flatten: Grow = image((b, x) => b.node('Flatten', [x], [1, elementCount(x.shape)]));

const dense: Grow = (b, x) => {
  const depth = x.shape[x.shape.length - 1];
  const columns = b.rng.int(1, 4);
  const shape = [...x.shape.slice(0, -1), columns];
  if (x.shape.length !== 2 || b.rng.int(0, 1) === 0) return b.node('MatMul', [x, b.weights([depth, columns])], shape);
  const w = b.node('Neg', [b.weights([columns, depth])], [columns, depth]);
  return b.node('Gemm', [x, w, b.weights([columns])], shape, { transB: 1, alpha: 0.5, beta: 2 });
};

const mean: Grow = image((b, x) => {
  const keepdims = b.rng.int(0, 1);
  const axes = b.constant([2], [2, 3], 'i64');
  return b.node('ReduceMean', [x, axes], keepdims ? [1, x.shape[1], 1, 1] : [1, x.shape[1]], { keepdims });
});

const GROWTHS: readonly Grow[] = [
  conv,
  conv,
  conv,
  convTranspose,
  batchNorm,
  batchNorm,
  pool,
  pad,
  clip,
  clip,
  binary,
  binary,
  binary,
  residual,
  twice,
  transpose,
  flatten,
  dense,
  dense,
  mean,
  same('Relu'),
  same('Relu'),
  same('Identity'),
  same('Dropout'),
  same('Sigmoid'),
];

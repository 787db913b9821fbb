import { elementCount } from '../../src/ir/shape.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, Graph, Node, Shape, Tensor, TensorType, ValueName } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';

/** A value under construction; images are [N, C, H, W], signals [N, C, L], vectors [N, C]. */
interface Value {
  readonly name: ValueName;
  readonly shape: Shape;
}

type Attributes = Readonly<Record<string, Attribute>>;

interface Builder {
  readonly rng: Rng;
  /** Everything made so far. */
  readonly values: Value[];
  constant(shape: Shape, values: readonly number[], dtype?: 'f32' | 'i64'): Value;
  /** Normal numbers over sqrt(fan in), so that activations stay near 1. */
  weights(shape: Shape, fanIn: number): Value;
  node(op: string, inputs: readonly (Value | null)[], shape: Shape, attributes?: Attributes): Value;
}

/** One layer more on `x`; null when it does not fit. */
type Grow = (b: Builder, x: Value) => Value | null;

/** More elements than this and a value is not grown further: tests run on an emulator. */
const MOST_ELEMENTS = 1500;

/**
 * A random network of `layers` layers over an image and a signal: a few towers that share values, joined by sums,
 * products and concatenations. The same seed gives the same network.
 */
export function randomNetwork(seed: number, layers: number): Graph {
  const rng = createRng(seed);
  const nodes: Node[] = [];
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const declare = (name: ValueName, shape: Shape, dtype: 'f32' | 'i64' = 'f32'): Value => {
    types.set(name, { dtype, shape, quant: null });
    return { name, shape };
  };
  const b: Builder = {
    rng,
    values: [],
    constant(shape, values, dtype = 'f32') {
      const name = `k${types.size}`;
      constants.set(name, tensorOf(dtype, shape, values));
      return declare(name, shape, dtype);
    },
    weights: (shape, fanIn) =>
      b.constant(
        shape,
        many(elementCount(shape), () => rng.normal() / Math.sqrt(fanIn)),
      ),
    node(op, inputs, shape, attributes = {}) {
      const name = `v${types.size}`;
      const names = inputs.map((input) => input?.name ?? null);
      nodes.push({ op, domain: '', name, inputs: names, outputs: [name], attributes, clip: null });
      const value = declare(name, shape);
      b.values.push(value);
      return value;
    },
  };
  const batch = rng.int(0, 5) === 0 ? 2 : 1;
  const inputs = [
    declare('image', [batch, rng.int(1, 4), rng.int(5, 9), rng.int(5, 9)]),
    declare('signal', [batch, rng.int(1, 6), rng.int(9, 20)]),
  ];
  b.values.push(...inputs);
  while (nodes.length < layers) {
    // Mostly onwards from the newest values, now and then from an old one.
    const recent = rng.int(0, 3) === 0 ? b.values : b.values.slice(-3);
    const x = pick(rng, recent);
    const grown = elementCount(x.shape) <= MOST_ELEMENTS ? pick(rng, growthsOf(x))(b, x) : null;
    if (grown && rng.int(0, 1) === 0) activate(b, grown);
  }
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const outputs = nodes.flatMap(({ outputs: [output] }) => (read.has(output!) ? [] : [output!]));
  for (const name of constants.keys()) if (!read.has(name)) types.delete(name) && constants.delete(name);
  const used = inputs.filter(({ name }) => read.has(name)).map(({ name }) => name);
  for (const { name } of inputs) if (!read.has(name)) types.delete(name);
  return { name: '', inputs: used, outputs, nodes, types, constants };
}

function many<T>(length: number, make: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => make(i));
}

function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[rng.int(0, items.length - 1)]!;
}

function divisors(n: number): number[] {
  return many(n, (i) => i + 1).filter((d) => n % d === 0);
}

/** Grouped, depthwise (with multiplier), strided, dilated, padded unevenly; 1-D and 2-D. */
const conv: Grow = (b, { name, shape }) => {
  const { rng } = b;
  const [batch, channels, ...size] = shape as [number, number, ...number[]];
  const group = pick(rng, [1, 1, channels, ...divisors(channels)]);
  const filters = group * rng.int(1, group === 1 ? 9 : Math.max(1, Math.floor(12 / group)));
  const window = randomWindow(b, size, () => true);
  const attributes = { group, strides: window.strides, dilations: window.dilations, pads: window.pads };
  const fanIn = (channels / group) * elementCount(window.kernel);
  const w = b.weights([filters, channels / group, ...window.kernel], fanIn);
  const bias = rng.int(0, 2) > 0 ? [b.weights([filters], 4)] : [];
  const out = size.map((_, i) => outputSize(size, window, i, false));
  return fits(out) ? b.node('Conv', [{ name, shape }, w, ...bias], [batch, filters, ...out], attributes) : null;
};

/** Maximum and average, with ceil_mode, dilations, count_include_pad. */
const pool: Grow = (b, x) => {
  const { rng } = b;
  const [batch, channels, ...size] = x.shape as [number, number, ...number[]];
  const op = pick(rng, ['MaxPool', 'AveragePool']);
  // No window may lie in the padding alone.
  const window = randomWindow(b, size, (pad, kernel) => pad < kernel);
  const ceil = rng.int(0, 1);
  const { kernel, strides, dilations, pads } = window;
  const attributes: Record<string, Attribute> = { kernel_shape: kernel, strides, pads, ceil_mode: ceil };
  if (rng.int(0, 1) === 1) attributes.dilations = dilations;
  const taken = attributes.dilations ? window : { ...window, dilations: dilations.map(() => 1) };
  if (op === 'AveragePool') attributes.count_include_pad = rng.int(0, 1);
  const out = size.map((_, i) => outputSize(size, taken, i, ceil === 1));
  return fits(out) ? b.node(op, [x], [batch, channels, ...out], attributes) : null;
};

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

function randomWindow(
  { rng }: Builder,
  size: readonly number[],
  allowed: (pad: number, kernel: number) => boolean,
): Window {
  const kernel = size.map((n) => rng.int(1, Math.min(4, n)));
  const pads = many(2 * size.length, () => pick(rng, [0, 0, 1, 2]));
  return {
    kernel,
    strides: size.map(() => pick(rng, [1, 1, 2, 3])),
    dilations: size.map(() => pick(rng, [1, 1, 2])),
    pads: pads.map((pad, i) => (allowed(pad, kernel[i % size.length]!) ? pad : 0)),
  };
}

/** ONNX's formula; with ceil_mode a last window that would start in the end padding is left out. */
function outputSize(
  size: readonly number[],
  { kernel, strides, dilations, pads }: Window,
  i: number,
  ceil: boolean,
): number {
  const padded = size[i]! + pads[i]! + pads[i + size.length]!;
  const steps = (padded - dilations[i]! * (kernel[i]! - 1) - 1) / strides[i]!;
  const out = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceil && (out - 1) * strides[i]! >= size[i]! + pads[i]! ? out - 1 : out;
}

function fits(size: readonly number[]): boolean {
  return size.every((n) => n > 0);
}

const globalPool: Grow = (b, x) => {
  const op = pick(b.rng, ['GlobalAveragePool', 'GlobalMaxPool']);
  return b.node(op, [x], [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)]);
};

/** Sum, difference or product with another value of this shape, a constant, or one number per channel. */
const join: Grow = (b, x) => {
  const others = b.values.filter(({ shape }) => shape.join() === x.shape.join());
  const perChannel = [x.shape[1]!, ...x.shape.slice(2).map(() => 1)];
  const other = pick(b.rng, [
    ...others,
    b.weights(perChannel, 1),
    b.weights([], 1),
    ...b.values.filter(({ shape }) => shape.join() === [x.shape[0], ...perChannel].join()),
  ]);
  const [left, right] = pick(b.rng, [[x, other] as const, [other, x] as const]);
  return b.node(pick(b.rng, ['Add', 'Add', 'Sub', 'Mul']), [left, right], x.shape);
};

const concat: Grow = (b, x) => {
  const axis = b.rng.int(1, x.shape.length - 1);
  const others = b.values.filter(
    ({ shape }) => shape.length === x.shape.length && shape.every((n, i) => i === axis || n === x.shape[i]),
  );
  const parts = [x, ...many(b.rng.int(1, 2), () => pick(b.rng, others))];
  const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  return b.node(
    'Concat',
    parts,
    x.shape.map((n, i) => (i === axis ? total : n)),
    { axis },
  );
};

const slice: Grow = (b, x) => {
  const axis = b.rng.int(1, x.shape.length - 1);
  const size = x.shape[axis]!;
  const step = pick(b.rng, [1, 1, 2, -1]);
  const start = step > 0 ? b.rng.int(0, size - 1) : size - 1;
  const end = step > 0 ? size : -size - 1;
  const length = step > 0 ? Math.ceil((size - start) / step) : size;
  const list = (value: number) => b.constant([1], [value], 'i64');
  return b.node(
    'Slice',
    [x, list(start), list(end), list(axis), list(step)],
    x.shape.map((n, i) => (i === axis ? length : n)),
  );
};

const pad: Grow = (b, x) => {
  const rank = x.shape.length;
  const mode = pick(b.rng, ['constant', 'constant', 'edge', 'reflect']);
  const amounts = many(2 * rank, (i) => (i % rank < 2 ? 0 : Math.min(b.rng.int(0, 2), x.shape[i % rank]! - 1)));
  const fill = mode === 'constant' && b.rng.int(0, 1) === 1 ? [b.constant([], [0.5])] : [];
  const shape = x.shape.map((n, i) => n + amounts[i]! + amounts[i + rank]!);
  return b.node('Pad', [x, b.constant([2 * rank], amounts, 'i64'), ...fill], shape, { mode });
};

const transpose: Grow = (b, x) => {
  const order = [...x.shape.keys()].slice(1);
  const perm = [0, ...order.map((_, i) => order[(i + 1) % order.length]!)];
  return b.node(
    'Transpose',
    [x],
    perm.map((i) => x.shape[i]!),
    { perm },
  );
};

/** Splits or merges dimensions behind the batch. */
const reshape: Grow = (b, x) => {
  const [batch, ...rest] = x.shape as [number, ...number[]];
  const count = elementCount(rest);
  const outer = pick(b.rng, divisors(count));
  const inner = pick(b.rng, divisors(count / outer));
  const shape = pick(b.rng, [
    [outer, count / outer],
    [outer, inner, count / outer / inner],
  ]);
  return b.node('Reshape', [x, b.constant([1 + shape.length], [batch, ...shape], 'i64')], [batch, ...shape]);
};

const flatten: Grow = (b, x) => b.node('Flatten', [x], [x.shape[0]!, elementCount(x.shape.slice(1))]);

const dense: Grow = (b, x) => {
  const depth = x.shape.at(-1)!;
  const columns = b.rng.int(1, 11);
  const shape = [...x.shape.slice(0, -1), columns];
  if (x.shape.length > 2 || b.rng.int(0, 2) === 0)
    return b.node('MatMul', [x, b.weights([depth, columns], depth)], shape);
  const transB = b.rng.int(0, 1);
  const w = b.weights(transB === 1 ? [columns, depth] : [depth, columns], depth);
  const bias = b.rng.int(0, 1) === 1 ? [b.weights([columns], 4)] : [];
  return b.node('Gemm', [x, w, ...bias], shape, { transB });
};

/** X X^T: both factors are activations. */
const gram: Grow = (b, x) => {
  const [batch, rows, depth] = x.shape as [number, number, number];
  const turned = b.node('Transpose', [x], [batch, depth, rows], { perm: [0, 2, 1] });
  return b.node('MatMul', [x, turned], [batch, rows, rows]);
};

const softmax: Grow = (b, x) => b.node('Softmax', [x], x.shape, { axis: pick(b.rng, [-1, 1]) });

const swish: Grow = (b, x) => b.node('Mul', [x, b.node('Sigmoid', [x], x.shape)], x.shape);

const unary =
  (op: string, attributes: Attributes = {}): Grow =>
  (b, x) =>
    b.node(op, [x], x.shape, attributes);

const clip: Grow = (b, x) => {
  const [low, high] = [b.constant([], [pick(b.rng, [0, 0, -1, 0.25])]), b.constant([], [pick(b.rng, [6, 1])])];
  return b.node(
    'Clip',
    pick(b.rng, [
      [x, low, high],
      [x, low],
      [x, null, high],
    ]),
    x.shape,
  );
};

const ACTIVATIONS: readonly Grow[] = [
  unary('Relu'),
  unary('Relu'),
  clip,
  unary('LeakyRelu', { alpha: 0.125 }),
  unary('Sigmoid'),
  unary('Tanh'),
  unary('HardSwish'),
  swish,
];

function activate(b: Builder, x: Value): void {
  pick(b.rng, ACTIVATIONS)(b, x);
}

const ANY: readonly Grow[] = [join, join, join, concat, slice, reshape, softmax, ...ACTIVATIONS.slice(0, 3)];
const SPATIAL: readonly Grow[] = [
  conv,
  conv,
  conv,
  conv,
  conv,
  pool,
  pool,
  pool,
  globalPool,
  pad,
  transpose,
  dense,
  flatten,
];

function growthsOf({ shape }: Value): readonly Grow[] {
  if (shape.length === 4) return [...SPATIAL, ...ANY];
  if (shape.length === 3) return [...SPATIAL, gram, ...ANY];
  return [dense, dense, dense, ...ANY];
}

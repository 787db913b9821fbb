import { buildOn } from '../../src/autodiff/builder.ts';
import { elementCount } from '../../src/ir/shape.ts';
import type { Graph, Shape, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';

interface Window {
  /** [height, width], as all pairs here. */
  readonly kernel: readonly [number, number];
  /** Default 1. */
  readonly strides?: readonly [number, number];
  /** Zeros on both sides. Default none. */
  readonly pads?: readonly [number, number];
}

export interface ConvShape extends Window {
  /** Output channels; left out for a depthwise convolution. */
  readonly filters?: number;
  /** Default yes; not needed in front of BatchNormalization. */
  readonly bias?: boolean;
}

/** Layers one after the other; each is named as the value it makes. */
export interface LayerStack {
  conv(name: ValueName, shape: ConvShape): LayerStack;
  /** BatchNormalization and Relu; the first is named `${name}_norm`. */
  normRelu(name: ValueName): LayerStack;
  relu(name: ValueName): LayerStack;
  maxPool(name: ValueName, window: Window): LayerStack;
  globalAveragePool(name: ValueName): LayerStack;
  flatten(name: ValueName): LayerStack;
  linear(name: ValueName, outputs: number): LayerStack;
  softmax(name: ValueName): LayerStack;
  /** Twice as many rows and columns, by a transposed convolution of 2 x 2 places. */
  grow(name: ValueName, filters: number): LayerStack;
  /** What an earlier layer made beside what the last one did, along the channels. */
  beside(name: ValueName, other: ValueName): LayerStack;
  /** Places of an image one after the other: [1, places, channels]. */
  tokens(name: ValueName): LayerStack;
  /** A number of its own for each place and channel, added. */
  position(name: ValueName): LayerStack;
  layerNorm(name: ValueName): LayerStack;
  /** The same linear layer for each token. */
  project(name: ValueName, outputs: number): LayerStack;
  gelu(name: ValueName): LayerStack;
  /** Each token's mean of all, weighted by heads; with the linear layers before and behind. */
  attention(name: ValueName, heads: number): LayerStack;
  add(name: ValueName, other: ValueName): LayerStack;
  /** Mean over the tokens: [1, channels]. */
  meanToken(name: ValueName): LayerStack;
  /** What the last layer made. */
  last(): ValueName;
  /** The network; its output is that of the last layer. */
  graph(): Graph;
}

/**
 * A network to train: weights normal with variance 2 / (inputs of a sum) (He et al., 2015), biases zero,
 * BatchNormalization without effect. `shape` of one sample: [1, channels, height, width].
 */
export function untrained(name: string, input: ValueName, shape: Shape, seed: number): LayerStack {
  const build = buildOn({ name, inputs: [], outputs: [], nodes: [], types: new Map(), constants: new Map() });
  const rng = createRng(seed);
  let last = build.draft.input(input, { dtype: 'f32', shape, quant: null });

  const layer: typeof build.op = (op, inputs, result, attributes = {}) => {
    last = build.draft.node(
      { op, inputs, attributes, name: build.scope },
      { dtype: 'f32', shape: result, quant: null },
      build.scope,
    );
    return last;
  };
  const drawn = (size: Shape, deviation = Math.sqrt(2 / elementCount(size.slice(1)))) => {
    return build.constant(
      'weights',
      size,
      Array.from({ length: elementCount(size) }, () => deviation * rng.normal()),
    );
  };
  const filled = (hint: string, count: number, value: number) =>
    build.constant(hint, [count], new Array<number>(count).fill(value));

  const stack: LayerStack = {
    conv(scope, { filters, kernel, strides = [1, 1], pads = [0, 0], bias = true }) {
      build.scope = scope;
      const [, channels, ...size] = build.shape(last);
      const outputs = filters ?? channels;
      const group = filters === undefined ? channels : 1;
      const weights = drawn([outputs, channels / group, ...kernel]);
      const inputs = bias ? [last, weights, filled('bias', outputs, 0)] : [last, weights];
      const places = placesOf(size, { kernel, strides, pads });
      layer('Conv', inputs, [1, outputs, ...places], { strides, pads: [...pads, ...pads], group });
      return stack;
    },
    normRelu(scope) {
      build.scope = `${scope}_norm`;
      const channels = build.shape(last)[1];
      const [scale, shift] = [filled('scale', channels, 1), filled('shift', channels, 0)];
      const [mean, variance] = [filled('mean', channels, 0), filled('variance', channels, 1)];
      layer('BatchNormalization', [last, scale, shift, mean, variance], build.shape(last));
      return stack.relu(scope);
    },
    relu(scope) {
      build.scope = scope;
      layer('Relu', [last], build.shape(last));
      return stack;
    },
    maxPool(scope, { kernel, strides = [1, 1], pads = [0, 0] }) {
      build.scope = scope;
      const [, channels, ...size] = build.shape(last);
      const places = placesOf(size, { kernel, strides, pads });
      layer('MaxPool', [last], [1, channels, ...places], { kernel_shape: kernel, strides, pads: [...pads, ...pads] });
      return stack;
    },
    globalAveragePool(scope) {
      build.scope = scope;
      layer('GlobalAveragePool', [last], [1, build.shape(last)[1], 1, 1]);
      return stack;
    },
    flatten(scope) {
      build.scope = scope;
      layer('Flatten', [last], [1, elementCount(build.shape(last))]);
      return stack;
    },
    linear(scope, outputs) {
      build.scope = scope;
      const weights = drawn([outputs, build.shape(last)[1]]);
      layer('Gemm', [last, weights, filled('bias', outputs, 0)], [1, outputs], { transB: 1 });
      return stack;
    },
    softmax(scope) {
      build.scope = scope;
      layer('Softmax', [last], build.shape(last), { axis: 1 });
      return stack;
    },
    grow(scope, filters) {
      build.scope = scope;
      const [, channels, height, width] = build.shape(last);
      const weights = drawn([channels, filters, 2, 2], Math.sqrt(2 / channels));
      const size = [1, filters, 2 * height, 2 * width];
      layer('ConvTranspose', [last, weights, filled('bias', filters, 0)], size, { strides: [2, 2] });
      return stack;
    },
    beside(scope, other) {
      build.scope = scope;
      const [, channels, ...size] = build.shape(last);
      layer('Concat', [last, other], [1, channels + build.shape(other)[1], ...size], { axis: 1 });
      return stack;
    },
    tokens(scope) {
      const [, channels, ...size] = build.shape(last);
      const places = elementCount(size);
      build.scope = `${scope}_flat`;
      layer('Reshape', [last, build.ints([1, channels, places])], [1, channels, places]);
      build.scope = scope;
      layer('Transpose', [last], [1, places, channels], { perm: [0, 2, 1] });
      return stack;
    },
    position(scope) {
      build.scope = scope;
      layer('Add', [last, drawn(build.shape(last), 0.02)], build.shape(last));
      return stack;
    },
    layerNorm(scope) {
      build.scope = scope;
      const channels = build.shape(last)[2];
      layer(
        'LayerNormalization',
        [last, filled('scale', channels, 1), filled('shift', channels, 0)],
        build.shape(last),
      );
      return stack;
    },
    project(scope, outputs) {
      const [, places, inputs] = build.shape(last);
      const size = [1, places, outputs];
      build.scope = `${scope}_product`;
      layer('MatMul', [last, drawn([inputs, outputs], 1 / Math.sqrt(inputs))], size);
      build.scope = scope;
      layer('Add', [last, filled('bias', outputs, 0)], size);
      return stack;
    },
    gelu(scope) {
      build.scope = scope;
      layer('Gelu', [last], build.shape(last));
      return stack;
    },
    attention(scope, heads) {
      const [from, channels] = [last, build.shape(last)[2]];
      const [query, key, value] = ['query', 'key', 'value'].map((end) => {
        last = from;
        return stack.project(`${scope}_${end}`, channels).last();
      });
      build.scope = `${scope}_mixed`;
      layer('Attention', [query, key, value], build.shape(last), { q_num_heads: heads, kv_num_heads: heads });
      return stack.project(scope, channels);
    },
    add(scope, other) {
      build.scope = scope;
      layer('Add', [last, other], build.shape(last));
      return stack;
    },
    meanToken(scope) {
      build.scope = scope;
      layer('ReduceMean', [last, build.ints([1])], [1, build.shape(last)[2]], { keepdims: 0 });
      return stack;
    },
    last: () => last,
    graph() {
      build.draft.addOutput(last);
      return build.draft.finish();
    },
  };
  return stack;
}

/** How many windows fit along each axis. */
function placesOf(size: Shape, { kernel, strides, pads }: Required<Window>): number[] {
  return size.map((length, axis) => Math.floor((length + 2 * pads[axis] - kernel[axis]) / strides[axis]) + 1);
}

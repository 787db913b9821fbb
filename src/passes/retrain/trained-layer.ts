import type { Builder } from '../../autodiff/builder.ts';
import { constantOf, editGraph, typeOf } from '../../ir/graph.ts';
import { type Linear, linearOf } from '../../ir/linear.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant, Tensor, ValueName } from '../../ir/types.ts';
import { quantOf, scaleOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import { type QuantizedWeights, quantizedWeights } from './quantized-weights.ts';
import { factorOf, type TrainedWeights, type WeightMethod } from './trained-weights.ts';

/** A bias moves in such multiples of its output's step, so that one rate suits biases and scales. */
const BIAS_STEPS = 16;

const INT32_MAX = 2 ** 31 - 1;

/** A layer with constant weights: what is trained of it. Scales and biases start where they are, at a parameter of 0. */
export interface TrainedLayer {
  readonly node: Node;
  readonly codes: QuantizedWeights;
  readonly weights: TrainedWeights;
  /** Parameter, one for each scale, which becomes scale exp(parameter); null: the scales stay. */
  readonly scales: { readonly parameter: ValueName; readonly factor: ValueName } | null;
  /** Parameter, one for each bias, which becomes bias + unit parameter; null: the layer takes none. */
  readonly bias: TrainedBias | null;
}

export interface TrainedBias {
  readonly parameter: ValueName;
  readonly start: readonly number[];
  readonly unit: number;
}

/** Makes the trained layers of a graph: layers that share a constant share what is trained of it. */
export function layerMaker(
  build: Builder,
  graph: Graph,
  float: Graph | null,
  methodOf: (weights: QuantizedWeights) => WeightMethod,
): (node: Node) => TrainedLayer | null {
  const made = new Map<ValueName, Omit<TrainedLayer, 'node' | 'bias'>>();
  const biases = new Map<ValueName, TrainedBias>();
  return (node) => {
    const codes = quantizedWeights(graph, node, float);
    if (!codes) return null;
    let shared = made.get(codes.name);
    if (!shared) {
      const weights = methodOf(codes)(build, codes);
      const free = weights.freeScales && !codes.quant.scale.every(isPowerOfTwo);
      const scales = free ? factorOf(build, 'scales', [codes.quant.scale.length]) : null;
      shared = { codes, weights, scales: scales && { parameter: scales.parameter.name, factor: scales.factor } };
      made.set(codes.name, shared);
    }
    const linear = must(linearOf(graph, node), 'linear layer');
    const given = node.inputs[2] ?? linear.output;
    if (linear.takesBias && !biases.has(given)) biases.set(given, biasOf(build, graph, linear, codes.quant));
    return { node, ...shared, bias: biases.get(given) ?? null };
  };
}

/** A scale of a row scales its result: (x W) exp(scales) + bias, without the bias in the product. */
export function withParameters(build: Builder, product: ValueName, { node, scales, bias }: TrainedLayer): ValueName {
  const shape = build.shape(product);
  const perRow = (value: ValueName) =>
    node.op === 'Conv' ? build.reshape(value, [build.shape(value)[0], ...shape.slice(2).map(() => 1)]) : value;
  const scaled = scales ? build.mul(product, perRow(scales.factor)) : product;
  if (!bias) return scaled;
  const start = build.constant('bias', [bias.start.length], bias.start);
  return build.add(scaled, perRow(build.add(start, build.scale(bias.parameter, bias.unit))));
}

/** Scales that are powers of two are so on purpose: such a layer is computed by shifts. */
function isPowerOfTwo(scale: number): boolean {
  return Number.isInteger(Math.log2(scale));
}

function biasOf(
  build: Builder,
  graph: Graph,
  { node, input, output, rows: channels }: Linear,
  weights: Quant,
): TrainedBias {
  const codes = constantOf(graph, node.inputs[2]);
  const step = scaleOf(quantOf(graph, input));
  const start = Array.from({ length: channels }, (_, c) => {
    const code = Number(codes?.data[codes.data.length === 1 ? 0 : c] ?? 0);
    return code * step * scaleOf(weights, c);
  });
  const unit = BIAS_STEPS * scaleOf(quantOf(graph, output));
  const parameter = build.constant('shifts', [channels], new Float32Array(channels));
  return { parameter, start, unit };
}

/** The quantized graph with the weights, scales and biases that these parameters stand for. */
export function withTrained(
  graph: Graph,
  layers: readonly TrainedLayer[],
  values: ReadonlyMap<ValueName, Tensor>,
): Graph {
  const edit = editGraph(graph);
  const read = (name: ValueName) => must(values.get(name), name).data as Float32Array;
  const stored = new Map<ValueName, { readonly name: ValueName; readonly scale: readonly number[] }>();
  for (const { node, codes, weights, scales, bias } of layers) {
    const type = typeOf(graph, codes.name);
    const quant = must(type.quant, 'quantized weights');
    const next = stored.get(codes.name) ?? store();
    stored.set(codes.name, next);
    const inputs = [node.inputs[0], next.name];
    if (bias) {
      const shifts = read(bias.parameter);
      const step = scaleOf(quantOf(graph, node.inputs[0]));
      const steps = bias.start.map((_, c) => step * next.scale[quant.axis === null ? 0 : c]);
      const offsets = bias.start.map((b, c) => bounded(Math.round((b + bias.unit * shifts[c]) / steps[c])));
      const name = edit.constant(node.inputs[2] ?? `${node.outputs[0]}.bias`, tensorOf('i32', [steps.length], offsets));
      const affine = { scheme: 'affine', bits: 32, scale: steps, zeroPoint: steps.map(() => 0), axis: 0 } as const;
      edit.setType(name, { dtype: 'i32', shape: [steps.length], quant: affine });
      inputs.push(name);
    }
    edit.update(node, { inputs });

    function store() {
      const result = weights.read(values);
      const factors = scales ? read(scales.parameter) : null;
      const scale = result.scale.map((s, r) => Math.fround(s * (factors ? Math.exp(factors[r]) : 1)));
      const { dtype, shape } = type;
      const name = edit.constant(codes.name, tensorOf(dtype, shape, result.codes));
      const format = result.format ?? quant.format;
      const bits = result.format === null ? quant.bits : dtype === 'i16' ? 16 : 8;
      edit.setType(name, { dtype, shape, quant: { ...quant, bits, scale, ...(format !== undefined && { format }) } });
      return { name, scale };
    }
  }
  return edit.finish();
}

function bounded(code: number): number {
  return Math.min(Math.max(code, -INT32_MAX), INT32_MAX);
}

import type { Builder } from '../../autodiff/builder.ts';
import { constantOf, editGraph, typeOf } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant, Tensor, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { quantOf, scaleOf } from '../../ops/support/quantized.ts';
import { must } from '../../support/errors.ts';
import { dequantizeTensor } from '../quantize/qdq/constant-codes.ts';

/** A bias moves in such multiples of its output's step, so that one rate suits biases and scales. */
const BIAS_STEPS = 16;

const INT32_MAX = 2 ** 31 - 1;

/**
 * A layer with constant weights: rows of codes, a scale for each and a bias. Both start where they are, at a parameter
 * of 0.
 */
export interface TrainedLayer {
  readonly node: Node;
  /** The weights as they are. */
  readonly weights: ValueName;
  /** Parameter, one for each scale, which becomes scale exp(parameter); null: the scales stay. */
  readonly scales: ValueName | null;
  /** Parameter, one for each bias, which becomes bias + unit parameter; null: the layer takes none. */
  readonly bias: { readonly parameter: ValueName; readonly start: readonly number[]; readonly unit: number } | null;
}

/** The layer's parts as values of the simulation; null when the node has no weights. */
export function trainableLayer(build: Builder, graph: Graph, node: Node): TrainedLayer | null {
  const rule = findOp(node.domain, node.op)?.quantize;
  const codes = constantOf(graph, node.inputs[1]);
  const quant = node.inputs[1] == null ? null : typeOf(graph, node.inputs[1]).quant;
  if (!codes || !quant || !rule?.weightAxis) return null;
  const weights = build.draft.constant(`${node.name}.weights`, dequantizeTensor(codes, quant));
  const takesBias = Array.isArray(rule.inputs) && rule.inputs[2] === 'bias';
  const count = quant.scale.length;
  const free = !quant.scale.every(isPowerOfTwo);
  const scales = free ? build.constant('scales', [count], new Float32Array(count)) : null;
  return { node, weights, scales, bias: takesBias ? biasOf(build, graph, node, quant) : null };
}

/** A scale of a row scales its result: (x W) exp(scales) + bias, without the bias in the product. */
export function withParameters(build: Builder, product: ValueName, { node, scales, bias }: TrainedLayer): ValueName {
  const shape = build.shape(product);
  const perRow = (value: ValueName) =>
    node.op === 'Conv' ? build.reshape(value, [build.shape(value)[0], ...shape.slice(2).map(() => 1)]) : value;
  const scaled = scales ? build.mul(product, perRow(build.unary('Exp', scales))) : product;
  if (!bias) return scaled;
  const start = build.constant('bias', [bias.start.length], bias.start);
  return build.add(scaled, perRow(build.add(start, build.scale(bias.parameter, bias.unit))));
}

/** Scales that are powers of two are so on purpose: such a layer is computed by shifts. */
function isPowerOfTwo(scale: number): boolean {
  return Number.isInteger(Math.log2(scale));
}

function biasOf(build: Builder, graph: Graph, node: Node, weights: Quant): TrainedLayer['bias'] {
  const output = typeOf(graph, node.outputs[0]);
  const channels = node.op === 'Conv' ? output.shape[1] : output.shape[output.shape.length - 1];
  const codes = constantOf(graph, node.inputs[2]);
  const step = scaleOf(quantOf(graph, node.inputs[0]));
  const start = Array.from({ length: channels }, (_, c) => {
    const code = Number(codes?.data[codes.data.length === 1 ? 0 : c] ?? 0);
    return code * step * scaleOf(weights, c);
  });
  const unit = BIAS_STEPS * scaleOf(must(output.quant, 'quantized output'));
  const parameter = build.constant('shifts', [channels], new Float32Array(channels));
  return { parameter, start, unit };
}

/** The quantized graph with the scales and biases that these parameters stand for. Codes of weights stay. */
export function withTrained(
  graph: Graph,
  layers: readonly TrainedLayer[],
  values: ReadonlyMap<ValueName, Tensor>,
): Graph {
  const edit = editGraph(graph);
  const read = (name: ValueName) => must(values.get(name), name).data as Float32Array;
  for (const { node, scales, bias } of layers) {
    const codes = must(constantOf(graph, node.inputs[1]), 'weights');
    const type = typeOf(graph, node.inputs[1]);
    const quant = must(type.quant, 'quantized weights');
    const factors = scales ? read(scales) : null;
    const scale = quant.scale.map((s, r) => (factors ? Math.fround(s * Math.exp(factors[r])) : s));
    const weights = edit.constant(must(node.inputs[1], 'weights'), codes);
    edit.setType(weights, { ...type, quant: { ...quant, scale } });
    const inputs = [node.inputs[0], weights];
    if (bias) {
      const shifts = read(bias.parameter);
      const steps = bias.start.map(
        (_, c) => scaleOf(quantOf(graph, node.inputs[0])) * scale[quant.axis === null ? 0 : c],
      );
      const next = bias.start.map((b, c) => bounded(Math.round((b + bias.unit * shifts[c]) / steps[c])));
      const name = edit.constant(node.inputs[2] ?? `${node.outputs[0]}.bias`, tensorOf('i32', [next.length], next));
      const affine = { scheme: 'affine', bits: 32, scale: steps, zeroPoint: steps.map(() => 0), axis: 0 } as const;
      edit.setType(name, { dtype: 'i32', shape: [next.length], quant: affine });
      inputs.push(name);
    }
    edit.update(node, { inputs });
  }
  return edit.finish();
}

function bounded(code: number): number {
  return Math.min(Math.max(code, -INT32_MAX), INT32_MAX);
}

import { constantOf, editGraph, producerOf, typeOf } from '../../ir/graph.ts';
import { linearLayers } from '../../ir/linear.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import type { Affine, CodeRange } from '../../quant/affine.ts';
import { type ChannelRuns, channelRuns } from '../../quant/per-channel.ts';
import { clampCodes, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import { floatValueOf } from './float-twin.ts';

/** A quantized layer with a place for an int32 bias. */
export interface BiasLayer {
  readonly node: Node;
  /** Its result as codes, and the same value in the float graph. */
  readonly output: ValueName;
  readonly floatOutput: ValueName;
  readonly affine: Affine;
  /** Codes to which the result is clamped. */
  readonly clamp: CodeRange;
  readonly runs: ChannelRuns;
  /** What one code of each channel's bias stands for: input scale * weight scale. */
  readonly biasScale: readonly number[];
}

const INT32_MAX = 2 ** 31 - 1;

/** Mean errors are rounded to this part of an output code: float kernels of different processors then seldom move a bias. */
const STEP = 1 / 16;

/**
 * The layers of a quantized graph that have a bias in their rule and a counterpart in the float graph. Not those that share
 * their weights, as the steps of a recurrent layer do: each would get a bias of its own.
 */
export function biasLayers(graph: Graph, float: Graph): BiasLayer[] {
  const layers = linearLayers(graph);
  const uses = new Map<ValueName, number>();
  for (const { weights } of layers) uses.set(weights, (uses.get(weights) ?? 0) + 1);
  return layers.flatMap(({ node, input, output, weights, outputAxis, takesBias }) => {
    const type = typeOf(graph, output);
    const floatOutput = floatValueOf(graph, float, output);
    if (!takesBias || uses.get(weights) !== 1 || !type.quant || floatOutput === null) return [];
    const runs = channelRuns(type.shape, outputAxis);
    const [x, w] = [quantOf(graph, input), quantOf(graph, weights)];
    return {
      node,
      output,
      floatOutput,
      affine: { scale: scaleOf(type.quant), zeroPoint: zeroPointOf(type.quant) },
      clamp: clampCodes(node, type.quant),
      runs,
      biasScale: Array.from({ length: runs.channels }, (_, c) => scaleOf(x) * scaleOf(w, c)),
    };
  });
}

/**
 * Codes to add to each channel's bias: minus the mean error over the elements that the clamp lets through. Only those
 * move with the bias, so this is a Newton step of the squared error.
 */
export function biasSteps(
  { affine, clamp, runs, biasScale }: BiasLayer,
  codes: readonly Tensor[],
  float: readonly Tensor[],
): number[] {
  const sum = new Float64Array(runs.channels);
  const count = new Float64Array(runs.channels);
  codes.forEach(({ data }, sample) => {
    for (let i = 0; i < data.length; i++) {
      const code = Number(data[i]);
      if (code <= clamp.min || code >= clamp.max) continue;
      const c = Math.floor(i / runs.inner) % runs.channels;
      sum[c] += affine.scale * (code - affine.zeroPoint) - Number(float[sample].data[i]);
      count[c]++;
    }
  });
  const unit = affine.scale * STEP;
  const meanError = (c: number) => Math.round(sum[c] / count[c] / unit) * unit;
  return biasScale.map((scale, c) => (count[c] === 0 ? 0 : -Math.round(meanError(c) / scale)));
}

export function squaredError({ affine }: BiasLayer, codes: readonly Tensor[], float: readonly Tensor[]): number {
  let error = 0;
  codes.forEach(({ data }, sample) => {
    for (let i = 0; i < data.length; i++) {
      error += (affine.scale * (Number(data[i]) - affine.zeroPoint) - Number(float[sample].data[i])) ** 2;
    }
  });
  return error;
}

/** The graph, and the layer in it, with these codes added to its bias. */
export function withBias(
  graph: Graph,
  { node, output, biasScale }: BiasLayer,
  steps: readonly number[],
): { graph: Graph; node: Node } {
  const bias = constantOf(graph, node.inputs[2]);
  const bounded = (code: number) => Math.min(Math.max(code, -INT32_MAX), INT32_MAX);
  const codes = steps.map((step, c) => bounded(Number(bias?.data[bias.data.length === 1 ? 0 : c] ?? 0) + step));
  const edit = editGraph(graph);
  const name = edit.constant(node.inputs[2] ?? `${output}.bias.codes`, tensorOf('i32', [codes.length], codes));
  const quant = { scheme: 'affine', bits: 32, scale: biasScale, zeroPoint: biasScale.map(() => 0), axis: 0 } as const;
  edit.setType(name, { dtype: 'i32', shape: [codes.length], quant });
  edit.update(node, { inputs: [node.inputs[0], node.inputs[1], name] });
  const changed = edit.finish();
  return { graph: changed, node: must(producerOf(changed, output), 'the changed layer') };
}

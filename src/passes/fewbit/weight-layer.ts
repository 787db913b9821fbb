import { constantOf, typeOf } from '../../ir/graph.ts';
import { type Linear, linearOf } from '../../ir/linear.ts';
import type { Graph, Node, Shape, ValueName } from '../../ir/types.ts';
import { type WindowAxis, windowAxes } from '../../ops/support/window-loops.ts';
import type { Affine } from '../../quant/affine.ts';
import { affineOf, quantOf } from '../../quant/quantized.ts';
import { floatTwin } from '../quantize/float-twin.ts';

/**
 * A quantized Conv, Gemm or MatMul beside the float layer it stems from. Its weights are rows, one per output channel,
 * of the `depth` weights that meet one output; the rows of one group read the same inputs.
 */
export interface WeightLayer
  extends Pick<Linear, 'node' | 'input' | 'output' | 'weightShape' | 'rows' | 'depth' | 'groups'> {
  /** This node and all others that read the same weights, in execution order. */
  readonly uses: readonly LayerUse[];
  /** The same values in the float graph. */
  readonly floatInput: ValueName;
  readonly floatOutput: ValueName;
  /** Constant of the float graph. */
  readonly floatWeights: ValueName;
  readonly inputShape: Shape;
  readonly inputAffine: Affine;
  /** Float weights, [rows][depth]. */
  readonly weights: Float64Array;
  /** Float bias, zeros when the layer has none. */
  readonly bias: Float64Array;
  readonly takesBias: boolean;
  /** Of a convolution; null for a matrix product. */
  readonly window: LayerWindow | null;
  readonly rowAxis: number;
}

/** Where the outputs of a convolution over any number of axes are, and what they see. */
export interface LayerWindow {
  readonly batch: number;
  readonly channels: number;
  readonly axes: readonly (WindowAxis & { readonly outputs: number })[];
}

/** One of several nodes that read the same weights and bias: the steps of a recurrent layer. */
export type LayerUse = Pick<WeightLayer, 'node' | 'input' | 'output' | 'floatInput' | 'floatOutput'>;

/** The layers whose weights can be encoded anew, in execution order; nodes alike that share their weights are one layer. */
export function weightLayers(graph: Graph, float: Graph): WeightLayer[] {
  const layers = new Map<string, WeightLayer>();
  for (const node of graph.nodes) {
    const layer = weightLayer(graph, float, node);
    if (!layer) continue;
    const { op, attributes, inputs, outputs, clip } = node;
    const types = [typeOf(graph, inputs[0]), typeOf(graph, outputs[0])];
    const key = JSON.stringify([op, attributes, inputs.slice(1), clip, types]);
    const first = layers.get(key);
    layers.set(key, first ? { ...first, uses: [...first.uses, ...layer.uses] } : layer);
  }
  return [...layers.values()];
}

function weightLayer(graph: Graph, float: Graph, node: Node): WeightLayer | null {
  const linear = linearOf(graph, node);
  const twin = floatTwin(graph, float, node);
  const stem = twin && linearOf(float, twin);
  const weights = constantOf(float, stem?.weights);
  if (!linear || !stem || weights?.dtype !== 'f32') return null;
  const { input, output, weightShape, rowAxis, rows, depth, groups, takesBias } = linear;
  if (!typeOf(graph, linear.weights).quant || !typeOf(graph, output).quant) return null;
  const inputShape = typeOf(graph, input).shape;
  const quant = quantOf(graph, input);
  const outputShape = typeOf(graph, output).shape;
  const axes = node.op === 'Conv' ? windowAxes(node, inputShape, outputShape, weightShape.slice(2)) : null;
  const window = axes && {
    batch: inputShape[0],
    channels: inputShape[1],
    axes: axes.map((axis, d) => ({ ...axis, outputs: outputShape[d + 2] })),
  };
  const bias = constantOf(float, stem.node.inputs[2])?.data;
  const use: LayerUse = { node, input, output, floatInput: stem.input, floatOutput: stem.output };
  return {
    ...use,
    uses: [use],
    floatWeights: stem.weights,
    inputShape,
    inputAffine: affineOf(quant),
    weights: toRows(weights.data as Float32Array, rows, rowAxis),
    rows,
    depth,
    groups,
    bias: Float64Array.from({ length: rows }, (_, c) => Number(bias?.[bias.length === 1 ? 0 : c] ?? 0)),
    takesBias,
    window,
    weightShape,
    rowAxis,
  };
}

/** A weight tensor as rows of output channels, in double precision. */
export function toRows(data: ArrayLike<number>, rows: number, axis: number): Float64Array {
  const depth = data.length / rows;
  if (axis === 0) return Float64Array.from(data);
  return Float64Array.from({ length: data.length }, (_, i) => data[(i % depth) * rows + Math.floor(i / depth)]);
}

/** The inverse: row i, element j of the rows in the order of the weight constant. */
export function fromRows(
  codes: Float64Array,
  { rows, depth, rowAxis }: Pick<WeightLayer, 'rows' | 'depth' | 'rowAxis'>,
): Float64Array {
  if (rowAxis === 0) return codes;
  return Float64Array.from({ length: codes.length }, (_, i) => codes[(i % rows) * depth + Math.floor(i / rows)]);
}

import { constantOf, consumersOf, producerOf, typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Shape, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { intAttribute } from '../../ops/support/attributes.ts';
import { type WindowShape, windowShape } from '../../ops/support/geometry.ts';
import type { Affine } from '../../quant/affine.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';

/**
 * A quantized Conv, Gemm or MatMul beside the float layer it stems from. Its weights are rows, one per output channel,
 * of the `depth` weights that meet one output; the rows of one group read the same inputs.
 */
export interface WeightLayer {
  readonly node: Node;
  /** This node and all others that read the same weights, in execution order. */
  readonly uses: readonly LayerUse[];
  readonly input: ValueName;
  readonly output: ValueName;
  /** The same values in the float graph. */
  readonly floatInput: ValueName;
  readonly floatOutput: ValueName;
  /** Constant of the float graph. */
  readonly floatWeights: ValueName;
  readonly inputShape: Shape;
  readonly inputAffine: Affine;
  /** Float weights, [rows][depth]. */
  readonly weights: Float64Array;
  readonly rows: number;
  readonly depth: number;
  readonly groups: number;
  /** Float bias, zeros when the layer has none. */
  readonly bias: Float64Array;
  /** Whether it may get one. */
  readonly hasBias: boolean;
  /** Of a convolution; null for a matrix product. */
  readonly window: WindowShape | null;
  /** Shape of the weight constant, and its output-channel axis: 0 ([rows][...]) or 1 ([depth][rows]). */
  readonly weightShape: Shape;
  readonly axis: number;
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
  const rule = findOp(node.domain, node.op)?.quantize;
  const codes = constantOf(graph, node.inputs[1]);
  const output = node.outputs[0]!;
  const floatOutput = [output, ...dequantized(graph, output)].find((value) => float.types.get(value)?.dtype === 'f32');
  const twin = producerOf(float, floatOutput);
  const weights = constantOf(float, twin?.inputs[1]);
  const known = codes && typeOf(graph, node.inputs[1]).quant && typeOf(graph, output).quant && rule?.weightAxis;
  if (!known || !twin || twin.op !== node.op || weights?.dtype !== 'f32' || floatOutput === undefined) return null;
  const axis = known(node);
  const rows = weights.shape[axis];
  const depth = weights.data.length / rows;
  const input = node.inputs[0]!;
  const inputShape = typeOf(graph, input).shape;
  const quant = quantOf(graph, input);
  const outputShape = typeOf(graph, output).shape;
  const window = node.op === 'Conv' ? windowShape(node, inputShape, outputShape, weights.shape.slice(2)) : null;
  if (node.op === 'Conv' && !window) return null;
  const bias = constantOf(float, twin.inputs[2])?.data;
  const use: LayerUse = { node, input, output, floatInput: twin.inputs[0]!, floatOutput };
  return {
    ...use,
    uses: [use],
    floatWeights: twin.inputs[1]!,
    inputShape,
    inputAffine: { scale: scaleOf(quant), zeroPoint: zeroPointOf(quant) },
    weights: toRows(weights.data as Float32Array, rows, axis),
    rows,
    depth,
    groups: node.op === 'Conv' ? intAttribute(node, 'group', 1) : 1,
    bias: Float64Array.from({ length: rows }, (_, c) => Number(bias?.[bias.length === 1 ? 0 : c] ?? 0)),
    hasBias: Array.isArray(rule?.inputs) && rule.inputs[2] === 'bias',
    window,
    weightShape: weights.shape,
    axis,
  };
}

/** Outputs of the graph that kept float32 are the dequantized codes of a layer. */
function dequantized(graph: Graph, codes: ValueName): ValueName[] {
  return consumersOf(graph, codes).flatMap(({ op, outputs }) => (op === 'DequantizeLinear' ? [outputs[0]!] : []));
}

/** A weight tensor as rows of output channels, in double precision. */
export function toRows(data: ArrayLike<number>, rows: number, axis: number): Float64Array {
  const depth = data.length / rows;
  if (axis === 0) return Float64Array.from(data);
  return Float64Array.from({ length: data.length }, (_, i) => data[(i % depth) * rows + Math.floor(i / depth)]);
}

/** The inverse: row i, element j of the rows in the order of the weight constant. */
export function fromRows(codes: Float64Array, { rows, depth, axis }: WeightLayer): Float64Array {
  if (axis === 0) return codes;
  return Float64Array.from({ length: codes.length }, (_, i) => codes[(i % rows) * depth + Math.floor(i / rows)]);
}

import { intAttribute } from '../../ir/attributes.ts';
import { constantOf } from '../../ir/graph.ts';
import { type Linear, linearOf } from '../../ir/linear.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { channelRuns } from '../../quant/per-channel.ts';

/** A layer as its channels see it: weight i takes input channel inputOf(i) to output channel outputOf(i). */
export interface LinearLayer extends Omit<Linear, 'weights'> {
  readonly weights: Float32Array;
  /** One per output channel, when the layer has one. */
  readonly bias: Float32Array | null;
  /** Input channels of all groups. */
  readonly columns: number;
  inputOf(i: number): number;
  outputOf(i: number): number;
}

/** Conv (grouped too), Gemm and MatMul with constant float32 parameters; null for all else. */
export function linearLayer(graph: Graph, node: Node): LinearLayer | null {
  const linear = linearOf(graph, node);
  const weights = constantOf(graph, linear?.weights);
  const bias = constantOf(graph, node.inputs[2]);
  if (!linear || weights?.dtype !== 'f32' || intAttribute(node, 'transA', 0) !== 0) return null;
  if (node.inputs[2] != null && (bias?.dtype !== 'f32' || bias.data.length !== linear.rows)) return null;
  return {
    ...linear,
    weights: weights.data as Float32Array,
    bias: (bias?.data as Float32Array | undefined) ?? null,
    ...channelsOf(linear),
  };
}

function channelsOf({ weightShape, rowAxis, columnAxis, rows, groups }: Linear) {
  const [row, column] = [channelRuns(weightShape, rowAxis), channelRuns(weightShape, columnAxis)];
  const outputOf = (i: number) => Math.floor(i / row.inner) % rows;
  const groupOf = (i: number) => Math.floor((outputOf(i) * groups) / rows);
  const inputOf = (i: number) => groupOf(i) * column.channels + (Math.floor(i / column.inner) % column.channels);
  return { columns: column.channels * groups, outputOf, inputOf };
}

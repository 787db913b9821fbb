import { baseFormat, type Codes, findFormat, pickedRows } from '../../formats/index.ts';
import { embeddingOf } from '../../ir/embedding.ts';
import { constantOf, editGraph, typeOf } from '../../ir/graph.ts';
import type { Graph, ValueName } from '../../ir/types.ts';
import { fitLayer } from '../../quant/fewbit/fit-layer.ts';
import type { ScaleOptions } from '../../quant/fewbit/fit-scales.ts';
import { rescaleDeadRows } from '../../quant/fewbit/rescale-dead-rows.ts';
import { type RoundedRows, roundNearest } from '../../quant/fewbit/round-rows.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import { floatTwin } from '../quantize/float-twin.ts';
import type { LayerChoice } from './choose-layers.ts';
import { rowsTensor } from './encode-layer.ts';
import type { WeightLayer } from './weight-layer.ts';

/** The rows of an embedding on codes, as the float model has them: weights that are picked, not multiplied. */
export interface EmbeddingLayer
  extends Pick<WeightLayer, 'node' | 'output' | 'weightShape' | 'rows' | 'depth' | 'rowAxis' | 'groups' | 'weights'> {
  /** Results of all nodes that pick from this table, of `node` first. */
  readonly outputs: readonly ValueName[];
}

/** The tables whose rows can be encoded anew, in execution order; nodes that share one are one layer. */
export function embeddingLayers(graph: Graph, float: Graph): EmbeddingLayer[] {
  const layers = new Map<ValueName, EmbeddingLayer>();
  for (const node of graph.nodes) {
    const embedding = embeddingOf(graph, node);
    const table = floatTwin(graph, float, node)?.inputs[0];
    const weights = constantOf(float, table);
    if (!embedding || table == null || weights?.dtype !== 'f32' || !typeOf(graph, embedding.output).quant) continue;
    const { output, rows, depth } = embedding;
    const first = layers.get(table) ?? {
      ...{ node, output, rows, depth, outputs: [] },
      ...{
        weightShape: weights.shape,
        rowAxis: 0,
        groups: 1,
        weights: Float64Array.from(weights.data as Float32Array),
      },
    };
    layers.set(table, { ...first, outputs: [...first.outputs, output] });
  }
  return [...layers.values()];
}

/**
 * The graph with the table in few bits: every row on the grid of the format with the scale of least error, rounded to the nearest
 * code. What has no rows that are found by their number is stored without its entropy code, or left in int8.
 */
export function encodeEmbedding(
  graph: Graph,
  layer: EmbeddingLayer,
  { format, fit }: LayerChoice,
  how: ScaleOptions,
  ctx: Pick<PassContext, 'remark'>,
): Graph {
  const base = baseFormat(format);
  if (base === 'int8') return graph;
  const { weights, rows, depth } = layer;
  const grids = fitLayer(base, { weights, importance: weights.map(() => 1), rows }, { ...how, ...fit });
  const rounded = rescaleDeadRows(roundNearest(weights, grids), new Float64Array(rows), 1);
  const codes = Int16Array.from(rounded.codes);
  const refusal = refusalOf(format, codes, depth);
  const stored = refusal === null ? format : refusalOf(base, codes, depth) === null ? base : 'int8';
  if (refusal !== null) ctx.remark(layer.node, `its table is stored as ${stored}: ${refusal}`);
  return stored === 'int8' ? graph : withTable(graph, layer, rounded, stored);
}

function refusalOf(format: string, codes: Codes, depth: number): string | null {
  const rows = pickedRows(findFormat(format), codes, depth);
  return typeof rows === 'string' ? rows : null;
}

function withTable(
  graph: Graph,
  { outputs, weightShape, node }: EmbeddingLayer,
  rows: RoundedRows,
  format: string,
): Graph {
  const edit = editGraph(graph);
  const { tensor, quant } = rowsTensor(rows, weightShape, 0, format);
  const table = edit.constant(`${must(node.inputs[0], 'a table')}.${format}`, tensor);
  edit.setType(table, { dtype: tensor.dtype, shape: weightShape, quant });
  for (const other of graph.nodes.filter((one) => outputs.includes(one.outputs[0] ?? ''))) {
    edit.update(other, { inputs: [table, ...other.inputs.slice(1)] });
  }
  return edit.finish();
}

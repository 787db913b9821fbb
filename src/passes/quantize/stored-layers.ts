import type { RowOrder } from '../../formats/index.ts';
import { embeddingOf, scalesRows } from '../../ir/embedding.ts';
import { typeOf } from '../../ir/graph.ts';
import { type Linear, linearOf } from '../../ir/linear.ts';
import type { Graph, Node } from '../../ir/types.ts';

/** A layer on codes whose weights have a format of storage. */
export type StoredLayer = Pick<Linear, 'node' | 'weights' | 'rowAxis' | 'rows' | 'depth'>;

/** Layers that multiply with weights, and embeddings whose rows have scales of their own. In execution order. */
export function storedLayers(graph: Graph): StoredLayer[] {
  return graph.nodes.flatMap((node) => storedLayer(graph, node) ?? []);
}

export function storedLayer(graph: Graph, node: Node): StoredLayer | null {
  const linear = linearOf(graph, node);
  if (linear) return typeOf(graph, linear.input).quant && typeOf(graph, linear.weights).quant ? linear : null;
  const embedding = embeddingOf(graph, node);
  return embedding && scalesRows(graph, embedding) ? { ...embedding, weights: embedding.table, rowAxis: 0 } : null;
}

/** Rows lie one after the other, or side by side where the output channels are the last axis. */
export function rowOrderOf({ rowAxis, rows, depth }: StoredLayer): RowOrder {
  return rowAxis === 0 ? { rows, perGroup: 1, depth } : { rows, perGroup: rows, depth: 1 };
}

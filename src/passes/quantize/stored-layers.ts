import type { RowOrder } from '../../formats/index.ts';
import { typeOf } from '../../ir/graph.ts';
import { type Linear, linearLayers } from '../../ir/linear.ts';
import type { Graph } from '../../ir/types.ts';

/** The layers that compute on codes. In execution order. */
export function storedLayers(graph: Graph): Linear[] {
  return linearLayers(graph).filter(({ input, weights }) => typeOf(graph, input).quant && typeOf(graph, weights).quant);
}

/** Rows lie one after the other, or side by side where the output channels are the last axis. */
export function rowOrderOf({ rowAxis, rows, depth }: Linear): RowOrder {
  return rowAxis === 0 ? { rows, perGroup: 1, depth } : { rows, perGroup: rows, depth: 1 };
}

import type { RowOrder } from '../../formats/index.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Graph, Node, Shape, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';

/** A layer that computes on codes, with constant weights. */
export interface StoredLayer {
  readonly node: Node;
  readonly weights: ValueName;
}

/** In execution order. */
export function storedLayers(graph: Graph): StoredLayer[] {
  return graph.nodes.flatMap((node) => {
    const [x, weights] = node.inputs;
    const weighted = findOp(node.domain, node.op)?.quantize?.weightAxis !== undefined;
    if (!weighted || x == null || weights == null || !constantOf(graph, weights)) return [];
    return typeOf(graph, x).quant && typeOf(graph, weights).quant ? [{ node, weights }] : [];
  });
}

/** Rows lie one after the other, or side by side where the output channels are the last axis. */
export function rowsOf(node: Node, shape: Shape): RowOrder {
  const axis = findOp(node.domain, node.op)?.quantize?.weightAxis?.(node) ?? 0;
  const rows = shape[axis];
  const depth = elementCount(shape) / rows;
  return axis === 0 ? { rows, perGroup: 1, depth } : { rows, perGroup: rows, depth: 1 };
}

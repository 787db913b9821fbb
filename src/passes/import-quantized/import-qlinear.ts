import { editGraph } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { definePass } from '../pass.ts';
import { speller } from './qlinear/speller.ts';
import { SPELLINGS } from './qlinear/spellings.ts';

/**
 * An operator on integers with scales (QLinearConv, onnxruntime's QLinearAdd, ...) is DequantizeLinear of its inputs,
 * the float operator, QuantizeLinear of its result: import-qdq has then one form to understand. What the scales are
 * does not matter here; computed ones stay computed.
 */
export const importQlinear = definePass({
  name: 'import-qlinear',
  summary: 'Spell QLinear operators as DequantizeLinear, the float operator, QuantizeLinear.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run(graph) {
    const spelled = graph.nodes.filter(isQlinear);
    if (spelled.length === 0) return graph;
    const edit = editGraph(graph);
    for (const node of spelled) must(spellingOf(node), node.op)(speller(edit, node), node);
    return edit.finish();
  },
});

/** True when the operator computes on integers with scales. */
export function isQlinear(node: Node): boolean {
  return spellingOf(node) !== undefined;
}

function spellingOf({ domain, op }: Node) {
  return SPELLINGS.get(`${domain}:${op}`);
}

export function hasQlinear(graph: Graph): boolean {
  return graph.nodes.some(isQlinear);
}

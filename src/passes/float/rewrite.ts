import { editGraph, type GraphDraft } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { invariant } from '../../support/errors.ts';

/** One local change that a rule has found. */
export interface Rewrite {
  /** Nodes whose inputs, readers or attributes the rule relied on; no other rewrite of this round may touch them. */
  readonly touches: readonly Node[];
  apply(edit: GraphDraft): void;
}

/** Looks at one node; null when there is nothing to do. */
export type Rule = (graph: Graph, node: Node) => Rewrite | null;

/**
 * Applies the rules to every node until none finds anything. Rules of one round see the graph as it was when the
 * round began, so rewrites that touch a common node wait for the next round.
 */
export function rewriteGraph(graph: Graph, rules: readonly Rule[]): Graph {
  const limit = 100 + 10 * graph.nodes.length;
  let current = graph;
  for (let round = 0; round < limit; round++) {
    const edit = editGraph(current);
    const touched = new Set<Node>();
    for (const node of current.nodes) {
      const rewrite = firstMatch(current, node, rules);
      if (!rewrite || rewrite.touches.some((other) => touched.has(other))) continue;
      for (const other of rewrite.touches) touched.add(other);
      rewrite.apply(edit);
    }
    if (touched.size === 0) return current;
    current = edit.finish();
  }
  invariant(false, `the rules still find something after ${limit} rounds`);
}

function firstMatch(graph: Graph, node: Node, rules: readonly Rule[]): Rewrite | null {
  for (const rule of rules) {
    const rewrite = rule(graph, node);
    if (rewrite) return rewrite;
  }
  return null;
}

import { firstsOf } from '../../ir/graph.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { Evaluate } from '../pass.ts';
import type { Feeds } from './calibration-samples.ts';
import { type NodeGraphs, nodeGraphs } from './node-graphs.ts';

/** One tensor per sample, of every output of a node. */
export type Results = ReadonlyMap<ValueName, readonly Tensor[]>;

/**
 * Runs a graph over several samples at once, one node after the other, so that the caller may look at a node's results
 * and change the node before those after it run. Quantized nodes compute on codes.
 */
export interface SampleWalk {
  /** A node alone, on the kept results of those before it; `within` has its constants when it was changed. */
  compute(node: Node, within?: Graph): Promise<Results>;
  /** Gives the results to the nodes after it; what none of them reads is forgotten. */
  keep(node: Node, results: Results): void;
  /** Walks on to a `wanted` value and gives it away: it can be taken once. */
  take(value: ValueName): Promise<readonly Tensor[]>;
  /** The kept values that nodes still to come read. */
  live(): ReadonlyMap<ValueName, readonly Tensor[]>;
}

/** `wanted` values are not forgotten before they are taken. */
export function walkSamples(
  graph: Graph,
  feeds: readonly Feeds[],
  wanted: ReadonlySet<ValueName>,
  evaluate: Evaluate,
): SampleWalk {
  const values = new Map<ValueName, readonly Tensor[]>();
  for (const input of graph.inputs) {
    values.set(
      input,
      feeds.map((feed) => must(feed.get(input), input)),
    );
  }
  // What computed values go on from is as they are.
  for (const first of firstsOf(graph)) {
    const constant = must(graph.constants.get(first), first);
    values.set(
      first,
      feeds.map(() => constant),
    );
  }
  const graphs = nodeGraphs();
  const pending = [...graph.nodes];
  const untaken = new Set(wanted);

  const walk: SampleWalk = {
    compute: (node, within = graph) => runNode(node, within, values, evaluate, graphs),
    keep(node, results) {
      pending.splice(pending.indexOf(node), 1);
      for (const [output, tensors] of results) values.set(output, tensors);
      forget([...node.inputs, ...node.outputs]);
    },
    async take(value) {
      while (!values.has(value)) {
        const node = must(pending[0], `a node that makes '${value}'`);
        walk.keep(node, await walk.compute(node));
      }
      const tensors = values.get(value)!;
      untaken.delete(value);
      forget([value]);
      return tensors;
    },
    live: () => values,
  };
  return walk;

  function forget(candidates: readonly (ValueName | null)[]): void {
    for (const value of candidates) {
      const needed = value !== null && (untaken.has(value) || pending.some((node) => node.inputs.includes(value)));
      if (value !== null && !needed) values.delete(value);
    }
  }
}

/** A node of `graph` alone, once for each sample of `values`; other constants are its own. */
export async function runNode(
  node: Node,
  graph: Graph,
  values: Results,
  evaluate: Evaluate,
  graphs: NodeGraphs = nodeGraphs(),
): Promise<Results> {
  const alone = graphs(node, graph, (value) => values.has(value));
  const inputs = [...alone.inputs].map(([value, input]) => [input, must(values.get(value), value)] as const);
  const results = new Map<ValueName, Tensor[]>([...alone.outputs.keys()].map((value) => [value, []]));
  for (let i = 0; i < (inputs[0]?.[1].length ?? 0); i++) {
    const outputs = await evaluate(alone.graph, new Map(inputs.map(([input, tensors]) => [input, tensors[i]])));
    for (const [value, output] of alone.outputs) results.get(value)?.push(must(outputs.get(output), value));
  }
  return results;
}

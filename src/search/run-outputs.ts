import { prune } from '../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { buildOracle } from '../oracle/build-oracle.ts';
import type { Evaluate } from '../passes/pass.ts';
import type { Feeds } from '../passes/samples/calibration-samples.ts';
import type { Results } from '../passes/samples/walk-samples.ts';
import { must } from '../support/errors.ts';
import type { Outputs } from './output-loss.ts';

/** The values of a graph, float or quantized, over samples. `feeds`: codes where its inputs are codes. */
export async function runOutputs(
  graph: Graph,
  values: readonly ValueName[],
  feeds: readonly Feeds[],
  evaluate: Evaluate,
): Promise<Outputs> {
  return runOracle(buildOracle(prune({ ...graph, outputs: values })), feeds, evaluate);
}

async function runOracle(oracle: Graph, feeds: readonly Feeds[], evaluate: Evaluate): Promise<Outputs> {
  const outputs = new Map<ValueName, Tensor[]>(oracle.outputs.map((value) => [value, []]));
  for (const feed of feeds) {
    const inputs = new Map(oracle.inputs.map((input) => [input, must(feed.get(input), input)]));
    const results = await evaluate(oracle, inputs);
    for (const [value, tensors] of outputs) tensors.push(must(results.get(value), value));
  }
  return outputs;
}

/** The part of a graph behind some of its values; it can run again and again on other values of some of them. */
export interface Suffix {
  /** @param changed replaces what `live` has */
  run(changed: Results, evaluate: Evaluate): Promise<Outputs>;
}

/** @param live one tensor per sample, of everything that `nodes` read and do not compute */
export function cutSuffix(
  graph: Graph,
  nodes: Graph['nodes'],
  values: readonly ValueName[],
  live: ReadonlyMap<ValueName, readonly Tensor[]>,
): Suffix {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const wanted = values.filter((value) => computed.has(value));
  const inputs = [...live.keys()].filter((value) => nodes.some((node) => node.inputs.includes(value)));
  const rest = buildOracle(prune({ ...graph, inputs, outputs: wanted, nodes }));
  const samples = live.values().next().value?.length ?? 0;
  return {
    async run(changed, evaluate) {
      const now = new Map([...live, ...changed]);
      const outputs = new Map(values.flatMap((value) => (changed.has(value) ? [[value, changed.get(value)!]] : [])));
      if (wanted.length === 0) return outputs;
      const feeds = Array.from(
        { length: samples },
        (_, i): Feeds => new Map(rest.inputs.map((input) => [input, must(now.get(input), input)[i]])),
      );
      return new Map([...outputs, ...(await runOracle(rest, feeds, evaluate))]);
    },
  };
}

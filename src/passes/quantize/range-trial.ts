import { prune } from '../../ir/graph.ts';
import type { Graph, Range, Tensor, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import type { Feeds } from '../samples/calibration-samples.ts';
import type { Simulation } from './simulate-codes.ts';

type Context = Pick<PassContext, 'evaluate' | 'signal'>;

type Samples = {
  readonly feeds: readonly Feeds[];
  /** What the outputs should be, [sample][output]. */
  readonly goal: readonly (readonly Tensor[])[];
};

/**
 * The squared error of the simulation's outputs by the range of one group, while the others keep theirs. Only what the group
 * changes is computed for each range: what lies before it, and beside it, is computed here, once. The same numbers as from the
 * whole graph.
 */
export async function openTrial(
  simulation: Simulation,
  ranges: readonly Range[],
  group: number,
  { feeds, goal }: Samples,
  ctx: Context,
): Promise<(range: Range) => Promise<number>> {
  const whole = withRanges(simulation, ranges, group);
  const own = new Set(simulation.parameters(group, ranges[group]).map(([name]) => name));
  const { changed, given } = changedBy(whole, own);
  const inputs = whole.inputs.filter((input) => !own.has(input));
  const made = given.filter((value) => !inputs.includes(value));
  const rest = made.length === 0 ? null : await runAll(prune({ ...whole, inputs, outputs: made }), feeds, ctx);
  const kept = feeds.map(
    (feed, s): Feeds => new Map([...feed, ...made.map((value, i) => [value, rest![s][i]] as const)]),
  );
  const moving = whole.outputs.filter((output) => changed.has(output));
  const cut = prune({
    ...whole,
    nodes: whole.nodes.filter(({ outputs }) => outputs.some((output) => output !== null && changed.has(output))),
    inputs: [...whole.inputs, ...made],
    outputs: moving,
  });

  return async (range) => {
    ctx.signal?.throwIfAborted();
    const parameters = simulation.parameters(group, range);
    const results = await runAll(
      cut,
      kept.map((feed) => new Map([...feed, ...parameters])),
      ctx,
    );
    const all = results.map((computed, s) =>
      whole.outputs.map((output) =>
        changed.has(output) ? computed[moving.indexOf(output)] : must(kept[s].get(output), output),
      ),
    );
    return squaredError(all, goal);
  };
}

/** With these ranges as constants; those of `open` stay inputs. */
export function withRanges({ graph, parameters }: Simulation, ranges: readonly Range[], open?: number): Graph {
  const fixed = new Map(ranges.flatMap((range, group) => (group === open ? [] : parameters(group, range))));
  return {
    ...graph,
    inputs: graph.inputs.filter((input) => !fixed.has(input)),
    constants: new Map([...graph.constants, ...fixed]),
  };
}

/** The values that depend on some inputs, and those that do not but are read beside them or are outputs. */
function changedBy(
  graph: Graph,
  own: ReadonlySet<ValueName>,
): { readonly changed: ReadonlySet<ValueName>; readonly given: readonly ValueName[] } {
  const changed = new Set(own);
  const given = new Set<ValueName>();
  for (const { inputs, outputs } of graph.nodes) {
    if (!inputs.some((input) => input !== null && changed.has(input))) continue;
    for (const output of outputs) if (output !== null) changed.add(output);
    for (const input of inputs)
      if (input !== null && !changed.has(input) && !graph.constants.has(input)) given.add(input);
  }
  for (const output of graph.outputs) if (!changed.has(output)) given.add(output);
  return { changed, given: [...given] };
}

/** [sample][output] */
export async function runAll(graph: Graph, feeds: readonly Feeds[], ctx: Context): Promise<Tensor[][]> {
  const results: Tensor[][] = [];
  for (const feed of feeds) {
    const result = await ctx.evaluate(graph, feed);
    results.push(graph.outputs.map((output) => must(result.get(output), output)));
  }
  return results;
}

export function squaredError(actual: readonly (readonly Tensor[])[], goal: Samples['goal']): number {
  let error = 0;
  goal.forEach((outputs, sample) => {
    outputs.forEach(({ data }, o) => {
      const other = actual[sample][o].data;
      for (let i = 0; i < data.length; i++) error += (Number(other[i]) - Number(data[i])) ** 2;
    });
  });
  return error;
}

import { linearOf } from '../../ir/linear.ts';
import type { Graph, Range, ValueName } from '../../ir/types.ts';
import { definePass, type PassContext } from '../pass.ts';
import { calibrationSamples, type Feeds, requireDataset } from '../samples/calibration-samples.ts';
import { lastLayers } from './last-layers.ts';
import { openTrial, runAll, squaredError, withRanges } from './range-trial.ts';
import { scaleGroups } from './scale-groups.ts';
import { type CodedGroup, simulateCodes } from './simulate-codes.ts';

/**
 * Moves the ranges of activations with few bits to where the last layers with weights come closest to the float ones.
 * What is best for a tensor by itself is not best for the network: some values matter more to the layers that read them,
 * and of what clipping does the mean goes into a bias later.
 *
 * needs   ranges with fewer than 8 bits (calibrate); without any nothing changes and no data is read
 * method  the float graph with all these values rounded to their codes; one group of values after the other, in execution
 *         order, tries wider and narrower ranges, first in large steps, then in small ones around the best
 */
export const refineRanges = definePass({
  name: 'refine-ranges',
  summary: 'Choose the ranges of 4-bit activations by what they do to the last layers.',
  requires: ['float-only', 'ranges-known'],
  provides: ['ranges-known'],
  defaults: { samples: 64, rounds: 1 },
  async run(graph, { samples, rounds }, ctx) {
    const groups = codedGroups(graph);
    if (groups.length === 0) return graph;
    const feeds: Feeds[] = [];
    for await (const feed of calibrationSamples(requireDataset(ctx, 'refine-ranges'), samples, ctx)) feeds.push(feed);
    const ranges = await refine(graph, groups, feeds, rounds, ctx);
    const refined = groups.flatMap(({ members }, g) =>
      members.map((member): [ValueName, Range] => [member, ranges[g]]),
    );
    return { ...graph, ranges: new Map([...(graph.ranges ?? []), ...refined]) };
  },
});

const LARGE = [0.6, 0.7, 0.8, 0.9, 1.12, 1.25, 1.4];
const SMALL = [0.95, 1.05];

async function refine(
  graph: Graph,
  groups: readonly CodedGroup[],
  feeds: readonly Feeds[],
  rounds: number,
  ctx: PassContext,
): Promise<Range[]> {
  const outputs = lastLayers(graph, (node) => linearOf(graph, node) !== null).map((node) => node.outputs[0]!);
  const goal = await runAll({ ...graph, outputs }, feeds, ctx);
  const simulation = simulateCodes({ ...graph, outputs }, groups);
  const ranges = groups.map(({ range }) => range);
  let least = squaredError(await runAll(withRanges(simulation, ranges), feeds, ctx), goal);
  for (let round = 0; round < rounds; round++) {
    for (const g of groups.keys()) {
      const errorOf = await openTrial(simulation, ranges, g, { feeds, goal }, ctx);
      for (const factors of [LARGE, SMALL]) {
        const start = ranges[g];
        for (const factor of factors) {
          const range = { ...start, min: start.min * factor, max: start.max * factor };
          const error = await errorOf(range);
          if (error < least) [least, ranges[g]] = [error, range];
        }
      }
    }
  }
  return ranges;
}

/** Groups of values with few bits, in execution order, each with the range that covers its members'. */
function codedGroups(graph: Graph): CodedGroup[] {
  const groups = scaleGroups(graph);
  const seen = new Set<ValueName>();
  const found: CodedGroup[] = [];
  for (const value of [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs)]) {
    const bits = value === null ? 8 : (graph.ranges?.get(value)?.bits ?? 8);
    if (value === null || bits >= 8 || seen.has(value)) continue;
    const members = groups.members(value);
    for (const member of members) seen.add(member);
    const known = members.flatMap((member) => graph.ranges?.get(member) ?? []);
    const range = {
      min: Math.min(0, ...known.map(({ min }) => min)),
      max: Math.max(0, ...known.map(({ max }) => max)),
      bits,
    };
    found.push({ members: members.filter((member) => graph.ranges?.has(member)), range });
  }
  return found;
}

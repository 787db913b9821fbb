import type { Graph, ValueName } from '../ir/types.ts';
import { agrees, type Comparison } from './compare.ts';
import type { LayersOfFile } from './file-layers.ts';
import { offUpstream } from './off-upstream.ts';

/**
 * What differs between the layers of a file and those of the C: codes that are at no tie, and real numbers by more than those
 * of the graph may (with the noise that these showed) or than a rounding to float16 makes; not behind layers on which
 * onnxruntime is off.
 */
export function wrongLayers(
  { codes, others, halves }: LayersOfFile,
  graph: Graph,
  ofGraph: readonly Comparison[],
  tolerance: number,
): LayersOfFile {
  const noise = new Map(ofGraph.map((layer) => [layer.value, layer.noise]));
  const isOff = (value: ValueName) => offUpstream(graph, ofGraph, value).length > 0;
  const isRight = (one: Comparison) =>
    agrees({ ...one, noise: noise.get(one.value) ?? 0 }, tolerance) || (halves && withinRoundings(one));
  return {
    codes: codes.filter(({ wrong, value }) => wrong > 0 && !isOff(value)),
    others: others.filter((one) => !isRight(one) && !isOff(one.value)),
    halves,
  };
}

/** Steps of float16 of the largest number: a layer of the file rounds its result to one, a layer of ours may be several of its. */
const HALF_STEPS = 4;

function withinRoundings({ rule, maxError, range }: Comparison): boolean {
  return rule.kind === 'close' && maxError <= HALF_STEPS * 2 ** -11 * range;
}

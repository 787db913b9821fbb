import type { ChannelStats } from './channel-stats.ts';
import type { LinearLayer } from './linear-layer.ts';
import type { Link } from './linked-layers.ts';

/** One factor per output channel of a link's first layer. */
export type Scales = ReadonlyMap<Link, Float64Array>;

/** Steps smaller than this share of an octave hardly move a rounded factor. */
const CONVERGED = 0.02;
const ROUNDS = 50;
/** No factor beyond 2^10: such a channel is as good as dead. */
const MOST_OCTAVES = 10;

/**
 * Per link and channel of its first layer, the power of two that brings two ranges of that channel together:
 *
 *     s_c = sqrt(r1_c / r2_c)        W1[c] / s_c,  b1[c] / s_c,  W2[:, c] * s_c        then r1_c = r2_c
 *
 * r2_c is the channel's largest weight in the second layer; r1_c its largest weight in the first one, or with
 * `activations` its largest value between the two (see equalize). A channel without range keeps its scale. In a chain
 * every factor moves its neighbours' ranges, so the links take turns until nothing moves.
 */
export function balanceLinks(links: readonly Link[], activations: Scales | null): Scales {
  const scales = new Map(links.map((link) => [link, new Float64Array(link.from.rows).fill(1)]));
  const factorsOf = weightFactors(scales);
  for (let round = 0; round < ROUNDS; round++) {
    let largest = 0;
    for (const [link, scale] of scales) {
      const seen = activations?.get(link);
      const first = seen ? seen.map((x, c) => x / scale[c]) : outputRanges(link.from, factorsOf(link.from));
      const second = inputRanges(link, factorsOf(link.to), seen !== undefined);
      first.forEach((range, c) => {
        if (range === 0 || second[c] === 0) return;
        const octaves = Math.log2(range / second[c]) / 2;
        scale[c] = 2 ** bounded(Math.log2(scale[c]) + octaves);
        largest = Math.max(largest, Math.abs(octaves));
      });
    }
    if (largest < CONVERGED) break;
  }
  return new Map([...scales].map(([link, scale]) => [link, scale.map((s) => 2 ** Math.round(Math.log2(s)))]));
}

/** By what these scales multiply weight i of a layer: its input's scale over its output's. */
export function weightFactors(scales: Scales): (layer: LinearLayer) => (i: number) => number {
  const before = new Map([...scales.keys()].map((link) => [link.to.node, link]));
  const after = new Map([...scales.keys()].map((link) => [link.from.node, link]));
  return (layer) => {
    const [into, out] = [before.get(layer.node), after.get(layer.node)];
    const inScale = into && scales.get(into);
    const outScale = out && scales.get(out);
    return (i) => (inScale?.[into!.channelOf[layer.inputOf(i)]] ?? 1) / (outScale?.[layer.outputOf(i)] ?? 1);
  };
}

/** Largest magnitude of each channel after the fused activation. */
export function activationRanges({ from }: Link, { min, max }: ChannelStats): Float64Array {
  const [low, high] = from.node.clip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return max.map((top, c) => Math.max(Math.min(top, high), -Math.max(min[c], low), 0));
}

function outputRanges(layer: LinearLayer, factor: (i: number) => number): Float64Array {
  const ranges = new Float64Array(layer.rows);
  layer.weights.forEach((w, i) => {
    const o = layer.outputOf(i);
    ranges[o] = Math.max(ranges[o], Math.abs(w) * factor(i));
  });
  return ranges;
}

/** Largest weight that reads each channel; `relative` to its row's largest, where each row has a scale of its own. */
function inputRanges({ from, to, channelOf }: Link, factor: (i: number) => number, relative: boolean): Float64Array {
  const rows = relative ? outputRanges(to, factor) : null;
  const ranges = new Float64Array(from.rows);
  to.weights.forEach((w, i) => {
    const c = channelOf[to.inputOf(i)];
    const row = rows?.[to.outputOf(i)] || 1;
    ranges[c] = Math.max(ranges[c], (Math.abs(w) * factor(i)) / row);
  });
  return ranges;
}

function bounded(octaves: number): number {
  return Math.min(Math.max(octaves, -MOST_OCTAVES), MOST_OCTAVES);
}

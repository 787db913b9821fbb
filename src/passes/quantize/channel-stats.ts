import { prune, typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Shape, ValueName } from '../../ir/types.ts';
import { channelRuns } from '../../quant/per-channel.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import { calibrationSamples, requireDataset } from '../samples/calibration-samples.ts';
import type { LinearLayer } from './linear-layer.ts';

/** What calibration saw of one layer's output channels, before a fused activation. */
export interface ChannelStats {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Runs the float graph over calibration samples and watches the outputs of these layers channel by channel. */
export async function channelStats(
  graph: Graph,
  layers: readonly LinearLayer[],
  samples: number,
  ctx: PassContext,
): Promise<Map<Node, ChannelStats>> {
  const { watched, nameOf } = withoutClips(graph, layers);
  const meters = layers.map(({ node, outputAxis }) => ({
    node,
    name: must(nameOf.get(node), 'watched value'),
    meter: createMeter(typeOf(graph, node.outputs[0]).shape, outputAxis),
  }));
  for await (const feeds of calibrationSamples(requireDataset(ctx, 'equalize'), samples, ctx)) {
    const results = await ctx.evaluate(watched, feeds);
    for (const { name, meter } of meters) meter.add(must(results.get(name), name).data as Float32Array);
  }
  return new Map(meters.map(({ node, meter }) => [node, meter.stats()]));
}

/** The graph whose outputs are the layers' results without their fused clips, and the name of each. */
function withoutClips(graph: Graph, layers: readonly LinearLayer[]) {
  const types = new Map(graph.types);
  const nodes = [...graph.nodes];
  const nameOf = new Map<Node, ValueName>();
  for (const { node } of layers) {
    let name = node.outputs[0]!;
    if (node.clip) {
      while (types.has(name)) name += '.open';
      types.set(name, typeOf(graph, node.outputs[0]));
      nodes.push({ ...node, outputs: [name], clip: null });
    }
    nameOf.set(node, name);
  }
  return { watched: prune({ ...graph, nodes, types, outputs: [...nameOf.values()] }), nameOf };
}

function createMeter(shape: Shape, axis: number) {
  const { channels, inner } = channelRuns(shape, axis);
  const min = new Float64Array(channels).fill(Infinity);
  const max = new Float64Array(channels).fill(-Infinity);
  const sum = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let count = 0;
  return {
    add(data: Float32Array): void {
      for (let i = 0; i < data.length; i++) {
        const c = Math.floor(i / inner) % channels;
        const x = data[i];
        min[c] = Math.min(min[c], x);
        max[c] = Math.max(max[c], x);
        sum[c] = sum[c] + x;
        squares[c] = squares[c] + x * x;
      }
      count += data.length / channels;
    },
    stats(): ChannelStats {
      const mean = sum.map((s) => s / count);
      const deviation = squares.map((s, c) => Math.sqrt(Math.max(0, s / count - mean[c] ** 2)));
      return { min, max, mean, deviation };
    },
  };
}

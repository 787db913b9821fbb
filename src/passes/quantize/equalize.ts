import { constantOf, editGraph } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, ValueName } from '../../ir/types.ts';
import { must, UserError } from '../../support/errors.ts';
import { definePass, type PassContext } from '../pass.ts';
import { requireDataset } from '../samples/calibration-samples.ts';
import { activationRanges, balanceLinks, type Scales, weightFactors } from './balance-links.ts';
import { type ChannelStats, channelStats } from './channel-stats.ts';
import { type LinearLayer, linearLayer } from './linear-layer.ts';
import { isHomogeneousClip, keepsShifts, type Link, linkedLayers } from './linked-layers.ts';

/**
 * Cross-layer equalization: the first of two layers may make a channel s times smaller and the second s times larger
 * when all between them is positively homogeneous (nothing, Relu, pooling, views).
 *
 * leaves    the same float function, to the last bit: every s is a power of two and changes no mantissa
 * balance   'weights': the weights of both layers, for weights with one scale per tensor; needs no data.
 *           'activations': the channel's values and the second layer's weights, for weights with one scale per
 *           channel; there the activation is what all channels share a scale in. Needs calibration data
 * absorb    what a channel in front of a Relu (nearly) always exceeds moves into the bias of the second layer:
 *           c = max(0, mean - 3 deviations), b1 - c, b2 + W2 c. Changes the float meaning below c; needs data
 * skipped   layers behind a finite clip such as Relu6, values that are read twice or are outputs
 * source    Nagel et al., Data-Free Quantization through Weight Equalization and Bias Correction, ICCV 2019; the
 *           form with activations is that of SmoothQuant (Xiao et al. 2023) with exponent 1/2
 */
export const equalize = definePass({
  name: 'equalize',
  summary: 'Scale channels between layers so that they share the range of codes evenly.',
  requires: ['float-only', 'explicit-pads'],
  provides: [],
  defaults: { balance: 'activations', absorb: false as boolean, samples: 64 },
  check({ balance, absorb }, start) {
    requireBalance(balance);
    if (balance === 'activations' || absorb) requireDataset(start, 'equalize');
  },
  async run(graph, { balance, absorb, samples }, ctx) {
    requireBalance(balance);
    const links = linkedLayers(graph);
    remarkClips(graph, ctx);
    const byActivations = balance === 'activations';
    if (links.length === 0) return graph;
    const firsts = links.map(({ from }) => from);
    const stats = byActivations || absorb ? await channelStats(graph, firsts, Number(samples), ctx) : null;
    const perLink = (values: (link: Link, stats: ChannelStats) => Float64Array): Scales =>
      new Map(links.map((link) => [link, values(link, must(stats?.get(link.from.node), 'statistics'))]));

    const scales = balanceLinks(links, byActivations ? perLink(activationRanges) : null);
    return rewriteLayers(graph, links, scales, absorb ? perLink(certainShift) : new Map());
  },
});

/** What every channel exceeds but for three deviations; zero where a shift would not arrive at the second layer. */
function certainShift(link: Link, { mean, deviation }: ChannelStats): Float64Array {
  const relu = link.from.node.clip?.[0] === 0;
  const hasBiases = link.from.node.op !== 'MatMul' && link.to.node.op !== 'MatMul';
  if (!relu || !hasBiases || !keepsShifts(link)) return new Float64Array(link.from.rows);
  return mean.map((m, c) => Math.max(0, m - 3 * deviation[c]));
}

function rewriteLayers(graph: Graph, links: readonly Link[], scales: Scales, shifts: Scales): Graph {
  const edit = editGraph(graph);
  const layers = new Map(links.flatMap(({ from, to }) => [from, to].map((layer) => [layer.node, layer] as const)));
  const factorsOf = weightFactors(scales);
  for (const [node, layer] of layers) {
    const factor = factorsOf(layer);
    const { shape } = must(constantOf(graph, node.inputs[1]), 'weights');
    const weights = tensorOf(
      'f32',
      shape,
      layer.weights.map((w, i) => w * factor(i)),
    );
    const inputs = [node.inputs[0]!, edit.constant(node.inputs[1]!, weights), newBias(layer)];
    edit.update(node, { inputs: node.op === 'MatMul' ? inputs.slice(0, 2) : inputs });
  }
  return edit.finish();

  /** (b - own shift + W (shifts of the input channels)) / own scales */
  function newBias(layer: LinearLayer): ValueName | null {
    const own = links.find(({ from }) => from.node === layer.node);
    const into = links.find(({ to }) => to.node === layer.node);
    const ownShift = own && shifts.get(own);
    const inShift = into && shifts.get(into);
    const bias = Float64Array.from({ length: layer.rows }, (_, o) => (layer.bias?.[o] ?? 0) - (ownShift?.[o] ?? 0));
    layer.weights.forEach((w, i) => {
      bias[layer.outputOf(i)] += w * (inShift?.[into!.channelOf[layer.inputOf(i)]] ?? 0);
    });
    if (layer.bias === null && bias.every((b) => b === 0)) return null;
    const scaled = bias.map((b, o) => b / (own ? scales.get(own)![o] : 1));
    return edit.constant(
      layer.node.inputs[2] ?? `${layer.node.outputs[0]}.bias`,
      tensorOf('f32', [layer.rows], scaled),
    );
  }
}

function remarkClips(graph: Graph, ctx: PassContext): void {
  for (const node of graph.nodes) {
    if (linearLayer(graph, node) && !isHomogeneousClip(node)) {
      ctx.remark(node, `not equalized: its clip to [${node.clip}] does not scale`);
    }
  }
}

function requireBalance(balance: string): void {
  if (balance === 'weights' || balance === 'activations') return;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `equalize cannot balance '${balance}'`,
    hint: "balance is 'weights' or 'activations'",
  });
}

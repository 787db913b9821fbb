import { prune } from '../../ir/graph.ts';
import type { Json } from '../../ir/program.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { reasonForFloat } from '../../ops/in-float.ts';
import { findOp } from '../../ops/index.ts';
import { SCALES } from '../../quant/pow2-scale.ts';
import { must, UserError } from '../../support/errors.ts';
import { nearestName } from '../../support/nearest.ts';
import { oneOf } from '../one-of.ts';
import { definePass, type PassContext } from '../pass.ts';
import { applyQuantization } from './apply-types.ts';
import { checkActivations, chooseActivations } from './choose-activations.ts';
import { type BitsOf, planQuantization, refusesWide } from './choose-types.ts';
import type { TableRegion } from './table-regions.ts';

/**
 * Post-training quantization to int8: activations affine with one scale per tensor, weights symmetric with one
 * per output channel, biases int32, element-wise functions as lookup tables.
 *
 * needs        ranges of all activations (calibrate)
 * activations  which get 4 bits or 16 (see choose-activations.ts); default: those that calibrate was told. Codes of 4 bits
 *              are packed two to a byte, those of 16 symmetric: zero point 0
 * scales       'pow2': every scale a power of two, so that requantization is a shift; calibrate with the same option
 * leaves       int8 types on everything that can compute on codes; QuantizeLinear and DequantizeLinear around the rest
 */
export const quantizeInt8 = definePass({
  name: 'quantize-int8',
  summary: 'Turn weights and calibrated activations into int8 codes.',
  requires: ['float-only', 'ranges-known'],
  provides: [],
  defaults: { exclude: [] as readonly string[], floatIo: false as boolean, activations: [] as Json, scales: 'free' },
  check({ exclude, activations, scales }, { graph }) {
    requireNodes(exclude, graph);
    checkActivations(activations);
    oneOf('quantize-int8', SCALES, scales);
  },
  run(graph, { exclude, floatIo, activations, scales: scaleRule }, ctx) {
    const scales = oneOf('quantize-int8', SCALES, scaleRule);
    const excluded = (node: Node) => exclude.includes(node.name);
    const bits = bitsOf(graph, activations);
    const plan = planQuantization(graph, excluded, bits, scales);
    for (const node of graph.nodes) {
      if (!plan.roles.has(node) && !plan.tables.has(node) && !plan.absorbed.has(node)) {
        ctx.remark(node, exclude.includes(node.name) ? 'stays in float as asked' : whyFloat(graph, node, bits));
      }
    }
    const evaluate = (region: TableRegion, points: Float32Array) => evaluateRegion(graph, region, points, ctx);
    return applyQuantization(graph, plan, evaluate, { floatIo, scales });
  },
});

/** Passes before this one may take nodes away, but give no new ones a name that could be meant. */
function requireNodes(names: readonly string[], { nodes }: Graph): void {
  const known = nodes.map(({ name }) => name);
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  const nearest = nearestName(missing[0], known);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: 'nodes that are to stay in float are not in the model',
    because: missing.map((name) => `there is no node '${name}'`),
    hint: nearest ? `did you mean '${nearest}'?` : `nodes: ${known.join(', ')}`,
  });
}

/** As the recipe says here, or else as calibration did. */
function bitsOf(graph: Graph, activations: Json): BitsOf {
  if (Array.isArray(activations) && activations.length === 0) return (value) => graph.ranges?.get(value)?.bits ?? 8;
  const choices = chooseActivations(activations, graph);
  return (value) => choices.get(value)?.bits ?? 8;
}

function whyFloat(graph: Graph, node: Node, bits: BitsOf): string {
  const definition = findOp(node.domain, node.op);
  const rule = definition?.quantize;
  const reason = definition ? reasonForFloat(definition) : null;
  if (!rule) return `stays in float: there is no integer form of this operator${reason === null ? '' : `, ${reason}`}`;
  return `stays in float: ${rule.refuse?.(node, graph) ?? refusesWide(graph, node, bits) ?? 'its inputs are float'}`;
}

/** The region's function at these points, computed by onnxruntime. */
export async function evaluateRegion(graph: Graph, region: TableRegion, points: Float32Array, ctx: PassContext) {
  const { input, output, nodes } = region;
  if (nodes.length === 0) return points;
  const type = { dtype: 'f32', shape: [points.length], quant: null } as const;
  const types = new Map(graph.types).set(input, type);
  for (const node of nodes) for (const value of node.outputs) if (value !== null) types.set(value, type);
  const alone = prune({ name: 'region', inputs: [input], outputs: [output], nodes, types, constants: graph.constants });
  const results = await ctx.evaluate(alone, new Map([[input, { dtype: 'f32', shape: [points.length], data: points }]]));
  return must(results.get(output), output).data as Float32Array;
}

import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { definePass, type PassContext } from '../pass.ts';
import { type TableRegion, tableRegions } from '../quantize/table-regions.ts';
import { type BiasAdd, biasAddOf } from './qdq/bias.ts';
import { importClip, importConstants, importDequantize, importInputs, importQuantize } from './qdq/borders.ts';
import { type CodeGraph, startCodeGraph } from './qdq/code-graph.ts';
import { keepFittingFormats } from './qdq/formats.ts';
import { plainScalars, tabulate } from './qdq/functions.ts';
import { joinSums } from './qdq/joined-sums.ts';
import { quantizeLayer } from './qdq/layers.ts';
import { importLookUp } from './qdq/look-ups.ts';
import { moveCodes } from './qdq/moves.ts';
import { spellTransposedConvs } from './qdq/transposed-convs.ts';

/**
 * A model that says with QuantizeLinear and DequantizeLinear which of its values are integers becomes a graph over
 * int8 codes: layers between them compute on codes, functions of one tensor are tables, moves move codes.
 *
 * needs   constant scales; one per tensor for activations, one per tensor or output channel for weights
 * leaves  what has no integer form in float, with a remark; inputs and outputs in the types of the file, unless
 *         `stripIo` or the annotations of a file of ours make those that are quantized int8; storage formats that such a file
 *         names and that fit
 *
 * uint8 becomes int8 by taking 128 off codes and zero points, which changes no real number. Tables and moves equal
 * onnxruntime's results; sums are rounded once, as the file's QuantizeLinear rounds, instead of in float32: a code may differ
 * by one where float32 is not exact and the result lies next to a tie. Files of ours keep rounding half up.
 */
export const importQdq = definePass({
  name: 'import-qdq',
  summary: 'Turn QuantizeLinear and DequantizeLinear around operators into int8 types.',
  requires: ['float-only'],
  provides: [],
  defaults: { stripIo: false as boolean },
  async run(given, options, ctx) {
    const stripIo = options.stripIo || given.annotations?.codesAtBorders === true;
    const graph = joinSums(plainScalars(spellTransposedConvs(given)));
    const code = startCodeGraph(graph, stripIo);
    importInputs(code, stripIo);
    importConstants(code);
    const state = startImport(graph);
    for (const node of graph.nodes) if (!state.done.has(node)) await importNode(code, node, state, ctx);
    const { annotations, ...imported } = code.finish();
    return annotations ? keepFittingFormats(imported, ctx) : imported;
  },
});

interface ImportState {
  /** Regions of element-wise operators, by each of their nodes. */
  readonly regions: ReadonlyMap<Node, TableRegion>;
  /** Layers that wait for the Add behind them, by that Add. */
  readonly waiting: Map<Node, BiasAdd>;
  /** Nodes that another one took along. */
  readonly done: Set<Node>;
}

function startImport(graph: Graph): ImportState {
  const regions = tableRegions(graph, (node) => isReal(graph, node)).flatMap((region) =>
    region.nodes.map((node) => [node, region] as const),
  );
  return { regions: new Map(regions), waiting: new Map(), done: new Set() };
}

async function importNode(code: CodeGraph, node: Node, state: ImportState, ctx: PassContext): Promise<void> {
  const biased = isReal(code.graph, node) ? null : biasAddOf(code.graph, node);
  const waiting = state.waiting.get(node);
  if (biased) return void state.waiting.set(biased.add, biased);
  if (waiting) {
    if (quantizeLayer(code, waiting.merged, ctx) === true) return;
    settle(code, waiting.layer, quantizeLayer(code, waiting.layer, ctx), ctx);
  }
  settle(code, node, await attempt(code, node, state, ctx), ctx);
}

/** True, or why the node stays as it is. */
async function attempt(
  code: CodeGraph,
  node: Node,
  { regions, done }: ImportState,
  ctx: PassContext,
): Promise<true | string> {
  if (node.domain === '' && node.op === 'DequantizeLinear') return importDequantize(code, node) ?? true;
  if (node.domain === '' && node.op === 'QuantizeLinear') return importQuantize(code, node, done) ?? true;
  if (importClip(code, node) || importLookUp(code, node)) return true;
  if (isReal(code.graph, node)) return '';
  const region = regions.get(node);
  if (region && (await tabulate(code, node, region, ctx))) return true;
  const moved = await moveCodes(code, node, ctx);
  return moved === false ? quantizeLayer(code, node, ctx) : moved;
}

/** True when a file of ours says that the node computes in real numbers. */
function isReal({ annotations }: Graph, { outputs }: Node): boolean {
  return annotations !== undefined && outputs.some((output) => output !== null && annotations.real.has(output));
}

/** What stays is news only where it reads codes as real numbers. */
function settle(code: CodeGraph, node: Node, outcome: true | string, ctx: PassContext): void {
  if (outcome === true) return;
  code.keep(node);
  const border = node.op === 'QuantizeLinear' || node.op === 'DequantizeLinear';
  const reads = node.inputs.some((input) => code.codesOf(input) && typeOf(code.graph, input).dtype === 'f32');
  if (outcome !== '' && (border || reads)) ctx.remark(node, `stays in float: ${outcome}`);
}

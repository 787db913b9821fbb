import { baseFormat, type Codes, ENTROPY_CODES, entropyCodeOf, findFormat } from '../../formats/index.ts';
import { constantOf, editGraph, typeOf } from '../../ir/graph.ts';
import type { Graph } from '../../ir/types.ts';
import { quantOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import { definePass } from '../pass.ts';
import { rowOrderOf, type StoredLayer, storedLayers } from '../quantize/stored-layers.ts';
import { storedSize } from './stored-size.ts';

/**
 * The most by which code grew where int4 weights got an entropy code: kws on Cortex-M4F, gcc -O2, by 1,344 bytes for huffman
 * and 1,420 for rans. Where the kernels that read int4 are larger than their plain forms by more than a decoder, it shrinks.
 */
const CODE_BYTES = 1400;

/** For each entropy code: all layers that have it keep it, or none, because its code is there once however many they are. */
export const dropEntropyCodes = definePass({
  name: 'drop-entropy-codes',
  summary: 'Store weights without their entropy code where that saves less flash than the code for it takes.',
  requires: [],
  provides: [],
  defaults: {},
  run(graph, _options, ctx) {
    const edit = editGraph(graph);
    for (const code of Object.keys(ENTROPY_CODES)) {
      const layers = storedLayers(graph).filter(({ weights }) => entropyCodeOf(formatOf(graph, weights)) === code);
      const shared = new Map(layers.map((layer) => [layer.weights, layer]));
      const saved = [...shared.values()].reduce((sum, layer) => sum + savedBytes(graph, layer), 0);
      if (saved > CODE_BYTES) continue;
      for (const { node, weights } of layers) {
        const format = baseFormat(formatOf(graph, weights));
        edit.setType(weights, { ...typeOf(graph, weights), quant: { ...quantOf(graph, weights), format } });
        const effect = saved < 0 ? `takes ${-saved} bytes more` : `saves ${saved} bytes`;
        ctx.remark(node, `stored as ${format}: ${code} ${effect} in all weights and takes up to ${CODE_BYTES} of code`);
      }
    }
    return edit.finish();
  },
});

function formatOf(graph: Graph, weights: string): string {
  return quantOf(graph, weights).format ?? '';
}

/** What a layer's entropy code spares of its base format; below 0: what it takes more. */
function savedBytes(graph: Graph, layer: StoredLayer): number {
  const { weights, depth } = layer;
  const codes = must(constantOf(graph, weights), weights).data as Codes;
  const bytesAs = (format: string) => storedSize(findFormat(format), codes, depth, rowOrderOf(layer));
  const coded = formatOf(graph, weights);
  return bytesAs(baseFormat(coded)) - bytesAs(coded);
}

import { type Codes, findFormat } from '../../formats/index.ts';
import { constantOf, editGraph, typeOf } from '../../ir/graph.ts';
import { must, UserError } from '../../support/errors.ts';
import { matchesLayer } from '../layer-pattern.ts';
import { definePass } from '../pass.ts';
import { rowOrderOf, type StoredLayer, storedLayers } from './stored-layers.ts';

/**
 * Says how the weights of quantized layers are stored. No code changes: they must be codes of the format already.
 *
 * layers  the name of a node or of its output, * for any run of characters, or ':first' or ':last' layer with weights
 * format  name of a weight format (see formats): 'int4', 'codebook-16', 'ternary+huffman'
 */
export const storeWeights = definePass({
  name: 'store-weights',
  summary: 'Store weights whose codes allow it in a format of few bits, or entropy-coded.',
  requires: [],
  provides: [],
  defaults: { layers: '*', format: 'int8' },
  run(graph, { layers, format: name }) {
    const format = findFormat(name);
    const all = storedLayers(graph);
    const chosen = all.filter(({ node }, i) => matchesLayer(layers, [node.name, ...node.outputs], i, all.length));
    if (chosen.length === 0) throw noSuchLayer(layers, all);
    const edit = editGraph(graph);
    const refusals: string[] = [];
    for (const layer of chosen) {
      const { node, weights } = layer;
      const codes = must(constantOf(graph, weights), weights);
      const reason = format.refuse(codes.data as Codes, rowOrderOf(layer));
      if (reason !== null) refusals.push(`${node.op} '${node.name}': ${reason}`);
      const type = typeOf(graph, weights);
      edit.setType(weights, { ...type, quant: type.quant && { ...type.quant, format: name } });
    }
    if (refusals.length > 0) throw unfit(name, refusals);
    return edit.finish();
  },
});

function noSuchLayer(pattern: string, all: readonly StoredLayer[]): UserError {
  const names = all.map(({ node }) => node.name).join(', ');
  return new UserError({
    code: 'BAD_ARGUMENT',
    message: `store-weights: no quantized layer with weights matches '${pattern}'`,
    hint: names === '' ? 'quantize the model first' : `layers with weights: ${names}`,
  });
}

function unfit(format: string, refusals: readonly string[]): UserError {
  return new UserError({
    code: 'BAD_ARGUMENT',
    message: `weights cannot be stored as ${format}`,
    because: refusals,
    hint: 'encode them for this format first, or match fewer layers',
  });
}

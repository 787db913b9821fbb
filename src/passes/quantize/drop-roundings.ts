import { consumersOf, isOutput, typeOf } from '../../ir/graph.ts';
import { isOp, onlyOutput } from '../float/match.ts';
import { type Rule, rewriteGraph } from '../float/rewrite.ts';
import { definePass } from '../pass.ts';

/**
 * Purpose: a model that was exported in half precision gets codes at its layers, not at Casts between them.
 * Method: a Cast from float32 to a half that is cast back by all its readers goes.
 * Codes of 8 bits are 8 times coarser than float16, and as coarse as bfloat16; ranges are measured behind this pass.
 */
export const dropRoundings = definePass({
  name: 'drop-roundings',
  summary: 'Drop Casts to float16 or bfloat16 and back.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [castBack]),
});

const castBack: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const source = node.inputs[0];
  if (!isOp(node, 'Cast') || !output || !source || isOutput(graph, output)) return null;
  const isHalf = /^b?f16$/.test(typeOf(graph, output).dtype);
  if (!isHalf || typeOf(graph, source).dtype !== 'f32') return null;
  const readers = consumersOf(graph, output);
  const back = (value: string | null | undefined) => value != null && typeOf(graph, value).dtype === 'f32';
  const plain = readers.every((reader) => isOp(reader, 'Cast') && back(onlyOutput(reader)));
  if (!plain || readers.some((reader) => isOutput(graph, reader.outputs[0] ?? ''))) return null;
  return {
    touches: [node, ...readers],
    apply: (edit) => {
      for (const reader of readers) edit.replaceUses(reader.outputs[0]!, source);
    },
  };
};

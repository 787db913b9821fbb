import { constantOf, producerOf, typeOf } from '../../../ir/graph.ts';
import type { Graph, Node, Tensor, ValueName } from '../../../ir/types.ts';
import type { CodeRange } from '../../../quant/affine.ts';
import { must } from '../../../support/errors.ts';
import type { CodeGraph, Codes } from './code-graph.ts';
import { readersOf } from './readers.ts';
import { codesTarget, codeType, isPlain, scalesOf, type Target } from './scales.ts';
import { withBits } from './targets.ts';

/**
 * Gather(table, Cast(codes) + half) with an int8 table for every code becomes a LookupTable; false for any other node.
 * export-qdq writes tables so.
 */
export function importLookUp(code: CodeGraph, node: Node): boolean {
  const { graph } = code;
  const [name, place] = node.inputs;
  const output = node.outputs[0];
  const table = isPlain(node, 'Gather') ? constantOf(graph, name) : null;
  const source = table && indexedBy(graph, place, table);
  const held = source && code.codesOf(source);
  const target = output ? firstMeaning(graph, output) : null;
  if (!held || !output || !name || !target || !takes(held, must(table, 'table')) || target.quant.axis !== null)
    return false;
  const wide = { quant: target.quant, range: rangeOf(table) };
  const { quant, range } = withBits(graph, output, wide);
  const made = code.nameFor(output);
  const spec = { op: 'LookupTable', domain: 'nibblec', name: node.name, inputs: [held.name, name] };
  code.node(spec, made, codeType(typeOf(graph, output).shape, quant));
  code.setCodes(output, { quant, range, name: made });
  return true;
}

/** As the first DequantizeLinear says; others read the same codes with another scale. */
function firstMeaning(graph: Graph, integers: ValueName): Target | null {
  const reader = readersOf(graph, integers).find((node) => isPlain(node, 'DequantizeLinear'));
  const scales = reader ? scalesOf(graph, reader) : null;
  return scales && codesTarget(scales);
}

/** The int8 value whose codes, plus half of the table's length, are this index. */
function indexedBy(graph: Graph, index: ValueName | null | undefined, table: Tensor): ValueName | null {
  const add = producerOf(graph, index);
  if (!add || !isPlain(add, 'Add') || add.clip) return null;
  const [wide, offset] = constantOf(graph, add.inputs[1]) ? add.inputs : [...add.inputs].reverse();
  const half = constantOf(graph, offset);
  const cast = producerOf(graph, wide);
  if (half?.data.length !== 1 || Number(half.data[0]) !== table.data.length / 2 || !cast || !isPlain(cast, 'Cast'))
    return null;
  return cast.inputs[0];
}

/** Signed codes of as many bits as the table has entries for. */
function takes({ quant, range }: Codes, table: Tensor): boolean {
  const size = 2 ** quant.bits;
  return (
    table.dtype === 'i8' &&
    table.shape.length === 1 &&
    table.data.length === size &&
    range.min >= -size / 2 &&
    range.max < size / 2
  );
}

function rangeOf({ data }: Tensor): CodeRange {
  const codes = [...(data as Int8Array)];
  return { min: Math.min(...codes), max: Math.max(...codes) };
}

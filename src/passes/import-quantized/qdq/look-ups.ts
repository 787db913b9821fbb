import { constantOf, producerOf, typeOf } from '../../../ir/graph.ts';
import { numbersOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../../../ir/types.ts';
import type { CodeRange } from '../../../quant/affine.ts';
import { fractionOf } from '../../../quant/wide-table.ts';
import type { CodeGraph, Codes } from './code-graph.ts';
import { readLines } from './lines.ts';
import { readersOf } from './readers.ts';
import { codesTarget, codeType, isPlain, scalesOf, type Target } from './scales.ts';
import { withBits } from './targets.ts';

/**
 * Gather(table, Cast(codes) + half) with a table for every code becomes a LookupTable, and so do straight lines over codes of
 * 16 bits; false for any other node. export-qdq writes tables so.
 */
export function importLookUp(code: CodeGraph, node: Node): boolean {
  const { graph } = code;
  const output = node.outputs[0];
  const target = output ? firstMeaning(graph, output) : null;
  const table = target && (everyCode(code, node) ?? straightLines(code, node, target));
  if (!output || !table || target.quant.axis !== null) return false;
  const { quant, range } = withBits(graph, output, { quant: target.quant, range: table.range });
  const made = code.nameFor(output);
  const spec = { op: 'LookupTable', domain: 'nibblec', name: node.name, inputs: [table.held.name, table.name] };
  code.node(spec, made, codeType(typeOf(graph, output).shape, quant));
  code.setCodes(output, { quant, range, name: made });
  return true;
}

interface LookUp {
  readonly held: Codes;
  /** Of the constant. */
  readonly name: ValueName;
  /** Of the results. */
  readonly range: CodeRange;
}

function everyCode(code: CodeGraph, node: Node): LookUp | null {
  const { graph } = code;
  const [name, place] = node.inputs;
  const table = isPlain(node, 'Gather') ? constantOf(graph, name) : null;
  const source = table && indexedBy(graph, place, table);
  const held = source && code.codesOf(source);
  return held && name && takes(held, table) ? { held, name, range: rangeOf(numbersOf(table)) } : null;
}

function straightLines(code: CodeGraph, node: Node, { range }: Target): LookUp | null {
  const lines = readLines(code.graph, node);
  const held = code.codesOf(lines?.x);
  if (!lines || held?.quant.bits !== 16 || lines.fraction !== fractionOf(range)) return null;
  const codes = numbersOf(lines.entries).map((entry) => Math.round(entry / 2 ** lines.fraction));
  return { held, name: code.constant(`${node.outputs[0]}.table`, lines.entries), range: rangeOf(codes) };
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
    (table.dtype === 'i8' || table.dtype === 'i16') &&
    size <= 256 &&
    table.shape.length === 1 &&
    table.data.length === size &&
    range.min >= -size / 2 &&
    range.max < size / 2
  );
}

function rangeOf(codes: readonly number[]): CodeRange {
  return { min: Math.min(...codes), max: Math.max(...codes) };
}

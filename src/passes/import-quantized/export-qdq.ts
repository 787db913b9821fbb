import { constantOf, producerOf, prune, typeOf } from '../../ir/graph.ts';
import { isWide, tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { ONNX_I32 } from '../../ops/support/oracle.ts';
import { codesOf, quantOf } from '../../quant/quantized.ts';
import { fractionOf } from '../../quant/wide-table.ts';
import { invariant, must } from '../../support/errors.ts';
import { writeLines } from './qdq/lines.ts';
import { type PlainGraph, startPlainGraph } from './qdq/plain-graph.ts';

/**
 * A quantized graph as one in real numbers whose values go through QuantizeLinear and DequantizeLinear: what import-qdq
 * reads back as the same codes, scales and zero points. Any ONNX tool runs it; sums are rounded in float32 there, so a
 * code may differ by one from what the integers give. Constants are stored as integers; tables are looked up by Gather.
 * Inputs and outputs are real numbers.
 *
 * What ONNX has no words for is in the annotations: storage formats of weights, and whether borders are codes.
 */
export function exportQdq(graph: Graph): Graph {
  const plain = startPlainGraph(graph);
  for (const input of graph.inputs) {
    const { shape, quant } = typeOf(graph, input);
    if (!quant) continue;
    plain.types.set(input, { dtype: 'f32', shape, quant: null });
    plain.quantize(input, input);
  }
  for (const node of graph.nodes) writeNode(plain, node);
  for (const output of graph.outputs) plain.real(output);
  const nodes = plain.nodes;
  return prune({ ...graph, nodes, types: plain.types, constants: plain.constants, annotations: plain.annotations() });
}

function writeNode(plain: PlainGraph, node: Node): void {
  const { graph } = plain;
  const output = node.outputs.find((value) => value !== null);
  const quantized = output != null && typeOf(graph, output).quant !== null;
  if (node.op === 'LookupTable') writeTable(plain, node);
  else if (node.op === 'QuantizeLinear' && quantized) writeQuantize(plain, node);
  else if (node.op === 'DequantizeLinear') writeDequantize(plain, node);
  else if (quantized) writeLayer(plain, node);
  else writeReal(plain, node);
}

/** The operator on real numbers, its results quantized. */
function writeLayer(plain: PlainGraph, node: Node): void {
  const { graph } = plain;
  const [x] = node.inputs;
  invariant(node.domain !== 'nibblec', `${node.op} has no form in real numbers`);
  invariant(node.op !== 'Identity' || sameScale(graph, x, node.outputs[0]), 'codes are read with another scale');
  const inputs = node.inputs.map((input, i) => input && (isFill(node, i) ? fillOf(plain, input) : plain.real(input)));
  const outputs = node.outputs.map((output) => output && plain.beforeRounding(output));
  if (node.op === 'MatMul' && inputs[2]) {
    const [output] = outputs;
    const type = must(plain.types.get(must(output, 'output')), 'type');
    const product = plain.fresh(`${output}.product`);
    plain.types.set(product, type);
    const bare = { ...node, inputs: inputs.slice(0, 2), outputs: [product], clip: null };
    const name = `${node.name}.bias`;
    plain.nodes.push(bare, { ...node, op: 'Add', name, inputs: [product, inputs[2]], outputs, attributes: {} });
  } else {
    plain.nodes.push({ ...node, inputs, outputs });
  }
  node.outputs.forEach((output, i) => {
    const real = outputs[i];
    if (output && real && typeOf(graph, output).quant) plain.quantize(real, output);
  });
}

/** y = table[x + half], over integers; of codes of 16 bits straight lines. */
function writeTable(plain: PlainGraph, node: Node): void {
  const [x, table] = node.inputs;
  const output = must(node.outputs[0], 'output');
  const { shape } = typeOf(plain.graph, output);
  const entries = must(constantOf(plain.graph, table), 'table');
  const codes = tableInput(plain, must(x, 'input'));
  if (isWide(typeOf(plain.graph, x))) {
    const fraction = fractionOf(codesOf(quantOf(plain.graph, output)));
    return writeLines(plain, codes, { entries, fraction }, node, plain.integers(output));
  }
  const half = entries.data.length / 2;
  const wide = plain.node('Cast', [codes], `${output}.wide`, { dtype: 'i32', shape }, { to: ONNX_I32 });
  const offset = plain.constant(`${output}.offset`, { dtype: 'i32', shape: [], data: Int32Array.of(half) });
  const place = plain.node('Add', [wide, offset], `${output}.place`, { dtype: 'i32', shape });
  const [inputs, outputs] = [[table, place], [plain.integers(output)]];
  plain.nodes.push({ ...node, op: 'Gather', domain: '', inputs, outputs });
}

/** Integers that a table made must be dequantized somewhere, else nothing says what they mean. */
function tableInput(plain: PlainGraph, x: ValueName): ValueName {
  const { graph } = plain;
  if (producerOf(graph, x)?.op !== 'LookupTable') return plain.integers(x);
  const again = plain.fresh(`${x}.again`);
  plain.requantize(x, again);
  return again;
}

/** Real numbers of the graph become codes. */
function writeQuantize(plain: PlainGraph, node: Node): void {
  const [real] = node.inputs;
  plain.quantize(must(real, 'input'), must(node.outputs[0], 'output'));
}

/** An operator without codes. A clamp is spelled out, because reading the file fuses it under the name it has without. */
function writeReal(plain: PlainGraph, node: Node): void {
  const inputs = node.inputs.map((input) => input && plain.real(input));
  const [output] = node.outputs;
  const type = output == null ? null : typeOf(plain.graph, output);
  const real = type?.dtype === 'f32';
  if (!node.clip || output == null || !real) {
    plain.nodes.push({ ...node, inputs });
    if (real) for (const value of node.outputs) if (value !== null) plain.staysReal(value);
    return;
  }
  const unclipped = plain.fresh(`${output}.unclipped`);
  plain.types.set(unclipped, type);
  plain.nodes.push({ ...node, inputs, outputs: [unclipped], clip: null });
  const bounds = node.clip.map((bound, i) =>
    Number.isFinite(bound)
      ? plain.constant(`${output}.${i === 0 ? 'min' : 'max'}`, tensorOf('f32', [], [bound]))
      : null,
  );
  const clip = { op: 'Clip', domain: '', name: `${node.name}.clip`, attributes: {}, clip: null };
  plain.nodes.push({ ...clip, inputs: [unclipped, ...bounds], outputs: [output] });
  for (const value of [output, unclipped]) plain.staysReal(value);
}

/** One for each value is enough, and may have been needed before. */
function writeDequantize(plain: PlainGraph, node: Node): void {
  const x = must(node.inputs[0], 'input');
  const made = typeOf(plain.graph, x).quant !== null && plain.real(x) === node.outputs[0];
  if (!made) plain.nodes.push({ ...node, inputs: [plain.integers(x), ...node.inputs.slice(1)] });
}

/** What Pad fills with is one number. */
function isFill({ op }: Node, index: number): boolean {
  return op === 'Pad' && index === 2;
}

function fillOf(plain: PlainGraph, value: ValueName): ValueName {
  const { quant } = typeOf(plain.graph, value);
  return quant ? plain.realConstant(value) : value;
}

function sameScale(graph: Graph, a: ValueName | null, b: ValueName | null): boolean {
  const [from, to] = [typeOf(graph, a).quant, typeOf(graph, b).quant];
  return from?.scale[0] === to?.scale[0] && from?.zeroPoint[0] === to?.zeroPoint[0];
}

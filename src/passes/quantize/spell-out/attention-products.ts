import { floatAttribute, intAttribute } from '../../../ir/attributes.ts';
import { constantOf, type GraphDraft, typeOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import { toFloat32Array } from '../../../numerics/convert.ts';
import { findOp } from '../../../ops/index.ts';
import { must } from '../../../support/errors.ts';
import { isOp } from '../../float/match.ts';
import type { Rule } from '../../float/rewrite.ts';
import { isWideRule } from '../choose-types.ts';
import { headsFirst } from './attention-cache.ts';

/** Hides a key: the weight is 4e-44 of one that is not hidden, and the scores keep most of their codes. */
const HIDDEN = -100;

/**
 * softmax(scale Q K' + mask) V as products and a Softmax, whose scores are stored: each of them has a form for codes of 16 bits, which
 * Attention with a mask of numbers has not.
 */
export const attentionToProducts: Rule = (graph, node) => {
  const [output, ...others] = node.outputs;
  const [q, k, , mask, ...rest] = node.inputs;
  const plain = isOp(node, 'Attention') && [...others, ...rest].every((value) => value === null);
  if (!plain || !output || !q || !k || floatAttribute(node, 'softcap', 0) !== 0) return null;
  const counts = ['q_num_heads', 'kv_num_heads'].map((name) => intAttribute(node, name, 0));
  const heads = [q, k].map((value, i) => {
    const { shape } = typeOf(graph, value);
    return shape.length === 4 ? shape[1] : counts[i]!;
  });
  const rule = findOp('', 'Attention')?.quantize;
  if (rule && isWideRule(rule, node, graph)) return null;
  if (heads[0] !== heads[1] || (mask != null && constantOf(graph, mask) === null)) return null;
  return { touches: [node], apply: (edit) => write(edit, graph, node, output, counts) };
};

const real = (shape: Shape) => ({ dtype: 'f32', shape, quant: null }) as const;

function write(edit: GraphDraft, graph: Graph, node: Node, output: ValueName, counts: readonly number[]): void {
  const [q, k, v] = [0, 1, 2].map((i) => headsFirst(edit, must(node.inputs[i], 'operand'), counts[i === 0 ? 0 : 1]!));
  const [batch, heads, queries, size] = edit.type(q!).shape as [number, number, number, number];
  const [, , keys, width] = edit.type(v!).shape as [number, number, number, number];
  const add = (op: string, inputs: ValueName[], shape: Shape, hint: string, attributes = {}) =>
    edit.node({ op, inputs, attributes, name: `${node.name}.${hint}` }, real(shape), `${output}.${hint}`);
  const grid = [batch, heads, queries, keys];
  const across = add('Transpose', [k!], [batch, heads, size, keys], 'across', { perm: [0, 1, 3, 2] });
  const scale = floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(size);
  const factor = edit.constant(`${output}.scale`, tensorOf('f32', [], [scale]));
  const scores = add('Mul', [add('MatMul', [q!, across], grid, 'products'), factor], grid, 'scores');
  const numbers = maskNumbers(graph, node, queries, keys);
  const seen = numbers === null ? scores : add('Add', [scores, edit.constant(`${output}.mask`, numbers)], grid, 'seen');
  const weights = add('Softmax', [seen], grid, 'weights', { axis: 3 });
  const product = { op: 'MatMul', inputs: [weights, v!], attributes: {} };
  const { shape } = typeOf(graph, output);
  if (shape.length === 4) return edit.update(node, product);
  const whole = [batch, heads, queries, width];
  const result = edit.node({ ...product, clip: node.clip, name: `${node.name}.heads` }, real(whole), `${output}.heads`);
  const rows = add('Transpose', [result], [batch, queries, heads, width], 'rows', { perm: [0, 2, 1, 3] });
  const list = edit.constant(`${output}.shape`, tensorOf('i64', [3], shape));
  edit.update(node, { op: 'Reshape', inputs: [rows, list], attributes: {}, clip: null });
}

/** What mask and causality add, [..., queries, keys]; null: nothing. */
function maskNumbers(graph: Graph, node: Node, queries: number, keys: number) {
  const mask = constantOf(graph, node.inputs[3]);
  const causal = intAttribute(node, 'is_causal', 0) === 1;
  if (!mask && !causal) return null;
  const shape = mask?.shape ?? [queries, keys];
  const given =
    mask &&
    (mask.dtype === 'bool' ? Array.from(mask.data as Uint8Array, (x) => (x ? 0 : HIDDEN)) : toFloat32Array(mask));
  const rows = shape.at(-2)!;
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, i) => {
    const later = causal && i % keys > Math.floor(i / keys) % rows;
    return later ? HIDDEN : Math.max(HIDDEN, given?.[i] ?? 0);
  });
  return tensorOf('f32', shape, values);
}

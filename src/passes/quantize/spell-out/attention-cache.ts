import { intAttribute } from '../../../ir/attributes.ts';
import { type GraphDraft, typeOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import { isOp } from '../../float/match.ts';
import type { Rule } from '../../float/rewrite.ts';

/** Keys and values of the past are joined with the new ones, which makes the cache that is handed on; causality becomes a mask. */
export const attentionCache: Rule = (graph, node) => {
  const [output, , , products] = node.outputs;
  const cached = isOp(node, 'Attention') && node.inputs[4] != null && node.inputs[5] != null;
  if (!cached || !output || products != null || node.inputs[6] != null || !keepsMask(graph, node)) return null;
  return { touches: [node], apply: (edit) => join(edit, graph, node, output) };
};

/** A mask may be shorter than the keys; numbers are not joined with causality. */
function keepsMask(graph: Graph, node: Node): boolean {
  const mask = node.inputs[3];
  if (mask == null) return true;
  const { shape, dtype } = typeOf(graph, mask);
  const keys = typeOf(graph, node.inputs[1]).shape.at(-2)! + typeOf(graph, node.inputs[4]).shape[2];
  return shape.at(-1) === keys && (dtype === 'bool' || intAttribute(node, 'is_causal', 0) === 0);
}

const real = (shape: Shape) => ({ dtype: 'f32', shape, quant: null }) as const;

function join(edit: GraphDraft, graph: Graph, node: Node, output: ValueName): void {
  const [qHeads, kvHeads] = [intAttribute(node, 'q_num_heads', 0), intAttribute(node, 'kv_num_heads', 0)];
  const [q, k, v, , pastK, pastV] = node.inputs;
  const queries = headsFirst(edit, must(q, 'queries'), qHeads);
  const whole = (past: ValueName | null | undefined, now: ValueName | null | undefined) => {
    const value = headsFirst(edit, must(now, 'keys'), kvHeads);
    const before = must(past, 'past');
    const [batch, heads, rows, size] = edit.type(value).shape as [number, number, number, number];
    const shape = [batch, heads, rows + typeOf(graph, before).shape[2], size];
    return edit.node({ op: 'Concat', inputs: [before, value], attributes: { axis: 2 } }, real(shape), `${value}.all`);
  };
  const [keys, values] = [whole(pastK, k), whole(pastV, v)];
  const [, presentK, presentV] = node.outputs;
  if (presentK != null) edit.replaceUses(presentK, keys);
  if (presentV != null) edit.replaceUses(presentV, values);

  const [batch, heads, rows] = edit.type(queries).shape as [number, number, number];
  const { is_causal: causal, q_num_heads: _q, kv_num_heads: _kv, ...attributes } = node.attributes;
  const all = edit.type(keys).shape[2];
  const past = typeOf(graph, pastK).shape[2];
  const open = Array.from({ length: rows * all }, (_, i) => (i % all <= Math.floor(i / all) + past ? 1 : 0));
  const places = causal === 1 ? edit.constant(`${output}.causal`, tensorOf('bool', [rows, all], open)) : null;
  const given = node.inputs[3] ?? null;
  const both = (a: ValueName, b: ValueName) => edit.node({ op: 'And', inputs: [a, b] }, edit.type(a), `${output}.mask`);
  const mask = given && places ? [both(given, places)] : [given ?? places].filter((one) => one !== null);
  const attention = { op: 'Attention', inputs: [queries, keys, values, ...mask], attributes };
  if (typeOf(graph, output).shape.length === 4) return edit.update(node, { ...attention, outputs: [output] });
  const size = edit.type(values).shape[3];
  const result = edit.node(
    { ...attention, name: `${node.name}.heads` },
    real([batch, heads, rows, size]),
    `${output}.heads`,
  );
  const perm = [0, 2, 1, 3];
  const turned = edit.node(
    { op: 'Transpose', inputs: [result], attributes: { perm } },
    real([batch, rows, heads, size]),
    `${output}.rows`,
  );
  const shape = typeOf(graph, output).shape;
  const list = edit.constant(`${output}.shape`, tensorOf('i64', [shape.length], shape));
  edit.update(node, { op: 'Reshape', inputs: [turned, list], outputs: [output], attributes: {} });
}

/** [batch, heads, rows, size], of that or of [batch, rows, heads size]. */
export function headsFirst(edit: GraphDraft, value: ValueName, count: number): ValueName {
  const { shape } = edit.type(value);
  if (shape.length === 4) return value;
  const [batch, rows, width] = shape as [number, number, number];
  const split = [batch, rows, count, width / count];
  const list = edit.constant(`${value}.split`, tensorOf('i64', [4], split));
  const apart = edit.node({ op: 'Reshape', inputs: [value, list] }, real(split), `${value}.apart`);
  const perm = [0, 2, 1, 3];
  return edit.node(
    { op: 'Transpose', inputs: [apart], attributes: { perm } },
    real([batch, count, rows, width / count]),
    `${value}.heads`,
  );
}

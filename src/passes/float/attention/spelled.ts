import { constantOf, type GraphDraft, producerOf, typeOf } from '../../../ir/graph.ts';
import { sameShape } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import { spread } from '../../../ops/normalization/spread.ts';
import { isOp, onlyOutput, permOf } from '../match.ts';
import type { Rewrite, Rule } from '../rewrite.ts';
import { HIDDEN, type Mask, type MayHide, type Scores, scoresOf, softmaxBehind, truthsOf } from './scores.ts';

/**
 * softmax(scale Q K' + mask) V, in matrices [heads, rows, size] with or without a batch, is Attention: its scores are never
 * stored. Where queries, keys and values are turned to heads-first for it they are read as they lie.
 */
export const spelledAttention: Rule = (graph, node) =>
  attentionOf(graph, node, (guarded) => (hidden) => guarded && hidden === -Infinity);

/** As `spelledAttention`, where a query without a key may get zeros whatever the number that hides. */
export const maskedAttention: Rule = (graph, node) => attentionOf(graph, node, () => () => true);

function attentionOf(graph: Graph, node: Node, mayHide: (guarded: boolean) => MayHide): Rewrite | null {
  const output = onlyOutput(node);
  const [weights, v] = node.inputs;
  if (!isOp(node, 'MatMul') || !output || !v || constantOf(graph, v)) return null;
  const { softmax, guarded } = softmaxBehind(graph, weights) ?? {};
  const scores = softmax && scoresOf(graph, softmax.inputs[0], mayHide(guarded === true));
  if (!scores) return null;
  const shapes = [scores.a, scores.b, v, weights].map((value) => typeOf(graph, value).shape);
  const rank = shapes[0].length;
  const heads = shapes[0].slice(0, -2);
  if (rank < 2 || rank > 4 || !shapes.every((shape) => sameShape(shape.slice(0, -2), heads))) return null;
  const masks = scores.masks.map((mask) => usable(graph, mask, shapes[3]));
  if (masks.includes(null) || scores.masks.filter(({ kind }) => kind === 'added').length > 1) return null;
  if (scores.masks.length > 1 && scores.masks.some(({ kind }) => kind === 'added')) return null;
  return { touches: [node, softmax], apply: (edit) => write(edit, graph, node, scores, v) };
}

/** A mask of truths for one of numbers that Where makes of them: a query without a key gets zeros. */
export const maskOfTruths: Rule = (graph, node) => {
  const mask = isOp(node, 'Attention') ? node.inputs[3] : null;
  const truths = mask == null ? null : truthsOf(graph, mask, () => true);
  if (mask == null || !truths || node.inputs[4] != null) return null;
  const { shape } = typeOf(graph, mask);
  const own = typeOf(graph, truths.value).shape;
  if (!sameShape(own.slice(-2), shape.slice(-2))) return null;
  return {
    touches: [node],
    apply(edit) {
      const type = edit.type(truths.value);
      const hides = truths.kind === 'hides';
      const open = hides ? edit.node({ op: 'Not', inputs: [truths.value] }, type, `${mask}.open`) : truths.value;
      edit.update(node, { inputs: node.inputs.map((input, i) => (i === 3 ? open : input)) });
    },
  };
};

/** Whether the operator can take a mask: it spreads over the scores, has all keys, and hides none of a row if it is known. */
function usable(graph: Graph, { kind, value }: Mask, scores: Shape): true | null {
  const { shape, dtype } = typeOf(graph, value);
  const from = scores.length - shape.length;
  const spreads = from >= 0 && shape.every((size, d) => size === 1 || size === scores[from + d]);
  const keys = scores.at(-1)!;
  if (!spreads || shape.at(-1) !== keys || dtype !== (kind === 'added' ? 'f32' : 'bool')) return null;
  const constant = constantOf(graph, value);
  if (!constant) return true;
  const open = Array.from(constant.data as ArrayLike<number>, (x) =>
    kind === 'added' ? x > HIDDEN : kind === 'allows' ? x !== 0 : x === 0,
  );
  const rows = Array.from({ length: open.length / keys }, (_, i) => open.slice(i * keys, (i + 1) * keys));
  return rows.every((row) => row.includes(true)) ? true : null;
}

function write(edit: GraphDraft, graph: Graph, node: Node, { a, b, scale, masks }: Scores, v: ValueName): void {
  const output = node.outputs[0]!;
  const real = (shape: Shape) => ({ dtype: 'f32', shape, quant: null }) as const;
  const whole = typeOf(graph, output).shape;
  const mask = maskOf(edit, graph, masks, typeOf(graph, node.inputs[0]).shape, output);
  const rest = mask.value === null ? [] : [mask.value];
  const attributes = { scale, ...(mask.causal && { is_causal: 1 }) };
  const operands = [turnedOf(graph, a), swapped(turnedOf(graph, b)), turnedOf(graph, v)];

  if (operands.every(({ perm }) => perm.join() === '0,2,1,3')) {
    const [batch, heads, rows, size] = whole as [number, number, number, number];
    const inputs = operands.map(({ source }, i) => {
      const [n, s, h, d] = edit.type(source).shape as [number, number, number, number];
      return reshaped(edit, source, [n, s, h * d], `${output}.${'qkv'[i]}`);
    });
    const counts = { q_num_heads: heads, kv_num_heads: heads };
    const spec = { op: 'Attention', name: `${node.name}.heads`, inputs: [...inputs, ...rest] };
    const together = edit.node(
      { ...spec, attributes: { ...attributes, ...counts } },
      real([batch, rows, heads * size]),
      `${output}.rows`,
    );
    const apart = reshaped(edit, together, [batch, rows, heads, size], `${output}.apart`);
    return edit.update(node, { op: 'Transpose', inputs: [apart], attributes: { perm: [0, 2, 1, 3] } });
  }

  const ones = new Array<number>(4 - whole.length).fill(1);
  const inputs = [a, turnedAgain(edit, operands[1], `${output}.keys`), v].map((value, i) =>
    reshaped(edit, value, [...ones, ...edit.type(value).shape], `${output}.${'qkv'[i]}`),
  );
  const attention = { op: 'Attention', inputs: [...inputs, ...rest], attributes };
  if (whole.length === 4) return edit.update(node, attention);
  const result = edit.node({ ...attention, name: `${node.name}.heads` }, real([...ones, ...whole]), `${output}.heads`);
  const shape = edit.constant(`${output}.shape`, tensorOf('i64', [whole.length], whole));
  edit.update(node, { op: 'Reshape', inputs: [result, shape], attributes: {} });
}

/** A value as another one with its dimensions in this order. */
interface Turned {
  readonly source: ValueName;
  readonly perm: readonly number[];
}

function turnedOf(graph: Graph, value: ValueName): Turned {
  const node = producerOf(graph, value);
  const [source] = node?.inputs ?? [];
  if (source && isOp(node, 'Transpose') && node.clip === null) return { source, perm: permOf(graph, node) };
  return { source: value, perm: typeOf(graph, value).shape.map((_, d) => d) };
}

/** The last two dimensions the other way round: keys, of their transpose. */
function swapped({ source, perm }: Turned): Turned {
  return { source, perm: [...perm.slice(0, -2), perm.at(-1)!, perm.at(-2)!] };
}

function turnedAgain(edit: GraphDraft, { source, perm }: Turned, hint: string): ValueName {
  if (perm.every((axis, d) => axis === d)) return source;
  const shape = perm.map((axis) => edit.type(source).shape[axis]);
  const spec = { op: 'Transpose', inputs: [source], attributes: { perm } };
  return edit.node(spec, { dtype: 'f32', shape, quant: null }, hint);
}

function reshaped(edit: GraphDraft, value: ValueName, shape: Shape, hint: string): ValueName {
  const type = edit.type(value);
  if (sameShape(type.shape, shape)) return value;
  const list = edit.constant(`${hint}.shape`, tensorOf('i64', [shape.length], shape));
  return edit.node({ op: 'Reshape', inputs: [value, list] }, { ...type, shape }, hint);
}

/** One mask of them all; `causal` where it is the triangle that the operator knows. */
function maskOf(
  edit: GraphDraft,
  graph: Graph,
  masks: readonly Mask[],
  scores: Shape,
  output: ValueName,
): { value: ValueName | null; causal: boolean } {
  if (masks.length === 0) return { value: null, causal: false };
  const open = masks.length === 1 ? constantOf(graph, masks[0].value) : null;
  const [queries, keys] = scores.slice(-2);
  if (open && isTriangle(masks[0].kind, spread(open, scores), queries, keys)) return { value: null, causal: true };
  const parts = masks.map(({ kind, value }) => {
    const type = typeOf(graph, value);
    // onnxruntime 1.30.0 wants a row for each query.
    const wide = { ...type, shape: [...type.shape.slice(0, -2), queries, keys] };
    const size = edit.constant(`${output}.size`, tensorOf('i64', [wide.shape.length], wide.shape));
    const all = type.shape.at(-2) === queries ? value : edit.node({ op: 'Expand', inputs: [value, size] }, wide);
    return kind === 'hides' ? edit.node({ op: 'Not', inputs: [all] }, edit.type(all), `${output}.open`) : all;
  });
  const value = parts.reduce((left, right) => {
    const [a, b] = [left, right].map((part) => edit.type(part).shape);
    const rank = Math.max(a.length, b.length);
    const shape = Array.from({ length: rank }, (_, d) =>
      Math.max(a[d - rank + a.length] ?? 1, b[d - rank + b.length] ?? 1),
    );
    return edit.node({ op: 'And', inputs: [left, right] }, { dtype: 'bool', shape, quant: null }, `${output}.mask`);
  });
  return { value, causal: false };
}

/** Whether each query sees the keys up to its own place, and no other. */
function isTriangle(kind: Mask['kind'], mask: Float32Array, queries: number, keys: number): boolean {
  const hidden = (x: number) => (kind === 'added' ? x <= HIDDEN : (x === 0) === (kind === 'allows'));
  return mask.every((x, i) => {
    const later = i % keys > Math.floor(i / keys) % queries;
    return later ? hidden(x) : !hidden(x) && (kind !== 'added' || x === 0);
  });
}

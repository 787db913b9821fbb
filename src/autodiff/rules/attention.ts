import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import type { Shape, ValueName } from '../../ir/types.ts';
import type { Backward, GradientRules } from '../rule.ts';

export const attentionRules: GradientRules = {
  /** P = softmax(scale Q K'), Y = P V: dV = P' dY, dS = P (dP - sum(P dP)) with dP = dY V', dQ = scale dS K, dK = scale dS' Q. */
  Attention(back) {
    const { build, node, dy, input, shape, to, refuse } = back;
    const plain = [4, 5, 6].every((i) => node.inputs[i] == null) && floatAttribute(node, 'softcap', 0) === 0;
    if (!plain) return refuse('it has a cache, lengths of keys or a softcap');
    const [qHeads, kvHeads] = [intAttribute(node, 'q_num_heads', 0), intAttribute(node, 'kv_num_heads', 0)];
    const k = headsFirst(back, input(1), kvHeads);
    const v = headsFirst(back, input(2), kvHeads);
    const [batch, groups, keys, size] = build.shape(k) as [number, number, number, number];
    const whole = headsFirst(back, input(0), qHeads);
    const [, heads, queries] = build.shape(whole) as [number, number, number];
    /** Heads that share keys, one below the other. */
    const grouped = (value: ValueName) =>
      build.reshape(value, [batch, groups, (heads / groups) * queries, build.shape(value)[3]]);
    const apart = (value: ValueName) => build.reshape(value, [batch, heads, queries, build.shape(value)[3]]);
    const q = grouped(whole);
    const scale = floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(size);
    const scores = apart(build.scale(build.matmul(q, k, { transB: true }), scale));
    const weights = grouped(build.unary('Softmax', masked(back, scores, queries, keys), { axis: -1 }));
    const result = grouped(headsFirst(back, dy, qHeads));
    const inner = () => {
      const products = build.mul(weights, build.matmul(result, v, { transB: true }));
      const sum = build.reduce('ReduceSum', products, [3]);
      return build.scale(build.sub(products, build.mul(weights, sum)), scale);
    };
    to(0, () => asInput(back, apart(build.matmul(inner(), k)), shape(0)));
    to(1, () => asInput(back, build.matmul(inner(), q, { transA: true }), shape(1)));
    to(2, () => asInput(back, build.matmul(weights, result, { transA: true }), shape(2)));
  },
};

/** [batch, heads, rows, size] of that or of [batch, rows, heads size]. */
function headsFirst({ build }: Backward, value: ValueName, heads: number): ValueName {
  const shape = build.shape(value);
  if (shape.length === 4) return value;
  const [batch, rows, width] = shape as [number, number, number];
  return build.transpose(build.reshape(value, [batch, rows, heads, width / heads]), [0, 2, 1, 3]);
}

function asInput({ build }: Backward, value: ValueName, shape: Shape): ValueName {
  return shape.length === 4 ? value : build.reshape(build.transpose(value, [0, 2, 1, 3]), shape);
}

/** The scores as the mask leaves them; what it adds, and nothing for keys that take no part. */
function masked({ build, node, input }: Backward, scores: ValueName, queries: number, keys: number): ValueName {
  const none = build.scalar(-1e9);
  let seen = scores;
  if (intAttribute(node, 'is_causal', 0) === 1) {
    const places = Array.from({ length: queries * keys }, (_, i) => (i % keys <= Math.floor(i / keys) ? 0 : -1e9));
    seen = build.add(seen, build.constant('causal', [queries, keys], places));
  }
  if (node.inputs[3] == null) return seen;
  const mask = input(3);
  return build.draft.type(mask).dtype === 'bool' ? build.where(mask, seen, none) : build.add(seen, mask);
}

import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { typeOf } from '../../ir/graph.ts';
import { attentionParameters, HIDDEN, maskMultiplier, maskNumbers } from '../../quant/attention.ts';
import { quantOf, scaleOf, spanOf, zeroPointOf } from '../../quant/quantized.ts';
import { wideAttention } from '../../quant/wide-attention.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { type ExactLayer, float32Error, type LayerValues, operand, shapeOf, stepOf } from './layer.ts';
import { ownSharesError, type SeenKey, type SharesLaw, shortLaw, wideLaw } from './own-shares.ts';
import { broadcast } from './sums.ts';
import { coordinates } from './window-cells.ts';

/** Shares of the keys times their values, heads of queries in groups over those of keys. */
export function attention(layer: LayerValues): ExactLayer {
  const { node } = layer;
  const [q, k, v] = [
    rowsOf(layer, 0, 'q_num_heads'),
    rowsOf(layer, 1, 'kv_num_heads'),
    rowsOf(layer, 2, 'kv_num_heads'),
  ];
  const scale = floatAttribute(node, 'scale', 1 / Math.sqrt(q.size));
  const [logit, ratio] = [scale * q.scale * k.scale, v.scale / stepOf(layer)];
  const mask = maskOf(layer, logit);
  const causal = intAttribute(node, 'is_causal', 0) === 1;
  const y = shapeOf(layer);
  const law = lawOf(layer, { logit, ratio, size: q.size, keys: k.rows });
  const known = new Map<string, Softmax>();
  const softmaxAt = (batch: number, head: number, row: number) => {
    const name = `${batch} ${head} ${row}`;
    const made = known.get(name) ?? softmaxOf(scores(batch, head, row), { terms: q.size, logit });
    known.set(name, made);
    return made;
  };
  const scores = (batch: number, head: number, row: number) =>
    Array.from({ length: k.rows }, (_, key): Score => {
      if (causal && key > row) return { score: -Infinity, maskError: 0 };
      const group = Math.floor((head * k.heads) / q.heads);
      let sum = 0;
      for (let d = 0; d < q.size; d++) sum += q.centred(batch, head, row, d) * k.centred(batch, group, key, d);
      const added = mask([batch, head, row, key]);
      return { score: sum * logit + added.number, maskError: added.error };
    });
  return (index) => {
    const at = coordinates(y, index);
    const [batch, head, row, d] = at.length === 4 ? at : [at[0], Math.floor(at[2]! / v.size), at[1], at[2]! % v.size];
    const { keys, shares, error } = softmaxAt(batch!, head!, row!);
    const group = Math.floor((head! * v.heads) / q.heads);
    const values = keys.map(({ key }) => v.centred(batch!, group, key, d!));
    const terms = shares.map((share, i) => share * values[i]! * ratio);
    const magnitude = terms.reduce((sum, term) => sum + Math.abs(term), 0);
    const steps = terms.reduce((sum, term) => sum + term, 0);
    const own = ownSharesError(law, keys, values);
    return { steps, error: float32Error(terms.length + 6, magnitude) + error * magnitude + own };
  };
}

/** How the C computes it. */
function lawOf(
  { graph, node }: LayerValues,
  job: { readonly logit: number; readonly ratio: number; readonly size: number; readonly keys: number },
): SharesLaw {
  const { logit, ratio, size } = job;
  if (!hasWideCodes(graph, node)) return shortLaw(logit, ratio, attentionParameters(logit, ratio));
  const [q, k] = [0, 1].map((input) => spanOf(quantOf(graph, node.inputs[input])));
  return wideLaw(job, wideAttention(logit, size * q! * k!, ratio));
}

interface Score {
  readonly score: number;
  readonly maskError: number;
}

interface Softmax {
  readonly keys: readonly (SeenKey & { readonly key: number })[];
  readonly shares: readonly number[];
  /** By which part of themselves float32 may miss them. */
  readonly error: number;
}

/** Of the keys that are seen. */
function softmaxOf(
  scores: readonly Score[],
  { terms, logit }: { readonly terms: number; readonly logit: number },
): Softmax {
  const all = scores.map(({ score }) => score);
  const largest = Math.max(...all);
  const maskErrors = Math.max(...scores.map(({ maskError }) => maskError));
  const keys = scores.flatMap(({ score, maskError }, key) => {
    const seen = { power: Math.exp(score - largest), distance: (largest - score) / logit };
    return score === -Infinity ? [] : [{ key, ...seen, maskError: maskError + maskErrors }];
  });
  const sum = keys.reduce((total, { power }) => total + power, 0);
  const size = Math.max(...all.filter(Number.isFinite).map(Math.abs), 1);
  return { keys, shares: keys.map(({ power }) => power / sum), error: 2 * float32Error(terms + 6, size) };
}

/** Of [batch, heads, rows, size], or [batch, rows, heads * size]. */
function rowsOf(layer: LayerValues, input: number, heads: string) {
  const x = operand(layer, input);
  const others = x.shape.slice(1);
  const [count, rows, size] =
    others.length === 3
      ? others
      : [intAttribute(layer.node, heads, 1), others[0], others[1]! / intAttribute(layer.node, heads, 1)];
  const centred = (b: number, head: number, row: number, d: number) => {
    const at = others.length === 3 ? [b, head, row, d] : [b, row, head * size! + d];
    return x.centred(broadcast(x.shape, at));
  };
  return { heads: count!, rows: rows!, size: size!, scale: x.scale(), centred };
}

/** What is added to a score: nothing, a number, or -Infinity where a truth hides the key; and by how many products the C misses it. */
function maskOf({ graph, node, seen }: LayerValues, logit: number) {
  const value = node.inputs[3];
  if (value == null) return () => ({ number: 0, error: 0 });
  const [{ dtype, quant }, { data, shape }] = [typeOf(graph, value), seen(value)];
  const numbers = Float64Array.from(data as Float32Array, Number);
  const held = quant || dtype === 'bool' ? null : maskNumbers(numbers, logit);
  return (at: readonly number[]) => {
    const index = broadcast(shape, at);
    const code = numbers[index]!;
    if (dtype === 'bool') return { number: code === 0 ? -Infinity : 0, error: 0 };
    if (!quant) {
      const inProducts = Math.abs(held!.codes[index]! * held!.multiplier - code / logit);
      return { number: code, error: code <= HIDDEN ? 0 : inProducts };
    }
    const steps = code - zeroPointOf(quant);
    const inProducts = steps * (maskMultiplier(scaleOf(quant), logit) - scaleOf(quant) / logit);
    return { number: scaleOf(quant) * steps, error: Math.abs(inProducts) };
  };
}

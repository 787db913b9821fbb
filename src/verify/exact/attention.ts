import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { typeOf } from '../../ir/graph.ts';
import { scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { type ExactLayer, float32Error, type LayerValues, operand, shapeOf, stepOf } from './layer.ts';
import { broadcast } from './sums.ts';
import { coordinates } from './window-cells.ts';

/** Powers of 8 bits between codes are off by 2^-9, those of 16 by 2^-20; in steps of the result. */
const OWN = { narrow: 0.5, wide: 0.1 };

/** Shares of the keys times their values, heads of queries in groups over those of keys. */
export function attention(layer: LayerValues): ExactLayer {
  const { graph, node } = layer;
  const [q, k, v] = [
    rowsOf(layer, 0, 'q_num_heads'),
    rowsOf(layer, 1, 'kv_num_heads'),
    rowsOf(layer, 2, 'kv_num_heads'),
  ];
  const mask = maskOf(layer);
  const causal = intAttribute(node, 'is_causal', 0) === 1;
  const scale = floatAttribute(node, 'scale', 1 / Math.sqrt(q.size));
  const [y, step] = [shapeOf(layer), stepOf(layer)];
  const own = hasWideCodes(graph, node) ? OWN.wide : OWN.narrow;
  const known = new Map<string, { readonly shares: readonly number[]; readonly error: number }>();
  const sharesOf = (batch: number, head: number, row: number) => {
    const name = `${batch} ${head} ${row}`;
    const made = known.get(name) ?? softmaxOf(scores(batch, head, row), q.size);
    known.set(name, made);
    return made;
  };
  const scores = (batch: number, head: number, row: number) =>
    Array.from({ length: k.rows }, (_, key) => {
      if (causal && key > row) return -Infinity;
      const group = Math.floor((head * k.heads) / q.heads);
      let sum = 0;
      for (let d = 0; d < q.size; d++) sum += q.real(batch, head, row, d) * k.real(batch, group, key, d);
      return sum * scale + mask([batch, head, row, key]);
    });
  return (index) => {
    const at = coordinates(y, index);
    const [batch, head, row, d] = at.length === 4 ? at : [at[0], Math.floor(at[2]! / v.size), at[1], at[2]! % v.size];
    const { shares, error } = sharesOf(batch!, head!, row!);
    const group = Math.floor((head! * v.heads) / q.heads);
    const terms = shares.map((share, key) => share * v.real(batch!, group, key, d!));
    const magnitude = terms.reduce((sum, term) => sum + Math.abs(term), 0) / step;
    const steps = terms.reduce((sum, term) => sum + term, 0) / step;
    return { steps, error: float32Error(terms.length + 6, magnitude) + error * magnitude + own };
  };
}

/** The shares, and by which part of themselves float32 may miss them. */
function softmaxOf(scores: readonly number[], terms: number) {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => (largest === -Infinity ? 0 : Math.exp(score - largest)));
  const sum = powers.reduce((a, b) => a + b, 0) || 1;
  const size = Math.max(...scores.filter(Number.isFinite).map(Math.abs), 1);
  return { shares: powers.map((power) => power / sum), error: 2 * float32Error(terms + 6, size) };
}

/** Of [batch, heads, rows, size], or [batch, rows, heads * size]. */
function rowsOf(layer: LayerValues, input: number, heads: string) {
  const x = operand(layer, input);
  const [batch, ...others] = x.shape;
  const [count, rows, size] =
    others.length === 3
      ? others
      : [intAttribute(layer.node, heads, 1), others[0], others[1]! / intAttribute(layer.node, heads, 1)];
  const real = (b: number, head: number, row: number, d: number) => {
    const at = others.length === 3 ? [b, head, row, d] : [b, row, head * size! + d];
    return x.centred(broadcast(x.shape, at)) * x.scale();
  };
  return { batch, heads: count!, rows: rows!, size: size!, real };
}

/** What is added to a score: nothing, a number, or -Infinity where a truth says that the key is hidden. */
function maskOf({ graph, node, seen }: LayerValues): (at: readonly number[]) => number {
  const value = node.inputs[3];
  if (value == null) return () => 0;
  const [{ dtype, quant }, { data, shape }] = [typeOf(graph, value), seen(value)];
  return (at) => {
    const code = Number(data[broadcast(shape, at)]);
    if (dtype === 'bool') return code === 0 ? -Infinity : 0;
    return quant ? scaleOf(quant) * (code - zeroPointOf(quant)) : code;
  };
}

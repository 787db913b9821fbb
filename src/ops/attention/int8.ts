import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Tensor } from '../../ir/types.ts';
import { outputClampParams } from '../../kernels/weights/weight-tables.ts';
import { toFloat32Array } from '../../numerics/convert.ts';
import { attentionParameters, LONGEST_HEAD, MOST_KEYS, POWERS_OF_HALF } from '../../quant/attention.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import type { LowerBuilder, QuantizeRule } from '../op-def.ts';
import { maskFields, stepFields } from './fields.ts';
import { headsOf } from './heads.ts';

/** Queries, keys and values are codes, with the softmax between in one piece: products and weights are never stored as codes. */
export const attentionRule: QuantizeRule = {
  inputs: ['activation', 'activation', 'activation'],
  output: 'calibrated',
  refuse(node, graph) {
    if (node.rounding) return 'files of other tools are rounded in float here';
    if (node.outputs.slice(1).some((output) => output !== null)) return 'its cache or products are asked for';
    if ([4, 5, 6].some((i) => node.inputs[i] != null)) return 'it has a past or lengths of keys';
    if (floatAttribute(node, 'softcap', 0) !== 0) return 'it has a softcap';
    if (floatAttribute(node, 'scale', 0) < 0) return 'its scale is negative';
    if (typeOf(graph, node.inputs[1]).shape.at(-2)! > MOST_KEYS) return `it has more than ${MOST_KEYS} keys`;
    const longest = headSize(typeOf(graph, node.inputs[0]).shape, intAttribute(node, 'q_num_heads', 0));
    if (longest > LONGEST_HEAD) return `its heads have more than ${LONGEST_HEAD} numbers`;
    return masks(graph, node) ? null : 'its mask adds numbers';
  },
};

/** True when a mask only lets keys take part or not: bool, or a constant of zeros and numbers as good as -infinity. */
function masks(graph: Graph, node: Node): boolean {
  const mask = node.inputs[3];
  if (mask == null || typeOf(graph, mask).dtype === 'bool') return true;
  const constant = constantOf(graph, mask);
  if (constant?.dtype !== 'f32') return false;
  const numbers = toFloat32Array(constant);
  const keys = constant.shape.at(-1) ?? 1;
  // A row of equal numbers that are finite cancels.
  const opens = (row: number) => numbers.subarray(row * keys, (row + 1) * keys).includes(0);
  return (
    numbers.every((x) => x === 0 || x <= MASKED) &&
    Array.from({ length: numbers.length / keys }, (_, row) => row).every(opens)
  );
}

/** Below this a key's weight is 0 whatever the products are. */
const MASKED = -1000;

/** 1 where a key takes part. */
export function allowedBy(mask: Tensor): Uint8Array {
  return mask.dtype === 'bool'
    ? Uint8Array.from(mask.data as Uint8Array)
    : Uint8Array.from(toFloat32Array(mask), (x) => (x === 0 ? 1 : 0));
}

/** The numbers of a head, from the shape of queries or keys. */
export function headSize(shape: readonly number[], count: number): number {
  return shape.length === 4 ? shape[3] : shape[2] / count;
}

export function attentionScales(graph: Graph, node: Node) {
  const [q, k, v, y] = [node.inputs[0], node.inputs[1], node.inputs[2], node.outputs[0]].map((value) =>
    quantOf(graph, value),
  );
  const size = headSize(typeOf(graph, node.inputs[0]).shape, intAttribute(node, 'q_num_heads', 0));
  const factor = floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(size);
  return attentionParameters(factor * scaleOf(q!) * scaleOf(k!), scaleOf(v!) / scaleOf(y!));
}

export function lowerAttentionS8(node: Node, lower: LowerBuilder): void {
  const [qHeads, kvHeads] = [intAttribute(node, 'q_num_heads', 0), intAttribute(node, 'kv_num_heads', 0)];
  const q = headsOf(lower.read(0, 'row-major'), qHeads);
  const k = headsOf(lower.read(1, 'row-major'), kvHeads);
  const v = headsOf(lower.read(2, 'row-major'), kvHeads);
  const y = headsOf(lower.write(0, 'row-major'), qHeads);
  const { multiplier, shift, output } = attentionScales(lower.graph, node);
  const zero = (i: number) => zeroPointOf(quantOf(lower.graph, node.inputs[i]));
  const named = (fields: Record<string, number | string>) =>
    Object.entries(fields).map(([name, value]) => ({ name, value }));
  const mask = node.inputs[3] == null ? null : lower.type(node.inputs[3]).shape;
  const constant = lower.constant(node.inputs[3]);
  const allowed = constant
    ? lower.table('allowed', 'u8', allowedBy(constant), 'parameters', `keys that take part, of ${node.name}`)
    : mask
      ? lower.read(3, 'row-major').name
      : 'NULL';
  lower.call({
    template: 'attention_s8',
    params: {
      ...outputClampParams(node, lower, output),
      left_shift: output.leftShift,
      fields: named({
        batch: q.batch,
        q_heads: q.heads,
        kv_heads: k.heads,
        q_len: q.rows,
        kv_len: k.rows,
        qk_size: q.size,
        v_size: v.size,
        ...stepFields('q', q),
        ...stepFields('k', k),
        ...stepFields('v', v),
        ...stepFields('y', y),
        ...maskFields(mask, k.rows),
        causal: intAttribute(node, 'is_causal', 0),
      }),
      codes: named({
        q_zero_point: zero(0),
        k_zero_point: zero(1),
        v_zero_point: zero(2),
        multiplier: `${multiplier}u`,
        shift,
        output_multiplier: output.multiplier[0],
      }),
      q: q.operand.name,
      k: k.operand.name,
      v: v.operand.name,
      allowed,
      powers: lower.table('powers', 'u16', POWERS_OF_HALF, 'parameters', '2^15 * 2^(-f / 256)'),
      row: lower.scratch(k.rows * 4, 'int32_t'),
      y: y.operand.name,
    },
    macs: q.batch * q.heads * q.rows * k.rows * (q.size + v.size),
    summary: `Attention, ${q.heads} heads, ${q.rows} x ${k.rows} rows of ${q.size}`,
  });
}

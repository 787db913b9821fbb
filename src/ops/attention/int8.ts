import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { outputClampParams } from '../../kernels/weights/weight-tables.ts';
import { toFloat32Array } from '../../numerics/convert.ts';
import {
  attentionParameters,
  HIDDEN,
  LONGEST_HEAD,
  MOST_KEYS,
  maskMultiplier,
  maskNumbers,
  POWERS_OF_HALF,
} from '../../quant/attention.ts';
import { quantOf, scaleOf, spanOf, zeroPointOf } from '../../quant/quantized.ts';
import { type WideAttention, wideAttention } from '../../quant/wide-attention.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { POWERS } from '../../quant/wide-softmax.ts';
import type { LowerBuilder, QuantizeRule } from '../op-def.ts';
import { maskFields, stepFields } from './fields.ts';
import { headsOf } from './heads.ts';

/** Queries, keys and values are codes, with the softmax between in one piece: products and weights are never stored as codes. */
export const attentionRule: QuantizeRule = {
  inputs: (node, graph) =>
    node.inputs.map((_, i) => (i < 3 || (i === 3 && addsCodes(graph, node)) ? 'activation' : 'parameter')),
  output: 'calibrated',
  // Numbers of a mask stay in float there.
  wide: (node, graph) => !addsCodes(graph, node) && isOfTruths(graph, node),
  refuse(node, graph) {
    if (node.rounding) return 'files of other tools are rounded in float here';
    if (node.outputs.slice(1).some((output) => output !== null)) return 'its cache or products are asked for';
    if ([4, 5, 6].some((i) => node.inputs[i] != null)) return 'it has a past or lengths of keys';
    if (floatAttribute(node, 'softcap', 0) !== 0) return 'it has a softcap';
    if (floatAttribute(node, 'scale', 0) < 0) return 'its scale is negative';
    if (typeOf(graph, node.inputs[1]).shape.at(-2)! > MOST_KEYS) return `it has more than ${MOST_KEYS} keys`;
    const longest = headSize(typeOf(graph, node.inputs[0]).shape, intAttribute(node, 'q_num_heads', 0));
    if (longest > LONGEST_HEAD) return `its heads have more than ${LONGEST_HEAD} numbers`;
    return opens(graph, node) ? null : 'its mask hides all keys of a query, or is no number';
  },
};

/** Whether the mask is real numbers that are computed: codes, as the other operands. */
function addsCodes(graph: Graph, node: Node): boolean {
  const mask = node.inputs[3];
  return mask != null && typeOf(graph, mask).dtype !== 'bool' && !constantOf(graph, mask);
}

/** No mask, or one that says of each key whether it is seen. */
function isOfTruths(graph: Graph, node: Node): boolean {
  const mask = node.inputs[3];
  if (mask == null || typeOf(graph, mask).dtype === 'bool') return true;
  const constant = constantOf(graph, mask);
  return constant !== null && toFloat32Array(constant).every((x) => x === 0 || x <= HIDDEN);
}

/** True when every query of a constant mask of numbers has a key: of those without, softmax makes something of its own. */
function opens(graph: Graph, node: Node): boolean {
  const constant = constantOf(graph, node.inputs[3]);
  if (!constant || constant.dtype === 'bool') return true;
  if (constant.dtype !== 'f32') return false;
  const numbers = toFloat32Array(constant);
  const keys = constant.shape.at(-1) ?? 1;
  const rows = Array.from({ length: numbers.length / keys }, (_, row) =>
    numbers.subarray(row * keys, (row + 1) * keys),
  );
  return rows.every((row) => row.every((x) => x < Infinity && !Number.isNaN(x)) && row.some((x) => x > HIDDEN));
}

/** How the mask of a node reaches its keys. */
export type Masking =
  | { readonly kind: 'none' }
  | { readonly kind: 'allowed'; readonly constant: Uint8Array | null }
  | { readonly kind: 'numbers'; readonly codes: Int16Array; readonly multiplier: number }
  | { readonly kind: 'codes'; readonly zeroPoint: number; readonly multiplier: number };

export function maskingOf(graph: Graph, node: Node): Masking {
  const mask = node.inputs[3];
  if (mask == null) return { kind: 'none' };
  const constant = constantOf(graph, mask);
  if (typeOf(graph, mask).dtype === 'bool')
    return { kind: 'allowed', constant: constant && Uint8Array.from(constant.data as Uint8Array) };
  if (!constant) {
    const { logit } = attentionScales(graph, node);
    const quant = quantOf(graph, mask);
    return { kind: 'codes', zeroPoint: zeroPointOf(quant), multiplier: maskMultiplier(scaleOf(quant), logit) };
  }
  const numbers = toFloat32Array(constant);
  // Zeros and hidden keys alone are truths.
  if (numbers.every((x) => x === 0 || x <= HIDDEN))
    return { kind: 'allowed', constant: Uint8Array.from(numbers, (x) => (x === 0 ? 1 : 0)) };
  return { kind: 'numbers', ...maskNumbers(numbers, attentionScales(graph, node).logit) };
}

/** The numbers of a head, from the shape of queries or keys. */
export function headSize(shape: readonly number[], count: number): number {
  return shape.length === 4 ? shape[3] : shape[2] / count;
}

export function attentionScales(graph: Graph, node: Node) {
  const { logit, ratio } = realScales(graph, node);
  return attentionParameters(logit, ratio);
}

/** Where some operand has codes of 16 bits. */
export function wideAttentionOf(graph: Graph, node: Node): WideAttention {
  const { logit, ratio, size } = realScales(graph, node);
  const [q, k] = [0, 1].map((i) => spanOf(quantOf(graph, node.inputs[i])));
  return wideAttention(logit, size * q! * k!, ratio);
}

function realScales(graph: Graph, node: Node) {
  const [q, k, v, y] = [node.inputs[0], node.inputs[1], node.inputs[2], node.outputs[0]].map((value) =>
    quantOf(graph, value),
  );
  const size = headSize(typeOf(graph, node.inputs[0]).shape, intAttribute(node, 'q_num_heads', 0));
  const factor = floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(size);
  return { logit: factor * scaleOf(q!) * scaleOf(k!), ratio: scaleOf(v!) / scaleOf(y!), size };
}

export function lowerAttentionS8(node: Node, lower: LowerBuilder): void {
  const [qHeads, kvHeads] = [intAttribute(node, 'q_num_heads', 0), intAttribute(node, 'kv_num_heads', 0)];
  const wide = hasWideCodes(lower.graph, node);
  const q = headsOf(lower.read(0, 'row-major', { wide }), qHeads);
  const k = headsOf(lower.read(1, 'row-major', { wide }), kvHeads);
  const v = headsOf(lower.read(2, 'row-major', { wide }), kvHeads);
  const y = headsOf(lower.write(0, 'row-major', { wide }), qHeads);
  const { output } = wide ? wideAttentionOf(lower.graph, node) : attentionScales(lower.graph, node);
  const zero = (i: number) => zeroPointOf(quantOf(lower.graph, node.inputs[i]));
  const named = (fields: Record<string, number | string>) =>
    Object.entries(fields).map(([name, value]) => ({ name, value }));
  const mask = node.inputs[3] == null ? null : lower.type(node.inputs[3]).shape;
  const masking = maskingOf(lower.graph, node);
  const reached = maskText(node, lower, masking);
  lower.call({
    template: wide ? 'attention_s16' : 'attention_s8',
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
        ...('multiplier' in masking && { mask_multiplier: masking.multiplier }),
        ...(masking.kind === 'codes' && { mask_zero_point: masking.zeroPoint }),
        ...(wide ? wideFields(lower.graph, node) : byteFields(lower.graph, node)),
        output_multiplier: output.multiplier[0],
      }),
      q: q.operand.name,
      k: k.operand.name,
      v: v.operand.name,
      mask: wide ? reached.replace(/^.* = /, '') : reached,
      powers: wide
        ? lower.table('powers', 'u32', POWERS, 'parameters', '2^(24 - j / 256)')
        : lower.table('powers', 'u16', POWERS_OF_HALF, 'parameters', '2^15 * 2^(-f / 256)'),
      row: lower.scratch(k.rows * 4, 'int32_t'),
      y: y.operand.name,
    },
    macs: q.batch * q.heads * q.rows * k.rows * (q.size + v.size),
    summary: `Attention, ${q.heads} heads, ${q.rows} x ${k.rows} rows of ${q.size}`,
  });
}

function byteFields(graph: Graph, node: Node) {
  const { multiplier, farthest } = attentionScales(graph, node);
  return { multiplier: `${multiplier}u`, farthest: `${farthest}u` };
}

function wideFields(graph: Graph, node: Node) {
  const { scoreShift, multiplier, shift } = wideAttentionOf(graph, node);
  return { score_shift: scoreShift, multiplier: `${multiplier}u`, shift };
}

/** Initializers of nn_attention_mask. */
function maskText(node: Node, lower: LowerBuilder, masking: Masking): string {
  const comment = `mask of ${node.name}`;
  if (masking.kind === 'none') return '.allowed = NULL';
  if (masking.kind === 'codes') return `.codes = ${lower.read(3, 'row-major').name}`;
  if (masking.kind === 'numbers')
    return `.numbers = ${lower.table('mask', 'i16', masking.codes, 'parameters', comment)}`;
  const { constant } = masking;
  return `.allowed = ${constant ? lower.table('allowed', 'u8', constant, 'parameters', comment) : lower.read(3, 'row-major').name}`;
}

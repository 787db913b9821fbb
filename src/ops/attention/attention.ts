import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import type { LowerBuilder, OpDef, Operand } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { maskFields, stepFields } from './fields.ts';
import { type Heads, headsOf } from './heads.ts';
import { attentionRule, lowerAttentionS8 } from './int8.ts';
import { attentionOracle } from './int8-oracle.ts';
import { attentionRules } from './rules.ts';

export const attention: OpDef = {
  op: 'Attention',
  summary: 'Scaled dot-product attention: grouped heads, masks, causal, softcap, key and value cache.',
  check: attentionRules,
  quantize: attentionRule,
  oracle: attentionOracle,
  lower(node, lower) {
    if (isQuantized(lower.type, node)) return lowerAttentionS8(node, lower);
    const { dtype } = lower.type(node.inputs[0]);
    if (dtype !== 'f32') return lower.refuse(`${dtype} is not supported`);
    const qHeads = intAttribute(node, 'q_num_heads', 0);
    const kvHeads = intAttribute(node, 'kv_num_heads', 0);
    const q = headsOf(lower.read(0, 'row-major'), qHeads);
    const k = headsOf(lower.read(1, 'row-major'), kvHeads);
    const v = headsOf(lower.read(2, 'row-major'), kvHeads);
    const past = node.inputs[4] ? [lower.read(4, 'row-major'), lower.read(5, 'row-major')] : null;
    const y = headsOf(lower.write(0, 'row-major'), qHeads);
    const presentK = node.outputs[1] ? lower.write(1, 'row-major').name : null;
    const presentV = node.outputs[2] ? lower.write(2, 'row-major').name : null;
    const qk = node.outputs[3] ? lower.write(3, 'row-major').name : 'NULL';
    const pastLength = past ? past[0].shape[2] : 0;
    const keys = pastLength + k.rows;
    const mask = readMask(node, lower, keys);
    const fields = {
      batch: q.batch,
      q_heads: q.heads,
      kv_heads: k.heads,
      q_len: q.rows,
      kv_len: k.rows,
      past_len: pastLength,
      qk_size: q.size,
      v_size: v.size,
      ...stepFields('q', q),
      ...stepFields('k', k),
      ...stepFields('v', v),
      ...stepFields('y', y),
      ...mask.fields,
      causal: isCausal(node, q.rows, pastLength),
      trace: intAttribute(node, 'qk_matmul_output_mode', 0),
      scale: floatLiteral(floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(q.size)),
      softcap: floatLiteral(floatAttribute(node, 'softcap', 0)),
    };
    const append = (from: Heads, pastRows: Operand | undefined, target: string | null) =>
      target === null
        ? []
        : [
            {
              sizes: [from.batch, from.heads, pastLength, from.rows, from.size, ...from.steps].join(', '),
              past: pastRows?.name ?? 'NULL',
              x: from.operand.name,
              y: target,
            },
          ];
    lower.call({
      template: 'attention_f32',
      params: {
        fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
        q: q.operand.name,
        k: k.operand.name,
        v: v.operand.name,
        past_k: past?.[0]?.name ?? 'NULL',
        past_v: past?.[1]?.name ?? 'NULL',
        mask: mask.added,
        allowed: mask.allowed,
        nonpad: node.inputs[6] ? lower.read(6, 'row-major').name : 'NULL',
        row: lower.scratch(keys * 4, 'float'),
        y: y.operand.name,
        qk,
        appended: [...append(k, past?.[0], presentK), ...append(v, past?.[1], presentV)],
      },
      macs: q.batch * q.heads * q.rows * keys * (q.size + v.size),
      summary: `Attention, ${q.heads} heads, ${q.rows} x ${keys} rows of ${q.size}`,
    });
  },
};

/** One query behind a past sees every key that is there: onnxruntime takes them all to stand before it. */
function isCausal(node: Node, queries: number, pastLength: number): number {
  return queries === 1 && pastLength > 0 ? 0 : intAttribute(node, 'is_causal', 0);
}

function readMask(node: Node, lower: LowerBuilder, keys: number) {
  const fields = maskFields(node.inputs[3] == null ? null : lower.type(node.inputs[3]).shape, keys);
  if (!node.inputs[3]) return { added: 'NULL', allowed: 'NULL', fields };
  const mask = lower.read(3, 'row-major');
  const isBool = mask.type.dtype === 'bool';
  if (!isBool && mask.type.dtype !== 'f32') return lower.refuse(`a mask of ${mask.type.dtype} is not supported`);
  return { added: isBool ? 'NULL' : mask.name, allowed: isBool ? mask.name : 'NULL', fields };
}

import { floatAttribute, intAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { causalConvRules, linearAttentionRules } from './rules.ts';

export const linearAttention: OpDef = {
  op: 'LinearAttention',
  summary: 'Attention by a running state per head: linear, gated, delta and gated delta rule.',
  check: linearAttentionRules,
  lower(node, lower) {
    const { dtype, shape } = lower.type(node.inputs[0]);
    if (dtype !== 'f32') return lower.refuse(`${dtype} is not supported`);
    const rule = stringAttribute(node, 'update_rule', 'gated_delta');
    const [batch, steps, width] = shape as [number, number, number];
    const qHeads = intAttribute(node, 'q_num_heads', 0);
    const kvHeads = intAttribute(node, 'kv_num_heads', 0);
    const last = (input: number) => lower.type(node.inputs[input]).shape[2];
    const fields = {
      batch,
      steps,
      q_heads: qHeads,
      kv_heads: kvHeads,
      qk_size: width / qHeads,
      v_size: last(2) / kvHeads,
      decay_size: node.inputs[4] ? last(4) / kvHeads : 0,
      beta_heads: node.inputs[5] ? last(5) : 0,
      delta: rule.endsWith('delta') ? 1 : 0,
      scale: floatLiteral(floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(width / qHeads)),
    };
    const cells = fields.qk_size * fields.v_size;
    const read = (index: number) => optional(node, lower, index);
    lower.call({
      template: 'linear_attention_f32',
      params: {
        fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
        q: read(0),
        k: read(1),
        v: read(2),
        past: read(3),
        decay: rule.startsWith('gated') ? read(4) : 'NULL',
        beta: read(5),
        y: lower.write(0, 'row-major').name,
        state: node.outputs[1] ? lower.write(1, 'row-major').name : lower.scratch(batch * kvHeads * cells * 4, 'float'),
      },
      macs: batch * steps * cells * (qHeads + kvHeads * (1 + fields.delta)),
      summary: `LinearAttention, ${rule}, ${qHeads} heads, ${steps} steps`,
    });
  },
};

export const causalConvWithState: OpDef = {
  op: 'CausalConvWithState',
  summary: 'Depthwise convolution over past and present, with the state handed on.',
  check: causalConvRules,
  lower(node, lower) {
    const { dtype, shape } = lower.type(node.inputs[0]);
    const taps = lower.type(node.inputs[1]).shape[2];
    const activation = stringAttribute(node, 'activation', 'none');
    if (dtype !== 'f32' || shape.length !== 3) return lower.refuse('only float32 of rank 3 is supported');
    if (!['none', 'silu', 'swish'].includes(activation)) return lower.refuse(`activation '${activation}' is not known`);
    lower.call({
      template: 'causal_conv1d_f32',
      params: {
        sizes: [...shape, taps].join(', '),
        silu: activation === 'none' ? 0 : 1,
        x: optional(node, lower, 0),
        w: optional(node, lower, 1),
        bias: optional(node, lower, 2),
        past: optional(node, lower, 3),
        y: lower.write(0, 'row-major').name,
        present: node.outputs[1] ? lower.write(1, 'row-major').name : 'NULL',
      },
      macs: shape.reduce((a, b) => a * b, 1) * taps,
      summary: `CausalConvWithState, ${taps} taps, ${shape[1]} channels`,
    });
  },
};

function optional(node: Node, lower: LowerBuilder, index: number): string {
  return node.inputs[index] ? lower.read(index, 'row-major').name : 'NULL';
}

import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import {
  attribute,
  bounded,
  dimension,
  divides,
  inputs,
  oneOf,
  outputs,
  rank,
  rankOf,
  spreadsOver,
  values,
  when,
} from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';

const is3d = (facts: NodeFacts) => rankOf()(facts) === 3;
const heads = (name: string, input: number) => (facts: NodeFacts) =>
  is3d(facts) ? intAttribute(facts.node, name, 0) : dimension(input, 1)(facts);
const qHeads = heads('q_num_heads', 0);
const kvHeads = heads('kv_num_heads', 1);
/** Rows of keys, those of the past included. */
const keys = (facts: NodeFacts) => dimension(1, -2)(facts) + (facts.input(4) ? dimension(4, 2)(facts) : 0);
const headSize = (input: number, count: (facts: NodeFacts) => number) => (facts: NodeFacts) =>
  dimension(input, -1)(facts) / (is3d(facts) ? count(facts) : 1);

/** B samples, S and T rows of Q and K, HQ and HK heads of E (keys) and V (values) numbers. */
export const attentionRules: readonly Rule[] = [
  inputs(3, 7),
  outputs(4),
  rank(0, 3, 4),
  when(is3d, bounded('q_num_heads', 0, 1), bounded('kv_num_heads', 0, 1)),
  when(
    is3d,
    fits(
      { Q: 'B S HQ*E', K: 'B T HK*E', V: 'B T HK*V' },
      { HQ: qHeads, HK: kvHeads, E: headSize(0, qHeads), V: headSize(2, kvHeads) },
    ),
  ),
  when((facts) => !is3d(facts), fits({ Q: 'B HQ S E', K: 'B HK T E', V: 'B HK T V' })),
  divides('the number of key heads', kvHeads, 'query heads', qHeads),
  (facts) =>
    [headSize(0, qHeads), headSize(2, kvHeads)].every((size) => Number.isInteger(size(facts)))
      ? null
      : 'its heads do not divide its rows',
  ({ node }) =>
    (node.inputs[4] == null) === (node.inputs[5] == null) ? null : 'it has a past of keys or of values alone',
  (facts) =>
    fits(
      {
        Q: '...',
        K: '...',
        V: '...',
        attn_mask: '...',
        past_key: 'B HK P E',
        past_value: 'B HK P V',
        nonpad_kv_seqlen: 'B',
      },
      { B: dimension(0, 0), HK: kvHeads, E: headSize(0, qHeads), V: headSize(2, kvHeads) },
    )(facts),
  maskSpreads,
  values(6, 'nonpad_kv_seqlen', 0, keys),
  bounded('is_causal', 0, 0, 1),
  bounded('qk_matmul_output_mode', 0, 0, 3),
  bounded('softcap', 0, 0),
];

/** The last dimension may be shorter: keys beyond it are masked. */
function maskSpreads(facts: NodeFacts): string | null {
  const mask = facts.input(3)?.shape;
  if (!mask) return null;
  const whole = [dimension(0, 0)(facts), qHeads(facts), dimension(0, -2)(facts), keys(facts)];
  const last = mask.at(-1) ?? 0;
  const fit = mask.length >= 2 && last <= whole[3] && spreadsOver(mask.slice(0, -1), whole.slice(0, -1));
  return fit ? null : `attn_mask is [${mask}], which does not spread over [${whole}]`;
}

const rotated = (facts: NodeFacts) => intAttribute(facts.node, 'rotary_embedding_dim', 0) || rotaryHead(facts);
const rotaryHead = (facts: NodeFacts) =>
  dimension(0, -1)(facts) / (is3d(facts) ? intAttribute(facts.node, 'num_heads', 0) : 1);

/** B samples of S rows; R pairs of each head are turned, by P places of a table or one row for each. */
export const rotaryRules: readonly Rule[] = [
  inputs(3, 4),
  rank(0, 3, 4),
  when(
    is3d,
    bounded('num_heads', 0, 1),
    divides('num_heads', attribute('num_heads'), 'numbers of a row', dimension(0, 2)),
  ),
  (facts) => (rotated(facts) % 2 === 0 ? null : `${rotated(facts)} numbers are no pairs`),
  (facts) =>
    rotated(facts) <= rotaryHead(facts) ? null : `it turns ${rotated(facts)} numbers of a head of ${rotaryHead(facts)}`,
  (facts) =>
    fits(
      facts.input(3)
        ? { X: '...', cos_cache: 'P R', sin_cache: 'P R', position_ids: 'B S' }
        : { X: '...', cos_cache: 'B S R', sin_cache: 'B S R' },
      { B: dimension(0, 0), S: dimension(0, -2), R: (own) => rotated(own) / 2 },
    )(facts),
  values(3, 'position_ids', 0, (facts) => dimension(1, 0)(facts) - 1),
];

/** B samples of T steps; a state of K x V numbers for each of the H heads. */
export const linearAttentionRules: readonly Rule[] = [
  inputs(3, 6),
  outputs(2),
  bounded('q_num_heads', 0, 1),
  bounded('kv_num_heads', 0, 1),
  oneOf('update_rule', 'gated_delta', 'linear', 'gated', 'delta'),
  divides('kv_num_heads', attribute('kv_num_heads'), 'query heads', attribute('q_num_heads')),
  rank(0, 3),
  rank(2, 3),
  fits(
    {
      query: 'B T Q*K',
      key: 'B T H*K',
      value: 'B T H*V',
      past_state: 'B H K V',
      decay: 'B T H|B T H*K',
      beta: 'B T H|B T 1',
    },
    {
      Q: attribute('q_num_heads'),
      H: attribute('kv_num_heads'),
      K: (facts) => dimension(0, 2)(facts) / intAttribute(facts.node, 'q_num_heads', 1),
      V: (facts) => dimension(2, 2)(facts) / intAttribute(facts.node, 'kv_num_heads', 1),
    },
  ),
  (facts) =>
    dimension(0, 2)(facts) % intAttribute(facts.node, 'q_num_heads', 1) === 0
      ? null
      : 'its heads do not divide its rows',
  ({ node }) => (Number.isFinite(floatAttribute(node, 'scale', 0)) ? null : 'its scale is not finite'),
];

export const causalConvRules: readonly Rule[] = [
  inputs(2, 4),
  outputs(2),
  fits(
    { input: 'B C L', weight: 'C 1 K', bias: 'C', past_state: 'B C P' },
    { P: (facts) => dimension(1, 2)(facts) - 1 },
  ),
  oneOf('activation', 'none', 'silu', 'swish'),
];

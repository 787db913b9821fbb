import type { Shape } from '../../ir/types.ts';
import type { Heads } from './heads.ts';

/** Fields of nn_attention_shape: where an operand's rows lie. */
export function stepFields(name: string, { steps: [batch, head, row] }: Heads): Record<string, number> {
  return { [`${name}_batch_step`]: batch, [`${name}_head_step`]: head, [`${name}_row_step`]: row };
}

/** The mask is broadcast to [batch, heads, rows, keys]; a shorter last dimension masks the keys beyond it. */
export function maskFields(mask: Shape | null, keys: number): Record<string, number> {
  if (!mask) return { mask_batch_step: 0, mask_head_step: 0, mask_row_step: 0, mask_len: keys };
  const step = (fromEnd: number) => {
    const own = mask.length - fromEnd;
    return own < 0 || mask[own] === 1 ? 0 : mask.slice(own + 1).reduce((a, b) => a * b, 1);
  };
  return {
    mask_batch_step: step(4),
    mask_head_step: step(3),
    mask_row_step: step(2),
    mask_len: Math.min(keys, mask[mask.length - 1]),
  };
}

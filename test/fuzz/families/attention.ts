import { type Builder, between, type Value, whole } from '../builder.ts';
import type { Family } from '../family.ts';

const family = (op: string, make: (b: Builder) => void, since: number): Family => ({
  op,
  nature: 'close',
  since,
  make,
});

function attention(b: Builder): void {
  const [batch, kvHeads, group] = [b.int(1, 2), b.int(1, 2), b.int(1, 2)];
  const [queries, keys, size, values] = [b.int(1, 4), b.int(1, 4), 2 * b.int(1, 2), b.int(1, 3)];
  const heads = kvHeads * group;
  const flat = b.chance(0.4);
  const tensor = (length: number, count: number, width: number, main = false): Value => {
    const shape = flat ? [batch, length, count * width] : [batch, count, length, width];
    return main ? b.data({ shape }) : b.operand('f32', shape);
  };
  const q = tensor(queries, heads, size, true);
  const inputs: (Value | null)[] = [q, tensor(keys, kvHeads, size), tensor(keys, kvHeads, values)];
  const past = b.chance(0.25) ? b.int(1, 3) : 0;
  const total = past + keys;
  const mask = b.optional(() =>
    b.operand(
      b.pick(['f32', 'bool']),
      b.pick([
        [queries, total],
        [1, 1, queries, total],
        [batch, heads, queries, total],
        [1, total],
      ]),
    ),
  );
  inputs.push(mask);
  if (past)
    inputs.push(b.operand('f32', [batch, kvHeads, past, size]), b.operand('f32', [batch, kvHeads, past, values]));
  const attributes = {
    ...(flat && { q_num_heads: heads, kv_num_heads: kvHeads }),
    ...b.some({ is_causal: b.int(0, 1), scale: b.pick([0.5, 1, 0.25]), softcap: b.pick([0, 2, 10]) }),
  };
  const results = b.pick([[true], [true, false, false, true], [true, true, true], [true, false, true]]);
  b.node('Attention', inputs, attributes, past ? [true, true, true] : results);
}

function rotary(b: Builder): void {
  const [batch, heads, length] = [b.int(1, 2), b.int(1, 3), b.int(1, 4)];
  const size = 2 * b.int(1, 4);
  const part = b.chance(0.3) ? 2 * b.int(1, size / 2) : size;
  const flat = b.chance(0.4);
  const x = b.data({ dtypes: ['f32'], shape: flat ? [batch, length, heads * size] : [batch, heads, length, size] });
  const byPosition = b.chance(0.5);
  const shape = byPosition ? [6, part / 2] : [batch, length, part / 2];
  const inputs = [
    x,
    b.operand('f32', shape, between(-1, 1)),
    b.operand('f32', shape, between(-1, 1)),
    byPosition ? b.operand('i64', [batch, length], whole(0, 5)) : null,
  ];
  b.node('RotaryEmbedding', inputs, {
    ...(flat && { num_heads: heads }),
    ...(part < size && { rotary_embedding_dim: part }),
    ...b.some({ interleaved: b.int(0, 1) }),
  });
}

export const ATTENTION: readonly Family[] = [family('Attention', attention, 23), family('RotaryEmbedding', rotary, 23)];

import type { Attribute } from '../ir/types.ts';
import type { RawNode } from './raw-model.ts';

/** Counts and sizes, in every operator that has them. onnxruntime divides by some of them while it infers shapes. */
const POSITIVE = new Set([
  'block_size',
  'blocksize',
  'dilations',
  'group',
  'hidden_size',
  'kernel_shape',
  'kv_num_heads',
  'num_groups',
  'num_heads',
  'num_outputs',
  'q_num_heads',
  'strides',
]);

/** No such number in a model that fits a microcontroller is larger. */
const MAX = 2 ** 24;

/** Why an attribute must not reach onnxruntime, which would end the process or take all memory; null when it may. */
export function unsafeAttribute(node: RawNode, name: string, value: Attribute): string | null {
  if (node.op === 'Split' && name === 'num_outputs' && value !== node.outputs.length) {
    return `num_outputs is ${String(value)}, but ${node.outputs.length} outputs are named`;
  }
  if (!POSITIVE.has(name)) return null;
  const numbers = typeof value === 'number' ? [value] : Array.isArray(value) ? value.map(Number) : [];
  const wrong = numbers.find((number) => !(number >= 1 && number <= MAX));
  return wrong === undefined ? null : `${name} is ${wrong}`;
}

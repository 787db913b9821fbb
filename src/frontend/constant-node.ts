import { tensorOf } from '../ir/tensor.ts';
import type { Tensor } from '../ir/types.ts';
import { badModel, showNode } from './bad-model.ts';
import type { RawAttribute, RawNode } from './border/raw-model.ts';

/** The tensor of a Constant node, or why it cannot be used. Throws BAD_MODEL unless exactly one value attribute is there. */
export function constantOfNode(node: RawNode, attributes: ReadonlyMap<string, RawAttribute>): Tensor | string {
  const given = [...attributes].filter(
    ([name]) => name === 'value' || name.startsWith('value_') || name === 'sparse_value',
  );
  if (given.length !== 1) badModel('a Constant must have exactly one value', showNode(node));
  const [name, attribute] = given[0];
  if (attribute.kind === 'refused') return attribute.why;
  if (name === 'value_string' || name === 'value_strings') return 'strings cannot become C';
  const tensor = attribute.kind === 'value' ? read(name, attribute) : null;
  return tensor ?? badModel(`the Constant's ${name} has the wrong type`, showNode(node));
}

function read(name: string, { value, holds, exact }: RawAttribute & { kind: 'value' }): Tensor | null {
  if (holds !== 'tensor' && !name.startsWith(`value_${holds}`)) return null;
  const list = Array.isArray(value) ? value.map(Number) : null;
  switch (name) {
    case 'value':
    case 'sparse_value':
      return typeof value === 'object' && 'dtype' in value ? value : null;
    case 'value_float':
      return typeof value === 'number' ? tensorOf('f32', [], [value]) : null;
    case 'value_int':
      return typeof value === 'number' ? tensorOf('i64', [], exact ?? [value]) : null;
    case 'value_floats':
      return list && tensorOf('f32', [list.length], list);
    case 'value_ints':
      return list && tensorOf('i64', [list.length], exact ?? list);
    default:
      return null;
  }
}

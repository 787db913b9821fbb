import type { DType, Node, ValueName } from '../ir/types.ts';
import { codeOf } from './data-types.ts';

export function castNode(from: ValueName, to: ValueName, dtype: DType): Node {
  const attributes = { to: codeOf(dtype) };
  return { op: 'Cast', domain: '', name: to, inputs: [from], outputs: [to], attributes, clip: null };
}

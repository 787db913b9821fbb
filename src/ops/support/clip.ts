import type { Node } from '../../ir/types.ts';
import { floatLiteral } from './c-text.ts';

/** The fused clamp as two C expressions. */
export function clipBounds(node: Node): [min: string, max: string] {
  const [min, max] = node.clip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [floatLiteral(min), floatLiteral(max)];
}

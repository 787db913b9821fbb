import type { Node } from '../../ir/types.ts';
import { floatLiteral } from './c-text.ts';

export function boundsOf(node: Node): readonly [min: number, max: number] {
  return node.clip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

/** The fused clamp as two C expressions. */
export function clipBounds(node: Node): [min: string, max: string] {
  const [min, max] = boundsOf(node);
  return [floatLiteral(min), floatLiteral(max)];
}

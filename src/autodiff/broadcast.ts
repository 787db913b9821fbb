import type { Shape } from '../ir/types.ts';
import { invariant } from '../support/errors.ts';

/** The shape of an element-wise result: aligned at the end, 1 stretches (ONNX broadcasting). */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    invariant(left === right || left === 1 || right === 1, `[${a}] and [${b}] do not broadcast`);
    return left === 1 ? right : left;
  });
}

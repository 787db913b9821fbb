import { elementCount } from '../../ir/shape.ts';
import type { WindowShape } from '../../ir/window.ts';

/** Multiply-accumulates of one inference. */
export function convMacs(s: WindowShape): number {
  return elementCount([s.batch, s.out_h, s.out_w, s.out_c, s.kernel_h, s.kernel_w, s.in_c / s.groups]);
}

import type { Shape } from '../ir/types.ts';

/** What a shape says once dimensions of 1 are left out: files and models differ in these. */
export function withoutOnes(shape: Shape): number[] {
  return shape.filter((size) => size !== 1);
}

import type { WindowShape } from '../../ir/window.ts';

/**
 * Bytes of int8 codes by which the output of a kernel must start below its input that computes two pixels at a time,
 * whatever row they are in, image by image. `copiedFirst`: it copies the windows of both before it writes either.
 */
export function pairOverlap(s: WindowShape, copiedFirst: boolean): number {
  const pixels = s.out_h * s.out_w;
  let lowest = Number.POSITIVE_INFINITY;
  let distance = 0;
  for (let n = s.batch - 1; n >= 0; n--) {
    for (let t = 2 * Math.floor((pixels - 1) / 2); t >= 0; t -= 2) {
      const end = (n * pixels + Math.min(pixels, t + 2)) * s.out_c;
      const low = Math.min(firstByte(s, n, t), t + 1 < pixels ? firstByte(s, n, t + 1) : Number.POSITIVE_INFINITY);
      const needed = copiedFirst ? lowest : Math.min(lowest, low);
      if (Number.isFinite(needed)) distance = Math.max(distance, end - needed);
      lowest = Math.min(lowest, low);
    }
  }
  return distance;
}

/** Of the window of output pixel t in image n. */
function firstByte(s: WindowShape, n: number, t: number): number {
  const iy = Math.min(s.in_h - 1, Math.max(0, Math.floor(t / s.out_w) * s.stride_h - s.pad_top));
  const ix = Math.min(s.in_w - 1, Math.max(0, (t % s.out_w) * s.stride_w - s.pad_left));
  return ((n * s.in_h + iy) * s.in_w + ix) * s.in_c;
}

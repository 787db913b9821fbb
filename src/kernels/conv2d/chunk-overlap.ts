import type { WindowShape } from '../../ir/window.ts';

/** How a kernel walks over the pixels of an image: so many at a time, in raster order; `inRow`: not across rows. */
export interface Chunks {
  readonly most: number;
  readonly inRow: boolean;
}

/**
 * Bytes of int8 codes by which the output of a kernel must start below its input that computes several pixels at a time, image
 * by image. `copiedFirst`: it copies the windows of all of them before it writes any.
 */
export function chunkOverlap(s: WindowShape, chunks: Chunks, copiedFirst: boolean): number {
  const pixels = s.out_h * s.out_w;
  let lowest = Number.POSITIVE_INFINITY;
  let distance = 0;
  for (let n = s.batch - 1; n >= 0; n--) {
    for (const t of chunkStarts(s, chunks).reverse()) {
      const count = Math.min(chunks.most, (chunks.inRow ? s.out_w * (Math.floor(t / s.out_w) + 1) : pixels) - t);
      const end = (n * pixels + t + count) * s.out_c;
      const low = Math.min(...Array.from({ length: count }, (_, i) => firstByte(s, n, t + i)));
      const needed = copiedFirst ? lowest : Math.min(lowest, low);
      if (Number.isFinite(needed)) distance = Math.max(distance, end - needed);
      lowest = Math.min(lowest, low);
    }
  }
  return distance;
}

/** The same for pairs of pixels, whatever row they are in. */
export function pairOverlap(s: WindowShape, copiedFirst: boolean): number {
  return chunkOverlap(s, { most: 2, inRow: false }, copiedFirst);
}

/** The first pixel of each. */
function chunkStarts({ out_h, out_w }: WindowShape, { most, inRow }: Chunks): number[] {
  const [runs, length] = inRow ? [out_h, out_w] : [1, out_h * out_w];
  const each = Math.ceil(length / most);
  return Array.from({ length: runs * each }, (_, i) => Math.floor(i / each) * length + (i % each) * most);
}

/** Of the window of output pixel t in image n. */
function firstByte(s: WindowShape, n: number, t: number): number {
  const iy = Math.min(s.in_h - 1, Math.max(0, Math.floor(t / s.out_w) * s.stride_h - s.pad_top));
  const ix = Math.min(s.in_w - 1, Math.max(0, (t % s.out_w) * s.stride_w - s.pad_left));
  return ((n * s.in_h + iy) * s.in_w + ix) * s.in_c;
}

import type { WindowShape } from '../../ir/window.ts';

/** What a loop over windows is called for: some of them side by side, or one, whose rows and columns lie inside the image. */
export interface WindowCall {
  readonly windows: number;
  readonly rows: number;
  /** Numbers of a row. */
  readonly run: number;
}

/** Instructions of all calls of a convolution that takes `most` windows at a time where none of them reaches over a border. */
export function sumOfCalls(s: WindowShape, most: number, instructions: (call: WindowCall) => number): number {
  const columns = columnsOf(s, most);
  let sum = 0;
  for (let oy = 0; oy < s.out_h; oy++) {
    const rows = inside(oy * s.stride_h - s.pad_top, s.kernel_h, s.dilation_h, s.in_h);
    for (const { windows, width } of columns) {
      const seen = rows > 0 && width > 0;
      sum += instructions({ windows, rows: seen ? rows : 1, run: seen ? width * s.in_c : 0 });
    }
  }
  return s.batch * sum;
}

/** The calls of a row of the output. */
function columnsOf(s: WindowShape, most: number) {
  const columns: { windows: number; width: number }[] = [];
  for (let ox = 0; ox < s.out_w; ) {
    const left = ox * s.stride_w - s.pad_left;
    const isWhole = left >= 0 && left + (most - 1) * s.stride_w + s.kernel_w <= s.in_w && ox + most <= s.out_w;
    const windows = isWhole ? most : 1;
    columns.push({ windows, width: inside(left, s.kernel_w, 1, s.in_w) });
    ox += windows;
  }
  return columns;
}

/** Taps inside the image. */
export function inside(from: number, taps: number, dilation: number, size: number): number {
  return Array.from({ length: taps }, (_, i) => from + i * dilation).filter((at) => at >= 0 && at < size).length;
}

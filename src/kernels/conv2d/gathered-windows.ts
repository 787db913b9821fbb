import type { Work } from '../../ir/program.ts';
import type { WindowShape } from '../../ir/window.ts';

// What it takes to gather the windows of one image and one group as bytes, and to put codes in their places that are no fours.

/** nn_conv2d_patch_4x2: both windows of a pair row by row where they lie inside of the image, else each by itself. */
export function gatheredInPairs(s: WindowShape): Work {
  const windows = windowsOf(s);
  const whole = s.groups === 1 && s.dilation_h === 1 && s.dilation_w === 1;
  const isInside = (first: Window, second: Window | undefined) =>
    second !== undefined &&
    second.top === first.top &&
    second.left > first.left &&
    first.top >= 0 &&
    first.top + s.kernel_h < s.in_h &&
    first.left >= 0 &&
    second.left + s.kernel_w <= s.in_w;
  const border: Window[] = [];
  let rows = 0;
  for (let i = 0; i < windows.length; i += 2) {
    if (whole && isInside(windows[i], windows[i + 1])) rows += s.kernel_h;
    else border.push(...windows.slice(i, i + 2));
  }
  return { rows, words: rows * Math.ceil((s.kernel_w * s.in_c) / 4), ...patchWork(s, border), ...placedWork(s) };
}

/** nn_conv2d_narrow_4x2: each window by itself, inside of the image by `words` and `bytes` copies that are written out. */
export function gatheredByCopies(s: WindowShape, words: number, bytes: number): Work {
  const isInside = ({ top, left }: Window) =>
    top >= 0 && top + s.kernel_h <= s.in_h && left >= 0 && left + s.kernel_w <= s.in_w;
  const windows = windowsOf(s);
  const border = windows.filter((window) => !isInside(window));
  const inside = windows.length - border.length;
  return { words: inside * words, bytes: inside * bytes, ...patchWork(s, border), ...placedWork(s) };
}

interface Window {
  readonly top: number;
  readonly left: number;
}

function windowsOf(s: WindowShape): Window[] {
  return Array.from({ length: s.out_h * s.out_w }, (_, i) => ({
    top: Math.floor(i / s.out_w) * s.stride_h - s.pad_top,
    left: (i % s.out_w) * s.stride_w - s.pad_left,
  }));
}

/**
 * nn_patch_rows_s8, in instructions, about: zero points by words, then copies of the rows inside of the image, or of their taps
 * where channels are not all or apart.
 */
function patchWork(s: WindowShape, windows: readonly Window[]): Work {
  const channels = s.in_c / s.groups;
  const joined = s.groups === 1 && s.dilation_w === 1;
  const filled = Math.ceil((s.kernel_h * s.kernel_w * channels) / 4);
  let border = windows.length * (30 + 15 * s.kernel_h + 4 * filled);
  for (const { top, left } of windows) {
    const rows = inside(top, s.kernel_h, s.dilation_h, s.in_h);
    const columns = inside(left, s.kernel_w, s.dilation_w, s.in_w);
    const [copies, length] = joined ? [rows, columns * channels] : [rows * columns, channels];
    border += copies * (15 + 6 * (length >> 2) + 5 * (length % 4));
  }
  return { border };
}

/** Of `count` taps from `first` on. */
function inside(first: number, count: number, dilation: number, size: number): number {
  let taps = 0;
  for (let k = 0; k < count; k++) {
    const i = first + k * dilation;
    if (i >= 0 && i < size) taps++;
  }
  return taps;
}

/** Outputs of a pixel that are no fours are computed beside it and copied. */
function placedWork(s: WindowShape): Work {
  const outputs = s.out_c / s.groups;
  return outputs % 4 === 0 ? {} : { placed: s.out_h * s.out_w * outputs };
}

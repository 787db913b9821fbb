import { decodingWork } from '../formats/index.ts';
import type { Work } from '../ir/program.ts';
import type { WindowShape } from '../ir/window.ts';
import type { LinearJob } from './linear-job.ts';
import type { WeightPlan } from './weights/read-weights.ts';

// What the loops of kernels do in one inference, part by part, innermost loops last. prices.ts has what each part takes on a core.

/** The portable kernels: four rows of weights at a time, and one by one what is left; windows other than 1x1 are gathered. */
export function portableWork(job: LinearJob, plan: WeightPlan): Work {
  const { shape, macs } = job;
  const pixels = shape.batch * shape.out_h * shape.out_w * shape.groups;
  const rows = shape.out_c / shape.groups;
  const [taps, channels] = [shape.kernel_h * shape.kernel_w, shape.in_c / shape.groups];
  const windows = pixels * (plan.block > 0 ? Math.ceil(rows / plan.block) : 1);
  const gathered = taps > 1 ? windows * taps : 0;
  return {
    layer: 1,
    windows,
    outputs: pixels * rows,
    products: pixels * (rows - (rows % 4)) * taps * channels,
    rest: pixels * (rows % 4) * taps * channels,
    taps: gathered,
    rows: taps > 1 ? windows * shape.kernel_h : 0,
    gathered: gathered * channels,
    ...roundingWork(job, 'ones', pixels * rows),
    ...readingWork(plan, macs),
  };
}

/** The portable depthwise kernel: a list of the taps inside the image for each pixel, then each tap of each channel. */
export function portableDepthwiseWork(job: LinearJob, plan: WeightPlan): Work {
  const { shape } = job;
  const taps = shape.batch * tapsInside(shape);
  const pixels = shape.batch * shape.out_h * shape.out_w;
  const products = taps * shape.out_c;
  const outputs = pixels * shape.out_c;
  const reading = readingWork(plan, products);
  return { layer: 1, pixels, taps, outputs, products, ...roundingWork(job, 'ones', outputs), ...reading };
}

/** What a form of requantization takes beside one multiplication that rounds half up; `by`: one sum or four at a time. */
function roundingWork({ form }: LinearJob, by: 'ones' | 'fours', outputs: number): Work {
  return form === undefined ? {} : { [`rounds ${form} by ${by}`]: outputs };
}

/** Weights in registers are unpacked for each product, with more effort where columns are no four; others once, in runs. */
function readingWork({ layer, reading, kind, format, codes, segments }: WeightPlan, products: number): Work {
  const wide: Work = kind === 'w16' ? { wide: products } : {};
  if (reading === 'bytes') return wide;
  if (reading === 'inline') {
    const left = layer.order.depth % 4;
    return {
      ...wide,
      [`inline ${kind}`]: products,
      ...(left > 0 && { [`inline ${kind} left`]: (products * left) / layer.order.depth }),
      [`inline ${kind} runs`]: segments.length,
    };
  }
  return { ...wide, ...decodingWork(format, codes, segments.length) };
}

/** Kernels that add: two windows at a time, each list once. */
export function addsWork({ shape, weights }: LinearJob): Work {
  const windows = shape.batch * shape.out_h * shape.out_w * shape.groups;
  const taps = shape.kernel_h * shape.kernel_w;
  const nonzero = Array.from(weights.data, Number).filter((code) => code !== 0).length;
  return {
    layer: 1,
    windows,
    outputs: (windows / shape.groups) * shape.out_c,
    additions: (windows / shape.groups) * nonzero,
    gathered: taps > 1 ? (windows * taps * shape.in_c) / shape.groups : 0,
  };
}

/**
 * nn_gemm_4x2_s8 over pairs of windows of `depth` columns each. They are `gathered` (by image and group), once more for each further
 * block of unpacked rows.
 */
export function gemmWork(job: LinearJob, depth: number, gathered: Work = {}, blocks = 1): Work {
  const { shape } = job;
  const images = shape.batch * shape.groups;
  const once = images * Math.ceil((shape.out_h * shape.out_w) / 2);
  const pairs = once * blocks;
  const fours = once * Math.ceil(shape.out_c / shape.groups / 4);
  return {
    layer: 1,
    pairs,
    ...Object.fromEntries(Object.entries(gathered).map(([part, count]) => [part, images * blocks * count])),
    widened: pairs * depth,
    fours,
    products: fours * depth,
    ...roundingWork(job, 'fours', 8 * fours),
  };
}

/** nn_conv2d_winograd_s8: for two tiles, the input of each four channels, then 16 positions and 8 results for each four outputs. */
export function winogradWork({ shape }: LinearJob): Work {
  const tiles = Math.ceil(shape.out_h / 2) * Math.ceil(shape.out_w / 4);
  const fours = (tiles * shape.out_c) / 4;
  return { layer: 1, tiles, inputs: tiles * shape.in_c, fours, products: fours * shape.in_c };
}

/** nn_depthwise3x3_pixel_s8; windows over a border are gathered, `part` channels at a time. */
export function depthwisePixelWork(job: LinearJob, part: number): Work {
  const { shape: s } = job;
  const pixels = s.out_h * s.out_w;
  const border =
    pixels -
    wholeWindows(s.out_h, s.stride_h, s.pad_top, s.in_h) * wholeWindows(s.out_w, s.stride_w, s.pad_left, s.in_w);
  return {
    layer: 1,
    rows: s.out_h,
    pixels,
    outputs: pixels * s.out_c,
    parts: (border * s.out_c) / part,
    border: border * s.out_c,
    ...roundingWork(job, 'fours', pixels * s.out_c),
  };
}

/** Windows of three, or of `extent`, that lie inside the image. */
function wholeWindows(out: number, stride: number, pad: number, size: number, extent = 3): number {
  const first = Math.ceil(pad / stride);
  const last = Math.min(out, Math.floor((size + pad - extent) / stride) + 1);
  return Math.max(0, last - first);
}

/** nn_depthwise2d_run_helium_s8: 16 channels at a time, `groups` of them; the taps of windows over a border are looked for. */
export function depthwiseHeliumWork({ shape: s }: LinearJob, taps: number, groups: number): Work {
  const pixels = s.batch * s.out_h * s.out_w;
  const [height, width] = [(s.kernel_h - 1) * s.dilation_h + 1, (s.kernel_w - 1) * s.dilation_w + 1];
  const whole =
    wholeWindows(s.out_h, s.stride_h, s.pad_top, s.in_h, height) *
    wholeWindows(s.out_w, s.stride_w, s.pad_left, s.in_w, width);
  const border = pixels - s.batch * whole;
  return {
    layer: 1,
    border: border * taps,
    pixels: border,
    blocks: pixels * groups,
    vectors: 6 * taps * pixels * groups,
  };
}

/** nn_depthwise3x3_run_s8: rows of four channels; windows over the left and the right border are gathered. */
export function depthwiseRunsWork(job: LinearJob): Work {
  const { shape } = job;
  const { in_w, out_h, out_w, out_c, stride_w, pad_left } = shape;
  const runs = out_h * (out_c / 4);
  const gathered = runs * (out_w - wholeWindows(out_w, stride_w, pad_left, in_w));
  const windows = runs * out_w;
  return { layer: 1, rows: out_h, runs, windows, gathered, ...roundingWork(job, 'fours', 4 * windows) };
}

/** nn_depthwise3x3_strips_s8: strips of two columns, a last one by itself, and copying each channel to its plane. */
export function depthwiseStripsWork({ shape }: LinearJob): Work {
  const { in_h, in_w, out_h, out_w, out_c } = shape;
  return {
    layer: 1,
    channels: out_c,
    rows: out_c * in_h,
    bytes: out_c * in_h * (in_w % 4),
    words: out_c * in_h * (in_w >> 2),
    strips: out_c * (out_w >> 1),
    single: out_c * (out_w % 2) * out_h,
    cells: out_c * (out_w >> 1) * out_h,
  };
}

/** nn_depthwise_pairs_s8: rows are widened once, weights once for each four channels. */
export function depthwisePairsWork(job: LinearJob, { pairs, length, odd }: DepthwisePairs): Work {
  const { shape: s } = job;
  const fours = s.out_c / 4;
  const rows = fours * Math.min((s.out_h - 1) * s.stride_h + s.kernel_h, s.out_h * s.kernel_h);
  const outputs = fours * s.out_h * s.out_w;
  const weights = fours * s.kernel_h * pairs;
  const lines = fours * s.out_h;
  const windows = outputs * (23 + s.kernel_h * (3 + 6 * pairs)) + lines * (odd ? 2 : 1) * (30 + 4 * s.kernel_h);
  return {
    instructions: 20 * weights + rows * (40 + length * (odd ? 44 : 33)) + windows + lines * (30 + 10 * s.kernel_h),
    ...roundingWork(job, 'fours', 4 * outputs),
  };
}

interface DepthwisePairs {
  readonly pairs: number;
  readonly length: number;
  readonly odd: boolean;
}

/** Dense kernels of one row: four outputs at a time, 8 columns at a step. */
export function denseWork(job: LinearJob, depth: number): Work {
  const fours = Math.ceil(job.shape.out_c / 4);
  return { layer: 1, inputs: depth, fours, products: fours * depth, ...roundingWork(job, 'fours', 4 * fours) };
}

/** Windows without weights. */
export function poolWork(s: WindowShape): Work {
  const pixels = s.batch * s.out_h * s.out_w;
  const outputs = pixels * s.out_c;
  return { layer: 1, pixels, outputs, rows: outputs * s.kernel_h, cells: s.batch * tapsInside(s) * s.out_c };
}

/** Windows of numbers: a dot product for each row of a window, or each tap, and output. */
export function numbersWork(s: WindowShape): Work {
  const pixels = s.batch * s.out_h * s.out_w;
  const [channels, taps] = [s.in_c / s.groups, s.batch * tapsInside(s)];
  const together = s.groups === 1 && s.dilation_w === 1;
  const rows = s.batch * s.out_w * insideAlong(s.out_h, s.stride_h, s.pad_top, s.kernel_h, s.dilation_h, s.in_h);
  return {
    layer: 1,
    windows: pixels,
    outputs: pixels * s.out_c,
    runs: (together ? rows : taps) * s.out_c,
    products: taps * channels * s.out_c,
  };
}

/** Taps of numbers, `many` channels at a time, then `few`; borders are lists of their own, whole windows of a row are a run. */
export function depthwiseNumbersWork(s: WindowShape, many: number, few: number): Work {
  const pixels = s.batch * s.out_h * s.out_w;
  const [height, width] = [(s.kernel_h - 1) * s.dilation_h + 1, (s.kernel_w - 1) * s.dilation_w + 1];
  const rows = wholeWindows(s.out_h, s.stride_h, s.pad_top, s.in_h, height);
  const whole = s.batch * rows * wholeWindows(s.out_w, s.stride_w, s.pad_left, s.in_w, width);
  const taps = s.batch * tapsInside(s);
  const [blocks, rest] = [Math.floor(s.in_c / many), Math.ceil((s.in_c % many) / few)];
  return {
    layer: 1,
    lists: pixels - whole + s.batch * rows,
    pixels,
    blocks: pixels * blocks,
    rest: pixels * rest,
    products: taps * blocks,
    single: taps * rest,
  };
}

/** Taps that lie inside the image, of all windows. */
function tapsInside(s: WindowShape): number {
  const rows = insideAlong(s.out_h, s.stride_h, s.pad_top, s.kernel_h, s.dilation_h, s.in_h);
  return rows * insideAlong(s.out_w, s.stride_w, s.pad_left, s.kernel_w, s.dilation_w, s.in_w);
}

function insideAlong(out: number, stride: number, pad: number, kernel: number, dilation: number, size: number): number {
  let inside = 0;
  for (let o = 0; o < out; o++) {
    for (let k = 0; k < kernel; k++) {
      const i = o * stride - pad + k * dilation;
      if (i >= 0 && i < size) inside++;
    }
  }
  return inside;
}

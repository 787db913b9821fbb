import type { LinearJob } from './linear-job.ts';

// Instructions of one inference, by what the kernels' loops are made of; npm run bench:kernels holds them to counts.

/** The portable kernels, by the features of the core: products, outputs, and gathering each tap of a window. */
export function portableCost({ macs, features, shape }: LinearJob): number {
  const pixels = shape.batch * shape.out_h * shape.out_w;
  const taps = shape.kernel_h * shape.kernel_w;
  const gathered = taps > 1 ? pixels * shape.groups * taps * 30 : 0;
  return (features.has('dsp') ? 1.5 : 3) * macs + 30 * pixels * shape.out_c + gathered;
}

/** The portable dense kernel: rows that do not fill four are taken one by one. */
export function portableDenseCost(job: LinearJob): number {
  const { shape, macs } = job;
  return portableCost(job) + 3.5 * macs * ((shape.out_c % 4) / shape.out_c);
}

/** The portable depthwise kernel: a list of taps for each pixel, then each tap of each channel. */
export function portableDepthwiseCost({ macs, features, shape }: LinearJob): number {
  const pixels = shape.batch * shape.out_h * shape.out_w;
  return (features.has('dsp') ? 4.5 : 9) * macs + pixels * (16 * shape.out_c + 30 * shape.kernel_h * shape.kernel_w);
}

/** Kernels that add: half of the portable ones', they are asked only where multiplications are dear. */
export function addsCost(job: LinearJob): number {
  return portableCost(job) / 2;
}

/** nn_gemm_4x2_s8 over pairs of pixels: columns of a row of weights, and what gathering a pair of windows takes beside widening. */
export function gemmCost({ shape }: LinearJob, { depth, gather }: { depth: number; gather: number }): number {
  const pairs = shape.batch * Math.ceil((shape.out_h * shape.out_w) / 2);
  const perGroup = 47 + 6 * depth + 3 * Math.ceil(depth / 32);
  const fours = Math.ceil(shape.out_c / shape.groups / 4);
  return pairs * shape.groups * (70 + gather + 1.75 * depth + fours * perGroup);
}

/** nn_conv2d_winograd_s8: for two tiles, the input of each four channels, then 16 positions and 8 results for each four outputs. */
export function winogradCost({ shape }: LinearJob): number {
  const { in_c, out_h, out_w, out_c } = shape;
  const groups = 110 + 16 * (12 + 5.5 * in_c + 3 * Math.ceil(in_c / 32)) + 8 * 68;
  return Math.ceil(out_h / 2) * Math.ceil(out_w / 4) * (120 + 150 * in_c + (out_c / 4) * groups);
}

/** nn_depthwise3x3_pixel_s8. */
export function depthwisePixelCost({ shape }: LinearJob): number {
  const pixels = shape.out_h * shape.out_w;
  const border = pixels - Math.max(0, shape.out_h - 2) * Math.max(0, shape.out_w - 2);
  return pixels * (45 + 27 * shape.out_c) + border * shape.out_c * 18;
}

/** nn_depthwise3x3_run_s8: rows of four channels; windows over the left and the right border are gathered. */
export function depthwiseRunsCost({ shape }: LinearJob): number {
  const { in_w, out_h, out_w, out_c, stride_w, pad_left } = shape;
  const first = Math.ceil(pad_left / stride_w);
  const last = Math.min(out_w, Math.floor((in_w + pad_left - 3) / stride_w) + 1);
  const gathered = out_w - Math.max(0, last - first);
  return out_h * (100 + (out_c / 4) * (245 + 101 * out_w + 130 * gathered));
}

/** nn_depthwise3x3_strips_s8: strips of two columns, a last one by itself, and copying each channel to its plane. */
export function depthwiseStripsCost({ shape }: LinearJob): number {
  const { in_h, in_w, out_h, out_w, out_c } = shape;
  const strips = (out_w >> 1) * (32 + 25.6 * out_h) + (out_w % 2) * (20 + 15 * out_h);
  const planes = (in_h * (12 + 30 * (in_w >> 2) + 12 * (in_w % 4))) / 4;
  return out_c * (55 + strips + planes);
}

/** nn_dense_4x8_s8. */
export function denseCost({ shape }: LinearJob, depth: number): number {
  return 80 + Math.ceil(shape.out_c / 4) * (31 + 4 * depth + 3 * Math.ceil(depth / 64));
}

/** nn_dense_wide_4x8_s8, with widening the input. */
export function denseWideCost({ shape }: LinearJob, depth: number): number {
  return 90 + 2 * depth + Math.ceil(shape.out_c / 4) * (31 + 3.375 * depth + 3 * Math.ceil(depth / 64));
}

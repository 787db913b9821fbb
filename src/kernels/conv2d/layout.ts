import { permuted } from '../../ir/permute.ts';
import type { Tensor } from '../../ir/types.ts';
import type { WindowShape } from '../../ir/window.ts';

/** One filter per channel: has a kernel of its own. */
export function isDepthwise(shape: WindowShape): boolean {
  return shape.groups === shape.in_c && shape.groups > 1 && shape.out_c === shape.in_c;
}

/** [out][in][...kernel] -> [out][...kernel][in], the order in which a channels-last patch lies. */
export function kernelMajor(weights: Tensor): Tensor {
  return permuted(weights, [0, ...weights.shape.map((_, i) => i).slice(2), 1]);
}

/** [out][1][kh][kw] -> [kh][kw][out], so that the channels of one tap lie together. */
export function tapMajor(weights: Tensor, shape: WindowShape): Tensor['data'] {
  const flat = { ...weights, shape: [shape.out_c, shape.kernel_h * shape.kernel_w] };
  return permuted(flat, [1, 0]).data;
}

/** Scratch bytes of the depthwise kernels: three lists of one int32 per tap. */
export function tapsBytes(shape: WindowShape): number {
  return 3 * 4 * shape.kernel_h * shape.kernel_w;
}

/** 1x1 without padding or stride: the patch is the pixel itself. NULL as the patch says so. */
export function isPlainPointwise(s: WindowShape): boolean {
  const noPad = s.pad_top === 0 && s.pad_left === 0;
  return s.kernel_h === 1 && s.kernel_w === 1 && s.groups === 1 && noPad && fits(s);
}

/** The last window lies inside the input. */
function fits(s: WindowShape): boolean {
  return (s.out_h - 1) * s.stride_h < s.in_h && (s.out_w - 1) * s.stride_w < s.in_w;
}

import { type WindowShape, windowParams } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { depthOf, gemmWeights } from './gemm-weights.ts';
import { isPlainPointwise } from './layout.ts';

const pointwiseWeights = gemmWeights(({ shape }) => shape.in_c, asOneImage);

/** 1x1 without stride: pixels are their own windows. */
export const pointwise4x2S8: Kernel<LinearJob> = {
  id: 'pointwise_4x2_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 2, depth: 4 },
  accepts(job) {
    const { shape } = job;
    if (!isPlainPointwise(shape) || shape.stride_h !== 1 || shape.stride_w !== 1) return 'it is no 1x1 without stride';
    return fours(job) ?? pointwiseWeights.accepts(job);
  },
  scratchBytes: (job) => 4 * job.shape.in_c + pointwiseWeights.scratchBytes(job),
  overlap: pointwiseWeights.overlap,
  work: (job) => pointwiseWeights.work(job),
  tableBytes: pointwiseWeights.tableBytes,
  build(job, lower) {
    const { shape } = job;
    const { params, described } = pointwiseWeights.build(job, lower);
    return {
      template: 'pointwise_4x2_s8',
      params: {
        pixels: shape.batch * shape.out_h * shape.out_w,
        in_c: shape.in_c,
        out_c: shape.out_c,
        ...params,
        pairs: lower.scratch(4 * shape.in_c, 'uint32_t'),
      },
      ...described,
    };
  },
};

const fourWeights = gemmWeights(({ shape }) => depthOf(shape));

/** Channels in fours, windows widened row by row. */
export const conv2d4x2S8: Kernel<LinearJob> = {
  id: 'conv2d_4x2_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 2, depth: 4 },
  accepts(job) {
    const { shape } = job;
    if (shape.groups !== 1) return 'it has groups';
    if (shape.batch !== 1) return 'it has several images';
    if (shape.dilation_h !== 1 || shape.dilation_w !== 1) return 'it is dilated';
    return fours(job) ?? fourWeights.accepts(job);
  },
  scratchBytes: (job) => 4 * depthOf(job.shape) + fourWeights.scratchBytes(job),
  overlap: fourWeights.overlap,
  work: (job) => fourWeights.work(job, { rows: job.shape.kernel_h, words: 0, bytes: 0 }),
  tableBytes: fourWeights.tableBytes,
  build(job, lower) {
    const { params, described } = fourWeights.build(job, lower);
    const pairs = lower.scratch(4 * depthOf(job.shape), 'uint32_t');
    return {
      template: 'conv2d_4x2_s8',
      params: { shape: windowParams(job.shape), ...params, pairs },
      ...described,
    };
  },
};

const patchWeights = gemmWeights((job) => patchOf(job).words);

/** Any window: gathered as bytes, then widened. First layers, odd numbers of channels and outputs, groups, dilation. */
export const conv2dPatch4x2S8: Kernel<LinearJob> = {
  id: 'conv2d_patch_4x2_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 2, depth: 4 },
  accepts(job) {
    const able = patchWeights.accepts(job);
    if (able !== true || patchWeights.blockOf(job) === null) return able;
    if (job.shape.batch !== 1) return 'its weights are unpacked in blocks, and it has several images';
    return patchOf(job).rows === 0 || 'its weights are unpacked in blocks, and its outputs are no multiple of four';
  },
  scratchBytes: (job) => patchOf(job).pairBytes + patchOf(job).patchBytes + patchWeights.scratchBytes(job),
  overlap: patchWeights.overlap,
  work(job) {
    const { kernel_h, kernel_w, in_c, groups } = job.shape;
    const [rows, row] = [2 * kernel_h, (kernel_w * in_c) / groups];
    return patchWeights.work(job, { rows, words: rows * (row >> 2), bytes: rows * (row % 4) });
  },
  tableBytes: patchWeights.tableBytes,
  build(job, lower) {
    const { words, rows, pairBytes, patchBytes } = patchOf(job);
    const { params, described } = patchWeights.build(job, lower);
    return {
      template: 'conv2d_patch_4x2_s8',
      params: {
        shape: windowParams(job.shape),
        ...params,
        words,
        rows,
        pairs: lower.scratch(pairBytes, 'uint32_t'),
        patch: lower.scratch(patchBytes, 'int8_t'),
      },
      ...described,
    };
  },
};

/** Widened words of both windows, rows of a group where they must be rounded up, and memory for them. */
export function patchOf({ shape }: LinearJob) {
  const words = 4 * Math.ceil(depthOf(shape) / 4);
  const outputs = shape.out_c / shape.groups;
  const rows = outputs % 4 === 0 ? 0 : 4 * Math.ceil(outputs / 4);
  return { words, rows, pairBytes: 4 * words, patchBytes: 2 * words + 8 + 2 * rows };
}

/** Null, or what is no multiple of four. */
function fours({ shape }: LinearJob): string | null {
  if (shape.in_c % 4 !== 0) return 'its input channels are no multiple of four';
  return shape.out_c % 4 === 0 ? null : 'its outputs are no multiple of four';
}

/** A pointwise layer does not see where images end. */
export function asOneImage(shape: WindowShape): WindowShape {
  const pixels = shape.batch * shape.out_h * shape.out_w;
  return { ...shape, batch: 1, in_h: 1, out_h: 1, in_w: pixels, out_w: pixels };
}

import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { gatheredInPairs } from './gathered-windows.ts';
import { asItIs, gemmCall, INT2, INT4, PAIRS, S8, type Weights } from './gemm-4x2.ts';
import { type Columns, depthOf } from './gemm-weights.ts';

/** Of windows that are gathered. */
export const PATCH: Columns = { wordsOf: (job) => patchOf(job).words, overlapShape: asItIs };

/** Any window: gathered as bytes, then widened. First layers, odd numbers of channels and outputs, groups, dilation. */
export const conv2dPatch4x2S8 = patched(S8);
export const conv2dPatch4x2Int4 = patched(INT4);
export const conv2dPatch4x2Int2 = patched(INT2);
export const conv2dPatch4x2Pairs = patched(PAIRS);

function patched([name, of]: Weights): Kernel<LinearJob> {
  const weights = of(PATCH);
  return {
    id: `conv2d_patch_4x2_${name}`,
    needs: ['dsp'],
    tile: { outputs: 4, pixels: 2, depth: 4 },
    accepts(job) {
      const able = weights.accepts(job);
      if (able !== true || weights.blockOf(job) === null || job.shape.groups > 1) return able;
      if (job.shape.batch !== 1) return 'its weights are unpacked in blocks, and it has several images';
      return patchOf(job).rows === 0 || 'its weights are unpacked in blocks, and its outputs are no multiple of four';
    },
    scratchBytes: (job) => patchOf(job).pairBytes + patchOf(job).patchBytes + weights.scratchBytes(job),
    overlap: weights.overlap,
    work: (job) => weights.work(job, gatheredInPairs(job.shape)),
    tableBytes: weights.tableBytes,
    build(job, lower) {
      const { words, rows, pairBytes, patchBytes } = patchOf(job);
      const built = weights.build(job, lower);
      const { zeroPoint, x, inputZeroPoint, w, stream, y } = built.operands;
      const groups = weights.blockOf(job) === null ? job.shape.groups : 1;
      const pairs = lower.scratch(pairBytes, 'uint32_t');
      const patch = lower.scratch(patchBytes, 'int8_t');
      const list = [
        ...[zeroPoint, x, inputZeroPoint, w, { 'words of a group': stream }, pairs],
        ...[{ 'words of two windows': words }, patch, { 'outputs beyond fours': rows, groups }, y],
      ];
      return gemmCall('conv2d_patch_4x2', job.shape, built, list);
    },
  };
}

/** Widened words of both windows, rows of a group where they must be rounded up, and memory for them. */
export function patchOf({ shape }: LinearJob) {
  const words = 4 * Math.ceil(depthOf(shape) / 4);
  const outputs = shape.out_c / shape.groups;
  const rows = outputs % 4 === 0 ? 0 : 4 * Math.ceil(outputs / 4);
  return { words, rows, pairBytes: 4 * words, patchBytes: 2 * words + 8 + 2 * rows };
}

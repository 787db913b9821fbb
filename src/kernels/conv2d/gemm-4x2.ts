import type { LayerSpec } from '../../ir/lowering.ts';
import type { WindowShape } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import { type Argument, kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { gemmFields } from './gemm-fields.ts';
import { gemmPairs } from './gemm-pairs.ts';
import { type BuiltWeights, type Columns, depthOf, type GemmWeights, gemmWeights } from './gemm-weights.ts';
import { isPlainPointwise } from './layout.ts';

/** What the names of kernels end in, and how weights are read. */
export type Weights = readonly [name: string, of: (columns: Columns) => GemmWeights];
export const S8: Weights = ['s8', gemmWeights];
export const INT4: Weights = ['int4', (columns) => gemmFields(4, columns)];
export const INT2: Weights = ['int2', (columns) => gemmFields(2, columns)];
export const PAIRS: Weights = ['pairs', gemmPairs];

/** 1x1 without stride: pixels are their own windows. */
export const pointwise4x2S8 = pointwise(S8);
export const pointwise4x2Int4 = pointwise(INT4);
export const pointwise4x2Int2 = pointwise(INT2);
export const pointwise4x2Pairs = pointwise(PAIRS);

/** Channels in fours, windows widened row by row. */
export const conv2d4x2S8 = inFours(S8);
export const conv2d4x2Int4 = inFours(INT4);
export const conv2d4x2Int2 = inFours(INT2);
export const conv2d4x2Pairs = inFours(PAIRS);

function pointwise([name, of]: Weights): Kernel<LinearJob> {
  const weights = of({ wordsOf: ({ shape }) => shape.in_c, overlapShape: asOneImage });
  return {
    id: `pointwise_4x2_${name}`,
    needs: ['dsp'],
    tile: { outputs: 4, pixels: 2, depth: 4 },
    ...(weights.adds && { adds: true }),
    accepts(job) {
      const { shape } = job;
      if (!isPlainPointwise(shape) || shape.stride_h !== 1 || shape.stride_w !== 1)
        return 'it is no 1x1 without stride';
      return fours(job) ?? weights.accepts(job);
    },
    scratchBytes: (job) => 4 * job.shape.in_c + weights.scratchBytes(job),
    overlap: weights.overlap,
    work: (job) => weights.work(job),
    tableBytes: weights.tableBytes,
    build(job, lower) {
      const { shape } = job;
      const built = weights.build(job, lower);
      const { zeroPoint, x, w, end, sum, y } = built.operands;
      const pixels = shape.batch * shape.out_h * shape.out_w;
      const channels = { 'input channels': shape.in_c, 'output channels': shape.out_c };
      const pairs = lower.scratch(4 * shape.in_c, 'uint32_t');
      return gemmCall('pointwise_4x2', null, built, [{ pixels, ...channels }, zeroPoint, x, w, end, pairs, ...sum, y]);
    },
  };
}

function inFours([name, of]: Weights): Kernel<LinearJob> {
  const weights = of({ wordsOf: ({ shape }) => depthOf(shape), overlapShape: asItIs });
  return {
    id: `conv2d_4x2_${name}`,
    needs: ['dsp'],
    tile: { outputs: 4, pixels: 2, depth: 4 },
    ...(weights.adds && { adds: true }),
    accepts(job) {
      const { shape } = job;
      if (shape.groups !== 1) return 'it has groups';
      if (shape.batch !== 1) return 'it has several images';
      if (shape.dilation_h !== 1 || shape.dilation_w !== 1) return 'it is dilated';
      return fours(job) ?? weights.accepts(job);
    },
    scratchBytes: (job) => 4 * depthOf(job.shape) + weights.scratchBytes(job),
    overlap: weights.overlap,
    work: (job) => weights.work(job, { rows: rowsOf(job.shape) }),
    tableBytes: weights.tableBytes,
    build(job, lower) {
      const built = weights.build(job, lower);
      const { zeroPoint, x, inputZeroPoint, w, end, sum, y } = built.operands;
      const pairs = lower.scratch(4 * depthOf(job.shape), 'uint32_t');
      return gemmCall('conv2d_4x2', job.shape, built, [zeroPoint, x, inputZeroPoint, w, end, pairs, ...sum, y]);
    },
  };
}

/** Rows of pairs of windows. */
function rowsOf({ kernel_h, out_h, out_w }: WindowShape): number {
  return kernel_h * Math.ceil((out_h * out_w) / 2);
}

/** A layer that calls the kernel for such weights; it is an instance where it is none of those that all layers share. */
export function gemmCall(
  kernel: string,
  shape: WindowShape | null,
  { names, instances, rows, described }: BuiltWeights,
  list: readonly Argument[],
): LayerSpec {
  const template = `nn_${kernel}`;
  const name = `${template}_${names.weights}${names.form}`;
  return {
    ...kernelCall(name, shape, list, { rows }),
    instances: instances.length === 0 ? [] : [...instances, { name, template, params: names }],
    ...described,
  };
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

export function asItIs(shape: WindowShape): WindowShape {
  return shape;
}

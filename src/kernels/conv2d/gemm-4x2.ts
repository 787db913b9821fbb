import type { KernelInstance } from '../../ir/program.ts';
import { type WindowShape, windowParams } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { gemmFields } from './gemm-fields.ts';
import { type BuiltWeights, type Columns, depthOf, type GemmWeights, gemmWeights } from './gemm-weights.ts';
import { isPlainPointwise } from './layout.ts';

/** What the names of kernels end in, and how weights are read. */
export type Weights = readonly [name: string, of: (columns: Columns) => GemmWeights];
export const S8: Weights = ['s8', gemmWeights];
export const INT4: Weights = ['int4', (columns) => gemmFields(4, columns)];
export const INT2: Weights = ['int2', (columns) => gemmFields(2, columns)];

/** 1x1 without stride: pixels are their own windows. */
export const pointwise4x2S8 = pointwise(S8);
export const pointwise4x2Int4 = pointwise(INT4);
export const pointwise4x2Int2 = pointwise(INT2);

/** Channels in fours, windows widened row by row. */
export const conv2d4x2S8 = inFours(S8);
export const conv2d4x2Int4 = inFours(INT4);
export const conv2d4x2Int2 = inFours(INT2);

function pointwise([name, of]: Weights): Kernel<LinearJob> {
  const weights = of({ wordsOf: ({ shape }) => shape.in_c, overlapShape: asOneImage });
  return {
    id: `pointwise_4x2_${name}`,
    needs: ['dsp'],
    tile: { outputs: 4, pixels: 2, depth: 4 },
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
      return {
        template: 'pointwise_4x2',
        params: {
          ...callOf('pointwise_4x2', built),
          pixels: shape.batch * shape.out_h * shape.out_w,
          in_c: shape.in_c,
          out_c: shape.out_c,
          pairs: lower.scratch(4 * shape.in_c, 'uint32_t'),
        },
        instances: instancesOf('pointwise_4x2', built),
        ...built.described,
      };
    },
  };
}

function inFours([name, of]: Weights): Kernel<LinearJob> {
  const weights = of({ wordsOf: ({ shape }) => depthOf(shape), overlapShape: asItIs });
  return {
    id: `conv2d_4x2_${name}`,
    needs: ['dsp'],
    tile: { outputs: 4, pixels: 2, depth: 4 },
    accepts(job) {
      const { shape } = job;
      if (shape.groups !== 1) return 'it has groups';
      if (shape.batch !== 1) return 'it has several images';
      if (shape.dilation_h !== 1 || shape.dilation_w !== 1) return 'it is dilated';
      return fours(job) ?? weights.accepts(job);
    },
    scratchBytes: (job) => 4 * depthOf(job.shape) + weights.scratchBytes(job),
    overlap: weights.overlap,
    work: (job) => weights.work(job, { rows: job.shape.kernel_h, words: 0, bytes: 0 }),
    tableBytes: weights.tableBytes,
    build(job, lower) {
      const built = weights.build(job, lower);
      const pairs = lower.scratch(4 * depthOf(job.shape), 'uint32_t');
      return {
        template: 'conv2d_4x2',
        params: { ...callOf('conv2d_4x2', built), shape: windowParams(job.shape), pairs },
        instances: instancesOf('conv2d_4x2', built),
        ...built.described,
      };
    },
  };
}

/** Parameters of a layer that calls the kernel. */
export function callOf(kernel: string, { params, names }: BuiltWeights) {
  return { ...params, kernel: `nn_${kernel}_${names.weights}${names.form}` };
}

/** Of the kernel, where it is none of those that all layers share, and of what it calls. */
export function instancesOf(kernel: string, { names, instances }: BuiltWeights): KernelInstance[] {
  if (instances.length === 0) return [];
  const name = `nn_${kernel}_${names.weights}${names.form}`;
  return [...instances, { name, template: `nn_${kernel}`, params: names }];
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

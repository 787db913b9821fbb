import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { windowParams } from '../../ir/window.ts';
import { multipliesByHalves } from '../dsp-limits.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { gemmStream, streamWords } from '../packing/gemm-stream.ts';
import { gemmWork } from '../work.ts';
import { isPlainPointwise, kernelMajor } from './layout.ts';
import { pairOverlap } from './pair-overlap.ts';

/** 1x1 without stride: pixels are their own windows. */
export const pointwise4x2S8: Kernel<LinearJob> = {
  id: 'pointwise_4x2_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 2, depth: 4 },
  accepts(job) {
    const { shape } = job;
    if (!isPlainPointwise(shape) || shape.stride_h !== 1 || shape.stride_w !== 1) return 'it is no 1x1 without stride';
    return fours(job) ?? multipliesByHalves(job, shape.out_c);
  },
  scratchBytes: ({ shape }) => 4 * shape.in_c,
  overlap: ({ shape }) => ({ atLeast: pairOverlap(asOneImage(shape), true) }),
  work: (job) => gemmWork(job, job.shape.in_c, { rows: 0, words: 0, bytes: 0 }),
  tableBytes,
  build(job, lower) {
    const { shape } = job;
    const stream = streamTable(job, lower, shape.in_c);
    return {
      template: 'pointwise_4x2_s8',
      params: {
        pixels: shape.batch * shape.out_h * shape.out_w,
        in_c: shape.in_c,
        out_c: shape.out_c,
        ...stream,
        ...operands(job),
        pairs: lower.scratch(4 * shape.in_c, 'uint32_t'),
      },
      ...described(job),
    };
  },
};

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
    return fours(job) ?? multipliesByHalves(job, shape.out_c);
  },
  scratchBytes: (job) => 4 * depthOf(job),
  overlap: ({ shape }) => ({ atLeast: pairOverlap(shape, true) }),
  work: (job) => gemmWork(job, depthOf(job), { rows: job.shape.kernel_h, words: 0, bytes: 0 }),
  tableBytes,
  build(job, lower) {
    return {
      template: 'conv2d_4x2_s8',
      params: {
        shape: windowParams(job.shape),
        ...streamTable(job, lower, depthOf(job)),
        ...operands(job),
        pairs: lower.scratch(4 * depthOf(job), 'uint32_t'),
      },
      ...described(job),
    };
  },
};

/** Any window: gathered as bytes, then widened. First layers, odd numbers of channels and outputs, groups, dilation. */
export const conv2dPatch4x2S8: Kernel<LinearJob> = {
  id: 'conv2d_patch_4x2_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 2, depth: 4 },
  accepts: (job) => multipliesByHalves(job, job.shape.out_c / job.shape.groups),
  scratchBytes: (job) => patchOf(job).pairBytes + patchOf(job).patchBytes,
  overlap: ({ shape }) => ({ atLeast: pairOverlap(shape, shape.groups === 1) }),
  work(job) {
    const { kernel_h, kernel_w, in_c, groups } = job.shape;
    const [rows, row] = [2 * kernel_h, (kernel_w * in_c) / groups];
    return gemmWork(job, patchOf(job).words, { rows, words: rows * (row >> 2), bytes: rows * (row % 4) });
  },
  tableBytes,
  build(job, lower) {
    const { words, rows, pairBytes, patchBytes } = patchOf(job);
    const table = streamTable(job, lower, words);
    return {
      template: 'conv2d_patch_4x2_s8',
      params: {
        shape: windowParams(job.shape),
        ...table,
        stream: table.stream / job.shape.groups,
        ...operands(job),
        words,
        rows,
        pairs: lower.scratch(pairBytes, 'uint32_t'),
        patch: lower.scratch(patchBytes, 'int8_t'),
      },
      ...described(job),
    };
  },
};

/** Words and bytes of a window's rows that copies written out may have. */
const MOST_COPIES = 48;

/** First layers: windows of few codes, the copies of which are written out. */
export const conv2dNarrow4x2S8: Kernel<LinearJob> = {
  ...conv2dPatch4x2S8,
  id: 'conv2d_narrow_4x2_s8',
  accepts(job) {
    const { groups, batch, dilation_h, dilation_w } = job.shape;
    if (groups !== 1) return 'it has groups';
    if (batch !== 1) return 'it has several images';
    if (dilation_h !== 1 || dilation_w !== 1) return 'it is dilated';
    const { words4, bytes } = copiesOf(job.shape);
    if (words4.length + bytes.length > MOST_COPIES) return `its windows take more than ${MOST_COPIES} copies`;
    return multipliesByHalves(job, job.shape.out_c);
  },
  work(job) {
    const { words4, bytes } = copiesOf(job.shape);
    return gemmWork(job, patchOf(job).words, { rows: 0, words: words4.length, bytes: bytes.length });
  },
  build(job, lower) {
    const { shape } = job;
    const { words, rows, pairBytes, patchBytes } = patchOf(job);
    const [row, pitch] = [shape.kernel_w * shape.in_c, shape.in_w * shape.in_c];
    const instance = `nn_conv2d_narrow_4x2_s8_${shape.kernel_h}x${row}_${pitch}${rows === 0 ? '' : `_${rows}`}`;
    return {
      template: 'conv2d_narrow_4x2_s8',
      params: {
        instance,
        shape: windowParams(shape),
        ...streamTable(job, lower, words),
        ...operands(job),
        pairs: lower.scratch(pairBytes, 'uint32_t'),
        patch: lower.scratch(patchBytes, 'int8_t'),
      },
      instances: [
        {
          name: instance,
          template: 'nn_conv2d_narrow_4x2_s8',
          params: { kernel_h: shape.kernel_h, row, words, rows, ...copiesOf(shape) },
        },
      ],
      ...described(job),
    };
  },
};

type Copy = { readonly from: number; readonly to: number };

/** Copies of the rows of a window inside of the image; only the last row must not be read beyond its end. */
function copiesOf({ kernel_h, kernel_w, in_w, in_c }: LinearJob['shape']): { words4: Copy[]; bytes: Copy[] } {
  const row = kernel_w * in_c;
  const [words4, bytes]: [Copy[], Copy[]] = [[], []];
  for (let ky = 0; ky < kernel_h; ky++) {
    const add = (list: Copy[], i: number) => list.push({ from: ky * in_w * in_c + i, to: ky * row + i });
    const last = ky === kernel_h - 1;
    for (let i = 0; i < row; i += 4) {
      if (i + 4 <= row || !last) add(words4, i);
      else if (row >= 4) add(words4, row - 4);
      else for (let k = i; k < row; k++) add(bytes, k);
    }
  }
  return { words4, bytes };
}

/** Null, or what is no multiple of four. */
function fours({ shape }: LinearJob): string | null {
  if (shape.in_c % 4 !== 0) return 'its input channels are no multiple of four';
  return shape.out_c % 4 === 0 ? null : 'its outputs are no multiple of four';
}

function depthOf({ shape }: LinearJob): number {
  return shape.kernel_h * shape.kernel_w * (shape.in_c / shape.groups);
}

/** Widened words of both windows, rows of a group where they must be rounded up, and memory for them. */
function patchOf(job: LinearJob) {
  const words = 4 * Math.ceil(depthOf(job) / 4);
  const outputs = job.shape.out_c / job.shape.groups;
  const rows = outputs % 4 === 0 ? 0 : 4 * Math.ceil(outputs / 4);
  return { words, rows, pairBytes: 4 * words, patchBytes: 2 * words + 8 + 2 * rows };
}

/** The streams of all groups, one after the other. */
function streamTable(job: LinearJob, lower: LowerBuilder, depth: number): { w: string; stream: number } {
  const { shape, name } = job;
  const codes = kernelMajor(job.weights).data as Codes;
  const used = depthOf(job);
  const rows = shape.out_c / shape.groups;
  const length = streamWords(rows, depth);
  const stream = new Uint32Array(shape.groups * length);
  for (let g = 0; g < shape.groups; g++) {
    const first = g * rows;
    const group = {
      rows,
      depth,
      weight: (row: number, column: number) => (column < used ? codes[(first + row) * used + column] : 0),
      bias: job.bias.subarray(first, first + rows),
      multiplier: job.multiplier.subarray(first, first + rows),
    };
    stream.set(gemmStream(group), g * length);
  }
  const comment = `int8 weights [out / 4][kernel][in] of ${name} as halves 256 * w1 + w0, with bias and multipliers`;
  return {
    w: lower.table('weights', 'u32', stream, 'weights', comment, 8 * 4 * Math.ceil(rows / 4) * shape.groups),
    stream: stream.length,
  };
}

function tableBytes({ weights, bias }: LinearJob): number {
  return weights.data.length + 8 * bias.length;
}

/** A pointwise layer does not see where images end. */
function asOneImage(shape: LinearJob['shape']): LinearJob['shape'] {
  const pixels = shape.batch * shape.out_h * shape.out_w;
  return { ...shape, batch: 1, in_h: 1, out_h: 1, in_w: pixels, out_w: pixels };
}

function operands({ x, y, inputZeroPoint, zeroPoint }: LinearJob) {
  return { x: x.name, y: y.name, input_zero_point: inputZeroPoint, zero_point: zeroPoint + 128 };
}

function described({ macs, summary }: LinearJob) {
  return { macs, summary, reading: 'bytes' as const };
}

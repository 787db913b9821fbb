import type { LowerBuilder } from '../../ir/lowering.ts';
import { type WindowShape, windowOverlap } from '../../ir/window.ts';
import { isPlainPointwise, kernelMajor } from '../conv2d/layout.ts';
import { denseOverlap } from '../dense/overlap.ts';
import type { Kernel } from '../kernel.ts';
import { blockBytes, numberTable } from '../packing/number-stream.ts';
import { clippedLayer, clipWork } from './clipped.ts';
import type { FloatJob } from './float-job.ts';
import { sumOfCalls } from './window-calls.ts';

/** Outputs and windows of a block. */
const FOUR = 4;
const FOURS = { size: FOUR, of: 'out', order: '[kernel][in]' };

/** What both kernels have. */
const BLOCKS = {
  needs: ['fpu'],
  tile: { outputs: FOUR, pixels: FOUR, depth: 3 },
  tableBytes: ({ shape, weights }: FloatJob) => blockBytes(shape.out_c, weights.data.length / shape.out_c, FOUR),
} as const;

/** Windows that are read where the input lies: four side by side, one at borders. */
export const conv2d4x4F32: Kernel<FloatJob> = {
  ...BLOCKS,
  id: 'conv2d_4x4_f32',
  adds: true,
  accepts({ shape, bias, addend }) {
    if (bias === 'computed') return 'its bias is computed';
    if (addend && shape.out_c % FOUR !== 0) return 'it adds to outputs that are not in fours';
    if (shape.groups !== 1) return 'it has groups';
    return shape.dilation_w === 1 || 'its columns are dilated';
  },
  scratchBytes: () => 0,
  // Fours begin at any pixel.
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 4, 4) + 4 * (FOUR - 1) * shape.out_c }),
  work: (job) => ({ instructions: windowsInstructions(job.shape) + sumWork(job) + clipWork(job) }),
  build(job, lower) {
    const addend = job.addend?.name ?? { addend: 'NULL' };
    const list = [job.x.name, tableOf(job, lower), addend, job.y.name];
    return clippedLayer('nn_conv2d_4x4_f32', job, job.shape, list);
  },
};

/** Dense layers, and 1x1 windows that are the pixels themselves: rows, of which four are copied before their place is written. */
export const dense4x4F32: Kernel<FloatJob> = {
  ...BLOCKS,
  id: 'dense_4x4_f32',
  accepts({ shape, bias }) {
    if (bias === 'computed') return 'its bias is computed';
    const plain = isPlainPointwise(shape) && shape.stride_h === 1 && shape.stride_w === 1;
    return plain || 'its windows are no rows of the input';
  },
  scratchBytes: ({ shape }) => (pixelsOf(shape) > 1 ? 4 * FOUR * shape.in_c : 0),
  overlap: ({ shape }) => ({ atLeast: rowsOverlap(shape) }),
  work(job) {
    const { in_c, out_c } = job.shape;
    const rows = pixelsOf(job.shape);
    const fours = Math.floor(rows / FOUR);
    const copies = rows > 1 ? rows * in_c * 0.7 : 0;
    const blocks = fours * (70 + fourWindows(out_c, 1, in_c)) + (rows % FOUR) * (60 + oneWindow(out_c, 1, in_c));
    return { instructions: 60 + copies + blocks + clipWork(job) };
  },
  build(job, lower) {
    const { shape, x, y } = job;
    const bytes = this.scratchBytes(job);
    const sizes = { rows: pixelsOf(shape), inputs: shape.in_c, outputs: shape.out_c };
    const copy = bytes > 0 ? lower.scratch(bytes, 'float') : 'NULL';
    return clippedLayer('nn_dense_4x4_f32', job, null, [sizes, x.name, tableOf(job, lower), copy, y.name]);
  },
};

/** Rows are written when they and those of their four have been copied; a single one while it is read. */
function rowsOverlap(shape: WindowShape): number {
  const rows = pixelsOf(shape);
  if (rows === 1) return denseOverlap(1, 4 * shape.in_c, 4 * shape.out_c);
  return Math.max(0, 4 * (rows - 1) * (shape.out_c - shape.in_c));
}

function pixelsOf({ batch, out_h, out_w }: WindowShape): number {
  return batch * out_h * out_w;
}

function tableOf(job: FloatJob, lower: LowerBuilder): string {
  return numberTable(job, lower, kernelMajor(job.weights).data as Float32Array, FOURS);
}

function windowsInstructions(s: WindowShape): number {
  const ofCalls = sumOfCalls(s, FOUR, ({ windows, rows, run }) =>
    windows === FOUR ? 100 + fourWindows(s.out_c, rows, run) : 90 + oneWindow(s.out_c, rows, run),
  );
  return 60 + 30 * s.batch * s.out_h + ofCalls;
}

function fourWindows(outputs: number, rows: number, run: number): number {
  return 25 + Math.ceil(outputs / FOUR) * (23 + rows * (10 + 54 * Math.floor(run / 3) + 23 * (run % 3)));
}

function oneWindow(outputs: number, rows: number, run: number): number {
  return 25 + Math.ceil(outputs / FOUR) * (17 + rows * (10 + 19 * Math.floor(run / 4) + 8 * (run % 4)));
}

function sumWork({ addend, shape }: FloatJob): number {
  return addend ? 1.7 * pixelsOf(shape) * shape.out_c : 0;
}

import type { LayerSpec, Operand } from '../../ir/lowering.ts';
import type { RequantizationForm } from '../../ir/program.ts';
import { elementBytes } from '../../ir/tensor.ts';
import { type WindowShape, windowOverlap, windowParams } from '../../ir/window.ts';
import type { CodeRange } from '../../quant/affine.ts';
import { inBands } from '../bands.ts';
import type { Job, Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { thenClamped } from '../then-clamped.ts';
import { addsRatherThanMultiplies } from '../weights/adds.ts';
import { poolWork } from '../work.ts';

export interface PoolJob extends Job {
  readonly x: Operand;
  readonly y: Operand;
  readonly shape: WindowShape;
  readonly zeroPoint: number;
  readonly clamp: CodeRange;
  readonly summary: string;
}

export interface AveragePoolJob extends PoolJob {
  readonly inputZeroPoint: number;
  /** Numbers of cells that windows hold, ascending, and the multiplier of each. */
  readonly counts: readonly number[];
  readonly multiplier: Int32Array;
  /** Whether padding is counted, and up to which row and column, exclusive. */
  readonly extent: { readonly include_pad: number; readonly count_h: number; readonly count_w: number };
  readonly leftShift: number;
  readonly form?: RequantizationForm;
  readonly tieParity?: 0 | 1;
}

/** Sums of two channels in one register: at most 255 cells of at most 128 fit 16 bits. */
export const MOST_CELLS = 255;

/** Channels in fours, two to an instruction. */
export const averagePool4S8: Kernel<AveragePoolJob> = {
  id: 'averagepool4_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 1, depth: 1 },
  accepts: (job) => insideOfOne(job) ?? fours(job),
  scratchBytes: () => 0,
  overlap: poolOverlap,
  work({ shape, form }) {
    const work = poolWork(shape);
    return form === undefined ? work : { ...work, [`rounds ${form} by ones`]: work.outputs };
  },
  tableBytes: () => 0,
  build: (job) => buildAverage('averagepool4_s8', job, job.inputZeroPoint),
};

/** Codes of 4 bits, channels in eights: up to 16 cells are added in the bytes of two words. */
export const averagePool8A4: Kernel<AveragePoolJob> = {
  ...averagePool4S8,
  id: 'averagepool8_a4',
  tile: { outputs: 8, pixels: 1, depth: 1 },
  accepts(job) {
    if (!job.x.packed) return 'its input has no codes of 4 bits';
    return insideOfOne(job) ?? (job.shape.in_c % 8 === 0 || 'its channels are no multiple of eight');
  },
  build: (job) => buildAverage('averagepool8_a4', job, job.inputZeroPoint + 8),
};

/** Null, or why windows do not lie inside of one image with sums of 16 bits. */
function insideOfOne({ shape, counts }: AveragePoolJob): string | null {
  if (shape.batch !== 1) return 'it has several images';
  if (counts.length !== 1 || !isInside(shape)) return 'its windows lie over borders';
  return shape.kernel_h * shape.kernel_w > MOST_CELLS ? `its windows have more than ${MOST_CELLS} cells` : null;
}

function buildAverage(template: string, job: AveragePoolJob, less: number): LayerSpec {
  const { shape, counts, multiplier, leftShift, zeroPoint, clamp, y } = job;
  // A window as wide as the image is one run of cells.
  const flat = shape.kernel_w === shape.in_w && shape.dilation_h === 1 && shape.dilation_w === 1;
  const cells = flat ? { ...shape, kernel_h: 1, kernel_w: counts[0] } : shape;
  const numbers = { multiplier: multiplier[0], left_shift: leftShift, zero_point: zeroPoint, ...clamp };
  return poolLayer(
    template,
    { ...job, shape: cells },
    { offset: counts[0] * less, ...numbers, y_packed: y.packed ? 1 : 0 },
  );
}

/** Four channels at a time, the larger of each by SSUB8 and SEL. */
const maxPool4: Kernel<PoolJob> = {
  id: 'maxpool4_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 1, depth: 1 },
  accepts(job) {
    if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
    return job.shape.in_c >= 4 || 'it has fewer than four channels';
  },
  scratchBytes: () => 0,
  overlap: poolOverlap,
  work: ({ shape }) => poolWork(shape),
  tableBytes: () => 0,
  build: ({ shape, x, y, summary }) => ({ ...kernelCall('nn_maxpool4_s8', shape, [x.name, y.name]), summary }),
};

export const [maxPool4S8] = thenClamped([maxPool4]);

/** The same for packed codes. */
export const maxPool4A4 = ofPackedCodes(maxPool4S8);

/** The lowest code outside of the image counts no more than nothing does. */
export function ofPackedCodes(kernel: Kernel<PoolJob>): Kernel<PoolJob> {
  return inBands(kernel, {
    padding: () => -128,
    // Channels are alike, and those of the result are in the order of the input's.
    eights: ({ shape }) => ({ x: shape.in_c % 8 === 0, y: shape.in_c % 8 === 0 }),
    reorder: (job) => job,
  });
}

function fours({ shape, x, y }: PoolJob): true | string {
  if (x.packed || y.packed) return 'its input or output has codes of 4 bits';
  return shape.in_c % 4 === 0 || 'its channels are no multiple of four';
}

/** No window reaches over a border. */
function isInside(s: WindowShape): boolean {
  const last = (out: number, stride: number, kernel: number, dilation: number) =>
    (out - 1) * stride + (kernel - 1) * dilation;
  return (
    s.pad_top === 0 &&
    s.pad_left === 0 &&
    last(s.out_h, s.stride_h, s.kernel_h, s.dilation_h) < s.in_h &&
    last(s.out_w, s.stride_w, s.kernel_w, s.dilation_w) < s.in_w
  );
}

export function poolOverlap({ shape, x, y }: PoolJob) {
  return { atLeast: windowOverlap(shape, elementBytes(x.type), elementBytes(y.type)) };
}

function poolLayer(template: string, { shape, x, y, summary }: PoolJob, params: LayerSpec['params']): LayerSpec {
  return { template, params: { shape: windowParams(shape), x: x.name, y: y.name, ...params }, summary };
}

/** True, or why a layer is not computed by additions. */
export function acceptsPoolAdds(job: PoolJob): true | string {
  if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
  return addsRatherThanMultiplies(job) || 'a multiplication costs no more than an addition on this core';
}

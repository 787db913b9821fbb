import type { Work } from '../../ir/program.ts';
import type { WindowShape } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { thenClamped } from '../then-clamped.ts';
import { poolWork } from '../work.ts';
import { type AveragePoolJob, MOST_CELLS, ofPackedCodes, type PoolJob, poolOverlap } from './pool4.ts';

const LANES = 16;

/** 16 channels at a time, windows over borders too, each with the multiplier of its number of cells. */
const averagePool: Kernel<AveragePoolJob> = {
  id: 'averagepool_helium_s8',
  needs: ['mve'],
  tile: { outputs: LANES, pixels: 1, depth: 1 },
  accepts(job) {
    const { shape, form } = job;
    if (form !== undefined) return 'it is requantized as a quantized file says';
    const cells = Math.min(shape.kernel_h, shape.in_h) * Math.min(shape.kernel_w, shape.in_w);
    if (cells > MOST_CELLS) return `its windows have more than ${MOST_CELLS} cells`;
    return takesCodes(job);
  },
  scratchBytes: () => 0,
  overlap: poolOverlap,
  work: ({ shape }) => vectorWork(shape),
  tableBytes: ({ counts }) => 4 * (spread(counts) + 1),
  build(job, lower) {
    const { shape, counts, multiplier, inputZeroPoint, leftShift, zeroPoint, extent, x, y, summary, name } = job;
    const byCount = new Int32Array(spread(counts) + 1);
    counts.forEach((count, i) => {
      byCount[count - counts[0]] = multiplier[i];
    });
    return {
      ...kernelCall('nn_averagepool_helium_s8', shape, [
        { 'padding counts': extent.include_pad, 'to row': extent.count_h, 'to column': extent.count_w },
        x.name,
        { 'input zero point': inputZeroPoint },
        lower.table('multiplier', 'i32', byCount, 'parameters', `scale by number of cells, of ${name}`),
        { 'fewest cells': counts[0], 'left shift': leftShift, 'zero point': zeroPoint },
        y.name,
      ]),
      summary,
    };
  },
};

/** 16 channels at a time. */
const maxPool: Kernel<PoolJob> = {
  id: 'maxpool_helium_s8',
  needs: ['mve'],
  tile: { outputs: LANES, pixels: 1, depth: 1 },
  accepts: takesCodes,
  scratchBytes: () => 0,
  overlap: poolOverlap,
  work: ({ shape }) => vectorWork(shape),
  tableBytes: () => 0,
  build: ({ shape, x, y, summary }) => ({ ...kernelCall('nn_maxpool_helium_s8', shape, [x.name, y.name]), summary }),
};

export const [averagePoolHeliumS8] = thenClamped([averagePool]);
export const [maxPoolHeliumS8] = thenClamped([maxPool]);
export const maxPoolHeliumA4 = ofPackedCodes(maxPoolHeliumS8);

function takesCodes({ x, y, shape }: PoolJob): true | string {
  if (x.packed || y.packed) return 'its input or output has codes of 4 bits';
  return everyWindowHasCells(shape) || 'a window lies outside of the image';
}
/** Maybe not where the output is rounded up beyond the padding. */
function everyWindowHasCells(s: WindowShape): boolean {
  return (
    along(s.out_h, s.stride_h, s.pad_top, s.kernel_h, s.dilation_h, s.in_h) &&
    along(s.out_w, s.stride_w, s.pad_left, s.kernel_w, s.dilation_w, s.in_w)
  );
  function along(out: number, stride: number, pad: number, kernel: number, dilation: number, size: number): boolean {
    return range(out).every((o) =>
      range(kernel).some((k) => {
        const i = o * stride - pad + k * dilation;
        return i >= 0 && i < size;
      }),
    );
  }
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Of a list in ascending order. */
function spread(counts: readonly number[]): number {
  return (counts.at(-1) ?? 0) - (counts[0] ?? 0);
}

/** By 16 channels of a result and of a cell. */
function vectorWork(shape: WindowShape): Work {
  const { pixels = 0, rows = 0, cells = 0 } = poolWork(shape);
  const each = Math.ceil(shape.in_c / LANES);
  return {
    layer: 1,
    pixels,
    blocks: pixels * each,
    rows: (rows * each) / shape.in_c,
    vectors: (cells * each) / shape.in_c,
  };
}

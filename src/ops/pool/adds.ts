import type { Kernel } from '../../kernels/kernel.ts';
import { type AveragePoolJob, acceptsPoolAdds, type PoolJob, poolOverlap } from '../../kernels/pool/pool4.ts';
import { stepParams } from '../../kernels/weights/adds.ts';
import { poolWork } from '../../kernels/work.ts';
import { shiftRequantization } from '../../quant/shift-requantize.ts';

/** The codes' maximum, with addresses by additions. */
export const maxPoolAdds: Kernel<PoolJob> = {
  id: 'maxpool2d_adds',
  needs: [],
  tile: null,
  avoidsMultiplication: true,
  accepts: acceptsPoolAdds,
  scratchBytes: () => 0,
  overlap: poolOverlap,
  work: ({ shape }) => poolWork(shape),
  tableBytes: () => 0,
  build: ({ shape, x, y, clamp, summary }) => ({
    template: 'maxpool2d_adds',
    params: { steps: stepParams(shape), x: x.name, y: y.name, ...clamp },
    summary,
  }),
};

/** A mean by additions: a shift where scales and counts are powers of two, else one addition for each bit of the sum. */
export const averagePoolAdds: Kernel<AveragePoolJob> = {
  ...maxPoolAdds,
  id: 'averagepool2d_adds',
  build(job, lower) {
    const { shape, x, y, counts, multiplier, leftShift, zeroPoint, clamp, summary } = job;
    const most = 255 * Math.max(...counts);
    const sums = { min: -most, max: most };
    const shifts = shiftRequantization(job, new Int32Array(counts.length), sums);
    const byCount = <T extends Uint8Array | Int32Array>(table: T, values: T): T => {
      counts.forEach((count, i) => {
        table[count] = values[i];
      });
      return table;
    };
    const size = Math.max(...counts) + 1;
    const shift = shifts?.left === 0 ? byCount(new Uint8Array(size), shifts.shift) : null;
    const scales = byCount(new Int32Array(size), multiplier);
    const comment = `by number of cells, of ${job.name}`;
    return {
      template: 'averagepool2d_adds',
      params: {
        steps: stepParams(shape),
        x: x.name,
        y: y.name,
        ...job.extent,
        input_zero_point: job.inputZeroPoint,
        shift: shift ? lower.table('shift', 'u8', shift, 'parameters', `right shift ${comment}`) : 'NULL',
        multiplier: shift ? 'NULL' : lower.table('multiplier', 'i32', scales, 'parameters', `scale ${comment}`),
        left_shift: leftShift,
        zero_point: zeroPoint,
        ...clamp,
      },
      summary,
      readsFlash: true,
    };
  },
};

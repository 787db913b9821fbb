import type { Work } from '../../ir/program.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { type WindowShape, windowParams, windowTitle } from '../../ir/window.ts';
import { lowerWith } from '../../kernels/choose.ts';
import type { Kernel } from '../../kernels/kernel.ts';
import { averagePoolHeliumS8, maxPoolHeliumA4, maxPoolHeliumS8 } from '../../kernels/pool/helium.ts';
import {
  type AveragePoolJob,
  averagePool4S8,
  averagePool8A4,
  maxPool4A4,
  maxPool4S8,
  type PoolJob,
  poolOverlap,
} from '../../kernels/pool/pool4.ts';
import { poolWork } from '../../kernels/work.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { averagePoolAdds, maxPoolAdds } from './adds.ts';
import { scalesOfCells } from './cells.ts';
import { paddedExtent } from './float.ts';

/** The code order is the order of the real numbers, so the maximum of codes is the code of the maximum. */
export function lowerMaxPoolS8(node: Node, lower: LowerBuilder, shape: WindowShape): void {
  const wide = hasWideCodes(lower.graph, node);
  const access = wide ? { wide } : { packed: true };
  const x = lower.read(0, 'channels-last', access);
  const y = lower.write(0, 'channels-last', access);
  if (wide) return lowerWith(poolJob(node, lower, shape, x, y), [maxPoolS16], lower);
  if (x.packed !== y.packed) return lower.refuse('its input and output must have codes of one width');
  lowerWith(
    poolJob(node, lower, shape, x, y),
    [maxPoolAdds, maxPoolHeliumS8, maxPool4S8, maxPoolHeliumA4, maxPool4A4, portableMaxPool],
    lower,
  );
}

function poolJob(node: Node, lower: LowerBuilder, shape: WindowShape, x: Operand, y: Operand): PoolJob {
  const quant = quantOf(lower.graph, node.outputs[0]);
  return {
    name: node.name,
    features: lower.features,
    reads: [x],
    x,
    y,
    shape,
    zeroPoint: zeroPointOf(quant),
    clamp: clampCodes(node, quant),
    summary: windowTitle(node.op, { ...shape, groups: 1 }),
  };
}

const portableMaxPool: Kernel<PoolJob> = {
  id: 'maxpool2d_s8',
  needs: [],
  tile: null,
  accepts: () => true,
  scratchBytes: () => 0,
  overlap: poolOverlap,
  work: portableWork,
  tableBytes: () => 0,
  build: ({ x, y, shape, clamp, summary }) => ({
    template: x.packed ? 'maxpool2d_s4' : 'maxpool2d_s8',
    params: { shape: windowParams(shape), x: x.name, y: y.name, ...clamp },
    summary,
  }),
};

/** Packed codes are found one by one. */
function portableWork({ x, y, shape }: PoolJob): Work {
  const work = poolWork(shape);
  return x.packed || y.packed ? { ...work, 'finds codes': work.cells } : work;
}

/** Sum of (x - zero point) over the window, then one multiply by scale / count. */
export function lowerAveragePoolS8(node: Node, lower: LowerBuilder, shape: WindowShape, includePad: number): void {
  const wide = hasWideCodes(lower.graph, node);
  const access = wide ? { wide } : { packed: true };
  const x = lower.read(0, 'channels-last', access);
  const y = lower.write(0, 'channels-last', access);
  const extent = paddedExtent(node, shape, includePad);
  const { rows: _, columns: __, ...scales } = averageScales(lower.graph, node, shape, extent);
  lower.requantizes(scales.form);
  const plain = poolJob(node, lower, shape, x, y);
  const job: AveragePoolJob = {
    ...plain,
    ...scales,
    extent,
    zeroPoint: zeroPointField(scales, plain.zeroPoint),
    inputZeroPoint: zeroPointOf(quantOf(lower.graph, node.inputs[0])),
  };
  if (wide) return lowerWith(job, [averagePoolS16], lower);
  lowerWith(job, [averagePoolAdds, averagePoolHeliumS8, averagePool4S8, averagePool8A4, portableAveragePool], lower);
}

const maxPoolS16: Kernel<PoolJob> = {
  ...portableMaxPool,
  id: 'maxpool2d_s16',
  build: ({ x, y, shape, clamp, summary }) => ({
    template: 'maxpool2d_s16',
    params: { shape: windowParams(shape), x: x.name, y: y.name, ...clamp },
    summary,
  }),
};

const portableAveragePool: Kernel<AveragePoolJob> = {
  id: 'averagepool2d_s8',
  needs: [],
  tile: null,
  accepts: () => true,
  scratchBytes: () => 0,
  overlap: poolOverlap,
  work: portableWork,
  tableBytes: () => 0,
  build(job, lower) {
    const { x, y, shape, counts, multiplier, leftShift, zeroPoint, clamp } = job;
    const packed = x.packed || y.packed;
    const even = counts.length === 1 && !packed;
    return {
      template: packed ? 'averagepool2d_a4' : even ? 'averagepool2d_even_s8' : 'averagepool2d_s8',
      params: {
        shape: windowParams(shape),
        x: x.name,
        y: y.name,
        ...(packed && { x_packed: x.packed ? 1 : 0, y_packed: y.packed ? 1 : 0 }),
        ...job.extent,
        input_zero_point: job.inputZeroPoint,
        multiplier: even ? multiplier[0] : multipliersByCount(job, lower),
        left_shift: leftShift,
        zero_point: zeroPoint,
        ...clamp,
      },
      summary: job.summary,
    };
  },
};

function multipliersByCount({ counts, multiplier, name }: AveragePoolJob, lower: LowerBuilder): string {
  const byCount = new Int32Array(Math.max(...counts) + 1);
  counts.forEach((count, i) => {
    byCount[count] = multiplier[i];
  });
  return lower.table('multiplier', 'i32', byCount, 'parameters', `scale by number of cells, of ${name}`);
}

const averagePoolS16: Kernel<AveragePoolJob> = {
  ...portableAveragePool,
  id: 'averagepool2d_s16',
  build(job, lower) {
    return {
      template: 'averagepool2d_s16',
      params: {
        shape: windowParams(job.shape),
        x: job.x.name,
        y: job.y.name,
        ...job.extent,
        input_zero_point: job.inputZeroPoint,
        multiplier: multipliersByCount(job, lower),
        left_shift: job.leftShift,
        zero_point: job.zeroPoint,
        ...job.clamp,
      },
      summary: job.summary,
    };
  },
};

/** The numbers of cells that windows of this layer hold, ascending, and the multiplier of each. */
export function averageScales(
  graph: Graph,
  node: Node,
  shape: WindowShape,
  extent: { count_h: number; count_w: number; include_pad: number },
) {
  const along = (
    out: number,
    stride: number,
    pad: number,
    kernel: number,
    dilation: number,
    size: number,
    end: number,
  ) =>
    Array.from({ length: out }, (_, o) => {
      let cells = 0;
      for (let k = 0; k < kernel; k++) {
        const i = o * stride - pad + k * dilation;
        if (extent.include_pad !== 0 ? i < end : i >= 0 && i < size) cells++;
      }
      return cells;
    });
  const rows = along(
    shape.out_h,
    shape.stride_h,
    shape.pad_top,
    shape.kernel_h,
    shape.dilation_h,
    shape.in_h,
    extent.count_h,
  );
  const columns = along(
    shape.out_w,
    shape.stride_w,
    shape.pad_left,
    shape.kernel_w,
    shape.dilation_w,
    shape.in_w,
    extent.count_w,
  );
  return { ...scalesOfCells(graph, node, [rows, columns]), rows, columns };
}

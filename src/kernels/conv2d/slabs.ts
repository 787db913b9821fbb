import { permuted } from '../../ir/permute.ts';
import { elementBytes, isWide } from '../../ir/tensor.ts';
import type { Tensor } from '../../ir/types.ts';
import type { WindowShape } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { oncePerJob } from '../once-per-job.ts';

/** The axis of a volume that images do not have. */
export interface DepthAxis {
  readonly size: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
}

/**
 * A 3-D convolution: for each slice of the output the slices of the input that it depends on are gathered as the channels of one
 * image, the slab, of which a 2-D kernel computes the slice.
 */
export interface SlabJob extends LinearJob {
  /** Of the slab and of a slice of the output. */
  readonly shape: WindowShape;
  readonly depth: DepthAxis;
  readonly volumes: number;
}

/** [out][in][depth]... -> [out][depth][in]..., the order of a slab's channels. */
export function slabWeights(weights: Tensor): Tensor {
  const [out, inputs, depth, ...kernel] = weights.shape as [number, number, number, ...number[]];
  const turned = permuted(weights, [0, 2, 1, ...kernel.map((_, i) => i + 3)]);
  return { ...turned, shape: [out, depth * inputs, ...kernel] };
}

/** A kernel of images for volumes. */
export function inSlabs(kernel: Kernel<LinearJob>): Kernel<SlabJob> {
  const inner = oncePerJob((job: SlabJob) => sliceJob(job, 'slab', 'slice'));
  return {
    ...kernel,
    accepts: (job) => kernel.accepts(inner(job)),
    scratchBytes: (job) => slabBytes(job) + kernel.scratchBytes(inner(job)),
    // The slices below are read again.
    overlap: () => null,
    work(job) {
      const slices = job.volumes * job.depth.outputs;
      const each = Object.entries(kernel.work(inner(job))).map(([part, count]) => [part, count * slices]);
      return Object.fromEntries(each);
    },
    tableBytes: (job) => kernel.tableBytes(inner(job)),
    build(job, lower) {
      const { shape, depth, volumes } = job;
      const room = lower.scratch(slabBytes(job), job.x.ctype);
      const built = kernel.build(sliceJob(job, room, 'slice'), lower);
      const slab = {
        x: job.x.name,
        y: job.y.name,
        ctype: job.y.ctype,
        kernel: isWide(job.x.type) ? 'nn_slab_s16' : 'nn_slab_s8',
        room,
        volumes,
        slices: depth.outputs,
        volume: depth.size * shape.in_h * shape.in_w * (shape.in_c / depth.kernel),
        slice: shape.out_h * shape.out_w * shape.out_c,
        size: depth.size,
        pixels: shape.in_h * shape.in_w,
        channels: shape.in_c / depth.kernel,
        groups: shape.groups,
        taps: depth.kernel,
        dilation: depth.dilation,
        stride: depth.stride,
        begin: depth.begin,
        padding: job.inputZeroPoint,
      };
      return {
        ...built,
        template: 'slabs',
        params: { ...built.params, layer: built.template, slab },
        macs: job.macs,
        summary: job.summary,
      };
    },
  };
}

function slabBytes({ shape, x }: SlabJob): number {
  return shape.in_h * shape.in_w * shape.in_c * elementBytes(x.type);
}

/** One slice, as an image. */
function sliceJob(job: SlabJob, x: string, y: string): LinearJob {
  return {
    ...job,
    x: { ...job.x, name: x },
    y: { ...job.y, name: y },
    macs: job.macs / (job.volumes * job.depth.outputs),
  };
}

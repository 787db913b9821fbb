import type { Kernel } from './kernel.ts';
import { oncePerJob } from './once-per-job.ts';
import { asBytes, type CodesJob, packedOrNot } from './packed-codes.ts';

/**
 * A kernel of bytes that treats every channel alike, for codes that lie two to a byte: an image of four channels is unpacked after
 * the other.
 */
export function inFours<J extends CodesJob>(kernel: Kernel<J>): Kernel<J> {
  const foursJob = (job: J, x: string, y: string): J => {
    const bytes = asBytes(job);
    const shape = { ...job.shape, in_c: 4, out_c: 4 };
    return { ...bytes, shape, x: { ...bytes.x, name: x }, y: { ...bytes.y, name: y } };
  };
  const inner = oncePerJob((job: J) => foursJob(job, 'room', 'codes'));
  return {
    ...kernel,
    id: `${kernel.id}_a4`,
    pricedAs: kernel.id,
    accepts(job) {
      const reason = packedOrNot(job);
      if (reason !== null) return reason;
      if (job.shape.batch !== 1) return 'it has several images';
      if (job.shape.in_c % 4 !== 0) return 'its channels are no multiple of four';
      return kernel.accepts(inner(job));
    },
    scratchBytes: (job) => pixelsOf(job).bytes + kernel.scratchBytes(inner(job)),
    overlap: () => null,
    work(job) {
      const { pixels, results } = pixelsOf(job);
      const each = Object.entries(kernel.work(inner(job))).map(([part, count]) => [part, (count * job.shape.in_c) / 4]);
      const codes = { 'loads codes': pixels * job.shape.in_c, 'stores codes': results * job.shape.in_c };
      return { ...Object.fromEntries(each), ...codes };
    },
    build(job, lower) {
      const { pixels, results } = pixelsOf(job);
      const room = lower.scratch(4 * pixels, 'int8_t');
      const codes = lower.scratch(4 * results, 'int8_t');
      const built = kernel.build(foursJob(job, room, codes), lower);
      const fours = {
        channels: job.shape.in_c,
        x: job.x.name,
        x_packed: job.x.packed ? 1 : 0,
        pixels,
        room,
        results,
        codes,
        ...job.clamp,
        y: job.y.name,
        y_packed: job.y.packed ? 1 : 0,
      };
      return { ...built, template: 'fours', params: { ...built.params, layer: built.template, fours } };
    },
  };
}

function pixelsOf({ shape }: CodesJob) {
  const [pixels, results] = [shape.in_h * shape.in_w, shape.out_h * shape.out_w];
  return { pixels, results, bytes: 4 * (pixels + results) };
}

import { type Codes, findFormat, type StoredWeights, storedBytes } from '../../formats/index.ts';
import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import type { Work } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import { requantizesByFours } from '../dsp-limits.ts';
import { type LinearJob, withoutShift } from '../linear-job.ts';
import { plansOf } from '../once-per-job.ts';
import { depthwiseStream, tapsInFours } from '../packing/depthwise-stream.ts';
import { biasTables } from '../weights/bias-tables.ts';
import { packedParams } from '../weights/read-weights.ts';

// The stream of nn_depthwise3x3_pixel_s8: a table, or unpacked before the kernel starts.

/** True, or why weights and results are not what the kernels take. */
export function acceptsStream(job: LinearJob): true | string {
  const plain = withoutShift(job);
  const able = requantizesByFours(plain);
  return able === true ? (packed.refusal(plain) ?? true) : able;
}

export function streamScratchBytes(job: LinearJob): number {
  return packed.of(withoutShift(job)) === null ? 0 : 17 * job.shape.out_c;
}

/** Of unpacking. */
export function streamWork(job: LinearJob): Work {
  const plain = withoutShift(job);
  return packed.of(plain) === null ? {} : { [`unpack ${decoderOf(plain)}`]: 9 * job.shape.out_c };
}

export function streamTableBytes(job: LinearJob): number {
  const stored = packed.of(withoutShift(job));
  return stored === null ? 17 * job.shape.out_c : storedBytes(stored) + 8 * job.shape.out_c;
}

/** Template parameters and kernels of a layer. */
export function buildStream(shifted: LinearJob, lower: LowerBuilder) {
  const job = withoutShift(shifted);
  const { weights, bias, multiplier, name, shape } = job;
  const stored = packed.of(job);
  const operands = { x: job.x.name, y: job.y.name, input_zero_point: job.inputZeroPoint };
  const about = { macs: job.macs, summary: job.summary };
  if (stored === null) {
    const comment = `int8 weights [out / 4][kernel][4] of ${name}, with bias and multipliers`;
    const stream = depthwiseStream(weights.data as Codes, bias, multiplier);
    const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * bias.length);
    const reading: LayerSpec['reading'] = 'bytes';
    return { params: { ...operands, packed: null, w }, about: { ...about, reading } };
  }
  const unpack = decoderOf(job);
  const order = { rows: shape.out_c, perGroup: shape.out_c, depth: 9 };
  const comment = `${job.format} weights [out / 4][kernel][4] of ${name}`;
  const table = packedParams(lower, stored, unpack, comment, { kind: 's8', order });
  const reading: LayerSpec['reading'] = 'whole';
  return {
    params: {
      ...operands,
      packed: {
        ...(table as object),
        rows: shape.out_c,
        shift: job.folded ?? 0,
        ...biasTables(job, lower),
      },
      w: lower.scratch(17 * shape.out_c, 'uint32_t'),
    },
    about: { ...about, reading },
  };
}

/** The weights as one run; null for plain codes. */
const packed = plansOf((job: LinearJob): StoredWeights | string | null => {
  const format = job.format === null ? null : findFormat(job.format);
  if (format === null || format.unpack === null) return null;
  const by = 2 ** (job.folded ?? 0);
  const codes = tapsInFours(job.weights.data as Codes).map((code) => code / by);
  const reason = format.refuse(codes);
  if (reason !== null) return `its weights cannot be stored as ${format.name}: ${reason}`;
  const stored = format.encode(codes, [codes.length]);
  return stored.kinds.length > 0 ? `its weights are ${format.name}, each channel by itself` : stored;
});

function decoderOf({ format }: LinearJob): string {
  return must(findFormat(must(format, 'a format')).unpack, 'a decoder');
}

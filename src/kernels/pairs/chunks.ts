import { liesAs } from '../../ir/loop-nest.ts';
import type { LayerSpec, LowerBuilder, Operand } from '../../ir/lowering.ts';
import { elementBytes } from '../../ir/tensor.ts';
import { must } from '../../support/errors.ts';
import type { Kernel } from '../kernel.ts';
import { clampParams } from '../then-clamped.ts';
import { type PairJob, type RunKernel, stepsOf } from './pair-job.ts';

/** Codes of an operand at a time. */
const CHUNK = 64;
const BYTES = { min: -128, max: 127 };

/**
 * A kernel of bytes for codes that lie two to a byte, where both operands are walked as the result, or one is a number: some of each
 * are unpacked, the results written over those of the first and packed.
 */
export function inChunks<J extends PairJob>(kernel: RunKernel<J>): Kernel<J> {
  return {
    ...kernel,
    id: `${kernel.id}_a4`,
    pricedAs: kernel.id,
    accepts(job) {
      if (job.bits === 8) return 'neither its operands nor its result have codes of 4 bits';
      if (!walksAtOnce(job)) return 'its operands are not walked as its result is';
      return kernel.accepts(inBytes(job));
    },
    scratchBytes: () => 2 * CHUNK,
    work(job) {
      const { elements } = job;
      return { ...kernel.work(inBytes(job)), 'loads eights': 2 * elements, 'stores eights': elements };
    },
    build: (job, lower) => chunksLayer(kernel, job, lower),
  };
}

function inBytes<J extends PairJob>(job: J): J {
  return { ...job, bits: 8, clamp: job.resultBits === 8 ? job.clamp : BYTES };
}

/** By one loop; what is repeated is a number. */
function walksAtOnce({ walk }: PairJob): boolean {
  const steps = walk && walk.nest.sizes.length === 1 && stepsOf(walk);
  return steps ? steps.steps.every((step, i) => step === 1 || typeof walk.layouts[i] === 'number') : false;
}

function chunksLayer<J extends PairJob>(kernel: RunKernel<J>, job: J, lower: LowerBuilder): LayerSpec {
  const { elements } = job;
  const { layouts, storage } = must(job.walk, 'a walk');
  const operands = layouts.map((layout, i) =>
    typeof layout === 'number' ? layout : lower.read(i, layout, { packed: true }),
  );
  const y = lower.write(0, storage, { packed: true });
  const reads = operands.flatMap((operand) => (typeof operand === 'number' ? [] : operand));
  const room = lower.scratch(2 * CHUNK, 'int8_t');
  // Any order of codes is right where all have the same.
  const eights = elements % 8 === 0 && [...reads, y].every(({ packed }) => packed);
  const orderOf = ({ packed }: Operand) => (packed ? (eights ? 2 : 1) : 0);
  const rooms = [room, `${room} + ${CHUNK}`];
  const placeOf = (operand: Operand | number, i: number) => {
    if (typeof operand === 'number') return String(operand);
    return operand.packed ? rooms[i] : `${operand.name} + first`;
  };
  const loads = reads.filter(({ packed }) => packed);
  const first = typeof operands[0] === 'number' ? 1 : 0;
  const call = kernel.callOf(inBytes(job))({
    count: 'count',
    first,
    a: placeOf(operands[first], first),
    b: placeOf(operands[1 - first], 1 - first),
    repeated: typeof operands[1 - first] === 'number',
    y: y.packed ? room : `${y.name} + first`,
  });
  return {
    template: 'chunks',
    params: {
      elements,
      chunk: CHUNK,
      loads: loads.map((operand) => ({
        x: operand.name,
        packed: orderOf(operand),
        room: rooms[operands.indexOf(operand)],
      })),
      locals: (call.locals ?? []).map((local) => ({ ...local })),
      statement: call.statement,
      store: y.packed ? { y: y.name, packed: orderOf(y), room, ...job.clamp } : null,
      clamp: y.packed ? null : clampParams(job.clamp, y.name, elements),
    },
    ...(call.instances && { instances: call.instances }),
    summary: `${job.title}, ${elements} elements`,
    overlap: reads
      .filter((read) => !read.constant && reads.every((same) => same.name !== read.name || liesAs(same, y)))
      .map((read) => ({ read, distance: Math.ceil(elements * Math.max(0, growth(read, y))) })),
  };
}

function growth(read: Operand, write: Operand): number {
  return elementBytes(write.type) - elementBytes(read.type);
}

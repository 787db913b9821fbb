import type { Operand } from '../ir/lowering.ts';
import type { WindowShape } from '../ir/window.ts';
import type { CodeRange } from '../quant/affine.ts';
import type { Job } from './kernel.ts';
import { oncePerJob } from './once-per-job.ts';

/** A layer of windows whose codes may lie two to a byte. */
export interface CodesJob extends Job {
  readonly x: Operand;
  readonly y: Operand;
  readonly shape: WindowShape;
  readonly clamp: CodeRange;
}

const BYTES: CodeRange = { min: -128, max: 127 };

/** Null, or why a layer needs no kernel of packed codes. */
export function packedOrNot({ x, y }: Pick<CodesJob, 'x' | 'y'>): string | null {
  return x.packed || y.packed ? null : 'neither its input nor its output has codes of 4 bits';
}

const unpacked = oncePerJob((job: CodesJob): CodesJob => {
  const bytes = (operand: Operand): Operand => ({ ...operand, packed: false });
  return { ...job, x: bytes(job.x), y: bytes(job.y), clamp: job.y.packed ? BYTES : job.clamp };
});

/** The layer with one code to a byte; results that are packed are clamped then. */
export function asBytes<J extends CodesJob>(job: J): J {
  return unpacked(job) as J;
}

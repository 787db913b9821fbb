import type { LowerBuilder } from '../../ir/lowering.ts';
import type { FloatJob } from '../float/float-job.ts';

/** Outputs or channels that a kernel computes at a time, and what their weights are in order, for the table's comment. */
export interface NumberBlocks {
  readonly size: number;
  readonly of: string;
  readonly order: string;
}

/**
 * The table of float32 weights by blocks of outputs: bias [size], then [depth][size] from `rows` [out][depth]; outputs that are not
 * there are zeros. A bias of -0 is 0: no sum that begins with it is -0.
 */
export function numberTable(job: FloatJob, lower: LowerBuilder, rows: ArrayLike<number>, blocks: NumberBlocks): string {
  const { bias, shape, name } = job;
  const { size } = blocks;
  const depth = rows.length / shape.out_c;
  const stream = new Float32Array(blockBytes(shape.out_c, depth, size) / 4);
  for (let o = 0; o < shape.out_c; o++) {
    const at = Math.floor(o / size) * size * (depth + 1) + (o % size);
    stream[at] = ((bias as Float32Array | null)?.[o] ?? 0) + 0;
    for (let i = 0; i < depth; i++) stream[at + size * (i + 1)] = rows[o * depth + i];
  }
  const comment = `weights [${blocks.of} / ${size}]${blocks.order}[${size}] of ${name}, bias before each ${size}`;
  return lower.table('weights', 'f32', stream, 'weights', comment, 4 * size * Math.ceil(shape.out_c / size));
}

/** Bytes of that table. */
export function blockBytes(outputs: number, depth: number, size: number): number {
  return 4 * Math.ceil(outputs / size) * size * (depth + 1);
}

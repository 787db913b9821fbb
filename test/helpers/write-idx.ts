import { gzipSync } from 'node:zlib';
import type { DType, Tensor } from '../../src/ir/types.ts';
import { encodeElements } from '../../src/numerics/elements.ts';

const TYPES: Partial<Record<DType, number>> = { u8: 8, i8: 9, i16: 11, i32: 12, f32: 13, f64: 14 };

/** An IDX file, plain or compressed with gzip. */
export function writeIdx({ dtype, shape, data }: Tensor, compress = false): Uint8Array {
  const type = TYPES[dtype];
  if (type === undefined) throw new Error(`IDX cannot hold ${dtype}`);
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = type;
  header[3] = shape.length;
  for (const [axis, dimension] of shape.entries()) header.writeUInt32BE(dimension, 4 + 4 * axis);
  const file = Buffer.concat([header, encodeElements(data, 'BE')]);
  return compress ? gzipSync(file) : file;
}

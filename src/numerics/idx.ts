import { constants, gunzipSync } from 'node:zlib';
import { elementCount } from '../ir/shape.ts';
import type { DType, Tensor } from '../ir/types.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { badData } from './bad-data.ts';
import { bytesPerElement } from './dtype.ts';
import { decodeElements } from './elements.ts';

const DTYPE_OF: Readonly<Record<number, DType>> = { 8: 'u8', 9: 'i8', 11: 'i16', 12: 'i32', 13: 'f32', 14: 'f64' };
/** 4 bytes and at most 255 dimensions of 4 bytes. */
const MAX_HEADER_BYTES = 4 + 255 * 4;
const MAX_DEFLATE_RATIO = 1032;

/**
 * Reads an IDX file (the MNIST container), plain or compressed with gzip: bytes 0, 0, type, rank, then each dimension
 * as big-endian uint32, then the values in C order, big endian. Throws UserError BAD_DATA unless the values fill the
 * shape exactly; a compressed file is never inflated beyond the size its header states, which is counted before; else
 * TOO_LARGE.
 */
export function readIdx(bytes: Uint8Array, name: string, memory: MemoryBudget = new MemoryBudget()): Tensor {
  if (!isGzip(bytes)) return readPlain(bytes, name);
  const { totalBytes } = readHeader(inflateStart(bytes, name), name);
  if (totalBytes > MAX_HEADER_BYTES + bytes.length * MAX_DEFLATE_RATIO)
    throw badData(name, `its header states ${totalBytes} bytes, more than it can hold`);
  memory.take(totalBytes, name);
  return readPlain(inflate(bytes, totalBytes, name), name);
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function readPlain(bytes: Uint8Array, name: string): Tensor {
  const { dtype, shape, headerBytes, totalBytes } = readHeader(bytes, name);
  if (bytes.length !== totalBytes) {
    throw badData(name, `shape [${shape}] of ${dtype} makes ${totalBytes} bytes, the file has ${bytes.length}`);
  }
  return { dtype, shape, data: decodeElements(dtype, bytes.subarray(headerBytes), 'BE') };
}

function readHeader(bytes: Uint8Array, name: string) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dtype = DTYPE_OF[file[2]];
  const headerBytes = 4 + 4 * (file[3] ?? 0);
  if (file.length < headerBytes || file[0] !== 0 || file[1] !== 0 || !dtype)
    throw badData(name, 'this is not an IDX file');
  const shape = Array.from({ length: file[3] }, (_, axis) => file.readUInt32BE(4 + 4 * axis));
  const totalBytes = headerBytes + elementCount(shape) * bytesPerElement(dtype);
  if (!Number.isSafeInteger(totalBytes)) throw badData(name, `shape [${shape.slice(0, 8)}] is not sensible`);
  return { dtype, shape, headerBytes, totalBytes };
}

/** At least the header of the inflated file; the input is cut, so a missing end is no error here. */
function inflateStart(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes.subarray(0, 8 * MAX_HEADER_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw badData(name, `the gzip data are damaged (${reason(cause)})`);
  }
}

function inflate(bytes: Uint8Array, totalBytes: number, name: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: totalBytes });
  } catch (cause) {
    throw badData(name, `the gzip data are damaged or do not fill ${totalBytes} bytes (${reason(cause)})`);
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { MemoryBudget } from '../support/memory-budget.ts';
import { badData } from './bad-data.ts';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const STORED = 0;
const DEFLATED = 8;
/** Deflate cannot do better than 258 bytes from 2 bits. */
const MAX_DEFLATE_RATIO = 1032;

/**
 * The files of a ZIP archive by name, in archive order, each inflated when it is asked for and counted before. Stored and
 * deflated entries; no encryption, no ZIP64, one disk. Nothing is inflated beyond the size the directory states, and that
 * size must be possible for the compressed bytes. Throws UserError BAD_DATA or TOO_LARGE; `name` is what errors call the
 * archive.
 */
export function readZip(
  bytes: Uint8Array,
  name: string,
  memory: MemoryBudget = new MemoryBudget(),
): Map<string, () => Uint8Array> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(file, name);
  const entries = new Map<string, () => Uint8Array>();
  let at = end.directoryStart;
  let packedTotal = 0;
  for (let i = 0; i < end.entries; i++) {
    if (at + 46 > end.offset || file.readUInt32LE(at) !== CENTRAL) throw badData(name, 'the ZIP directory is damaged');
    const next = at + 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
    if (next > end.offset) throw badData(name, 'the ZIP directory is damaged');
    const entry = file.toString('utf8', at + 46, at + 46 + file.readUInt16LE(at + 28));
    packedTotal += file.readUInt32LE(at + 20);
    if (packedTotal > file.length) throw badData(name, 'entries overlap or reach beyond the end of the file');
    if (entries.has(entry)) throw badData(name, `entry '${entry}' is there twice`);
    const record = at;
    entries.set(entry, () => readEntry(file, record, `${name}: ${entry}`, memory));
    at = next;
  }
  if (at !== end.offset) throw badData(name, 'the ZIP directory is damaged');
  return entries;
}

/** The end record: signature, two disk numbers and two entry counts of 2 bytes, directory size and start, comment. */
function findEnd(file: Buffer, name: string) {
  for (let at = file.length - 22; at >= Math.max(0, file.length - 22 - 0xffff); at--) {
    if (file.readUInt32LE(at) !== END || at + 22 + file.readUInt16LE(at + 20) !== file.length) continue;
    const entries = file.readUInt16LE(at + 10);
    const directoryStart = file.readUInt32LE(at + 16);
    if (entries === 0xffff || directoryStart === 0xffffffff) throw badData(name, 'ZIP64 archives are not supported');
    return { offset: at, entries, directoryStart };
  }
  throw badData(name, 'this is not a ZIP archive, or its end is missing');
}

/** `at` is the entry's directory record. The local header's own sizes may be 0 (streamed archives) and are not used. */
function readEntry(file: Buffer, at: number, name: string, memory: MemoryBudget): Uint8Array {
  const [flags, method] = [file.readUInt16LE(at + 8), file.readUInt16LE(at + 10)];
  const [crc, packed, size] = [file.readUInt32LE(at + 16), file.readUInt32LE(at + 20), file.readUInt32LE(at + 24)];
  const local = file.readUInt32LE(at + 42);
  if (flags & 1) throw badData(name, 'the entry is encrypted');
  if (packed === 0xffffffff || size === 0xffffffff) throw badData(name, 'ZIP64 archives are not supported');
  if (local + 30 > file.length || file.readUInt32LE(local) !== LOCAL)
    throw badData(name, 'the local header is damaged');
  const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);

  if (method === DEFLATED) memory.take(Math.min(size, packed * MAX_DEFLATE_RATIO), name);
  const data = unpack(file.subarray(start, start + packed), method, size, name);
  if (crc32(data) !== crc) throw badData(name, 'the checksum does not match');
  return data;
}

function unpack(packed: Uint8Array, method: number, size: number, name: string): Uint8Array {
  if (method === STORED && packed.length === size) return packed;
  if (method !== DEFLATED) throw badData(name, `compression method ${method} or its sizes are not supported`);
  if (size > packed.length * MAX_DEFLATE_RATIO) throw badData(name, 'the stated size is impossible');
  let data: Uint8Array;
  try {
    data = inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw badData(name, 'the compressed data are damaged');
  }
  if (data.length !== size) throw badData(name, `${data.length} bytes instead of ${size}`);
  return data;
}

/** The same entries always give the same bytes: all dates are 1980-01-01. */
export function writeZip(entries: ReadonlyMap<string, Uint8Array>, compress = true): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of entries) {
    const packed = compress ? deflateRawSync(data) : data;
    const nameBytes = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26); // what the local header and the directory record share
    common.writeUInt16LE(20, 0); // needs ZIP 2.0
    common.writeUInt16LE(0x800, 2); // names are UTF-8
    common.writeUInt16LE(compress ? DEFLATED : STORED, 4);
    common.writeUInt16LE(0x21, 8); // 1980-01-01
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    files.push(word32(LOCAL), common, nameBytes, Buffer.from(packed));
    const attributes = Buffer.alloc(14); // comment length, disk, attributes, then the local header's offset
    attributes.writeUInt32LE(offset, 10);
    directory.push(word32(CENTRAL), Buffer.from([20, 0]), common, attributes, nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.size, 4);
  end.writeUInt16LE(entries.size, 6);
  end.writeUInt32LE(directoryBytes.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, directoryBytes, word32(END), end]);
}

function word32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Reflected polynomial 0xEDB88320, one table entry per byte value. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CRC_TABLE[(c ^ bytes[i]) & 0xff] ^ (c >>> 8);
  return ~c >>> 0;
}

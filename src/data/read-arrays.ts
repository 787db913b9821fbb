import { readFile, stat } from 'node:fs/promises';
import type { Tensor } from '../ir/types.ts';
import { badData } from '../numerics/bad-data.ts';
import { isGzip, readIdx } from '../numerics/idx.ts';
import { readNpy } from '../numerics/npy.ts';
import { readNpz } from '../numerics/npz.ts';
import { UserError } from '../support/errors.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';
import { systemWords } from '../support/system-words.ts';

/** What a data file holds: one array, several named ones, or a descriptor still to be checked. */
export type FileContent =
  | { readonly kind: 'array'; readonly array: Tensor }
  | { readonly kind: 'arrays'; readonly arrays: ReadonlyMap<string, () => Tensor> }
  | { readonly kind: 'descriptor'; readonly json: unknown };

const MAX_BYTES = 2 ** 31 - 1;

/** Reads a file; its first bytes tell the format, not its name. UserError FILE, BAD_DATA or TOO_LARGE. */
export async function readDataFile(path: string, memory: MemoryBudget): Promise<FileContent> {
  const bytes = await readBytes(path, memory);
  const starts = (...magic: number[]): boolean => magic.every((byte, i) => bytes[i] === byte);
  if (starts(0x93, 0x4e)) return { kind: 'array', array: readNpy(bytes, path) };
  if (starts(0x50, 0x4b)) return { kind: 'arrays', arrays: readNpz(bytes, path, memory) };
  if (starts(0, 0) || isGzip(bytes)) return { kind: 'array', array: readIdx(bytes, path, memory) };
  if (/^(\ufeff)?\s*\{/.test(bytes.toString('utf8', 0, 64)))
    return { kind: 'descriptor', json: parseJson(bytes, path) };
  throw badData(path, 'this is neither NPY, NPZ, IDX nor a JSON descriptor', 'save the array with numpy.save');
}

async function readBytes(path: string, memory: MemoryBudget): Promise<Buffer> {
  try {
    const info = await stat(path); // before opening: a pipe would wait for ever
    if (!info.isFile()) throw badData(path, 'this is not a file');
    if (info.size > MAX_BYTES)
      throw badData(path, `${info.size} bytes are too many`, 'split it, or keep fewer samples');
    memory.take(info.size, path);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const because = [systemWords(cause)];
    throw new UserError({ code: 'FILE', message: `cannot read ${path}`, where: path, because }, { cause });
  }
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch (cause) {
    throw badData(path, `this is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

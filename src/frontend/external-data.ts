import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { MemoryBudget } from '../support/memory-budget.ts';
import { badModel, show } from './bad-model.ts';
import type { ReadExternal } from './border/tensor-data.ts';

/**
 * Reads external tensor data out of the model's folder, and out of nowhere else: no absolute path, no '..', no
 * link that leads outside, no device. Counted on `memory`. Throws TOO_LARGE, and BAD_MODEL, also when offset and length do not fit the file or the tensor.
 */
export function externalReader(directory: string | undefined, memory = new MemoryBudget()): ReadExternal {
  return (entries, bytes, where) => {
    const location = entries.get('location') ?? '';
    if (directory === undefined) {
      return badModel(
        'the data lie in another file, but the folder of the model is not known',
        where,
        'give the directory option',
      );
    }
    const offset = wholeNumber(entries.get('offset') ?? '0', 'offset', where);
    const length = wholeNumber(entries.get('length') ?? String(bytes), 'length', where);
    if (length !== bytes) badModel(`the external data have ${length} bytes, the shape needs ${bytes}`, where);
    return readRange(resolveInside(directory, location, where), location, offset, bytes, where, memory);
  };
}

function wholeNumber(text: string, what: string, where: string): number {
  if (!/^\d+$/.test(text)) badModel(`the ${what} of the external data is no whole number`, where);
  const number = Number(text);
  if (!Number.isSafeInteger(number)) badModel(`the ${what} of the external data is beyond any file`, where);
  return number;
}

/** The real path of the file; backslashes are no separators in ONNX, but Windows would take them for some. */
function resolveInside(directory: string, location: string, where: string): string {
  const parts = location.split(/[/\\]/);
  if (
    location === '' ||
    /[\u0000:]/.test(location) ||
    path.isAbsolute(location) ||
    parts[0] === '' ||
    parts.includes('..')
  ) {
    badModel(`the external data location ${show(location)} is not inside the model's folder`, where);
  }
  let inside: string;
  let root: string;
  try {
    root = realpathSync(directory);
    inside = realpathSync(path.join(root, location));
  } catch {
    return badModel(`the external data file ${show(location)} cannot be found`, where, 'it must lie beside the model');
  }
  const relative = path.relative(root, inside);
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) {
    badModel(`the external data file ${show(location)} is a link that leaves the model's folder`, where);
  }
  return inside;
}

function readRange(
  file: string,
  location: string,
  offset: number,
  bytes: number,
  where: string,
  memory: MemoryBudget,
): Uint8Array {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return badModel(`the external data file ${show(location)} cannot be opened`, where);
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) badModel(`the external data file ${show(location)} is no ordinary file`, where);
    if (offset + bytes > stat.size) {
      badModel(`the external data file ${show(location)} ends at ${stat.size}, the tensor at ${offset + bytes}`, where);
    }
    memory.take(bytes, `external data of ${where}`);
    const buffer = new Uint8Array(bytes);
    for (let done = 0; done < bytes; ) {
      const got = readSync(handle, buffer, done, bytes - done, offset + done);
      if (got === 0) badModel(`the external data file ${show(location)} ended early`, where);
      done += got;
    }
    return buffer;
  } finally {
    closeSync(handle);
  }
}

import type { Tensor } from '../ir/types.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';
import { badData } from './bad-data.ts';
import { readNpy, writeNpy } from './npy.ts';
import { readZip, writeZip } from './zip.ts';

/**
 * The arrays of an NPZ file (a ZIP of NPY files) by name, in file order, each read when it is asked for.
 * Throws UserError BAD_DATA or TOO_LARGE, then as well.
 */
export function readNpz(bytes: Uint8Array, name: string, memory?: MemoryBudget): Map<string, () => Tensor> {
  const arrays = new Map<string, () => Tensor>();
  for (const [entry, content] of readZip(bytes, name, memory)) {
    if (!entry.endsWith('.npy')) throw badData(name, `entry '${entry}' is not an NPY file`);
    arrays.set(entry.slice(0, -'.npy'.length), () => readNpy(content(), `${name}: ${entry}`));
  }
  return arrays;
}

/** The same arrays always give the same bytes. */
export function writeNpz(arrays: ReadonlyMap<string, Tensor>, compress = true): Uint8Array {
  return writeZip(new Map([...arrays].map(([name, tensor]) => [`${name}.npy`, writeNpy(tensor)])), compress);
}

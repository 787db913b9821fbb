import * as nodeFiles from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing. Node's mkdir with `recursive` never returns where a folder cannot
 * have new ones (/proc/x, Node 20).
 */
export async function makeFolder(
  path: string,
  system: Pick<typeof nodeFiles, 'mkdir' | 'stat'> = nodeFiles,
): Promise<void> {
  if (await isFolder(path, system)) return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) await makeFolder(parent, system);
  await system.mkdir(path).catch(async (cause: unknown) => {
    if (!(await isFolder(path, system))) throw cause; // or another process was quicker
  });
}

async function isFolder(path: string, system: Pick<typeof nodeFiles, 'stat'>): Promise<boolean> {
  return await system.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

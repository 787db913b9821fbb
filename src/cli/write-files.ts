import * as nodeFiles from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../support/errors.ts';
import { systemWords } from '../support/system-words.ts';
import { makeFolder } from './make-folder.ts';

/** Folders of runs that ended before they could clean up: no run takes that long between its first file and its last. */
const ABANDONED_MS = 3_600_000;

const TEMPORARY = '.nibblec-';

/** What is asked of the file system; tests let each step fail. */
export type FileSystem = Pick<
  typeof nodeFiles,
  'lstat' | 'mkdir' | 'mkdtemp' | 'open' | 'readdir' | 'rename' | 'rm' | 'stat'
>;

/**
 * Writes all files or none: into a folder of this run's own inside `directory`, onto the disk, then renamed one by one.
 * What is in the way is found before the first rename; a run that ends between two renames leaves C files of two runs,
 * which do not compile (codegen/files-id.ts), and the next run mends it. Names are plain file names, with '/' below folders
 * that are made, so nothing lands outside of `directory`; a link that stands in the way is replaced, not followed.
 * @throws UserError FILE.
 */
export async function writeFiles(
  directory: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  system: FileSystem = nodeFiles,
): Promise<void> {
  for (const name of files.keys()) if (!name.split('/').every(isPlain)) throw refusal(name);
  let own: string | null = null;
  let renamed = 0;
  try {
    await makeFolder(directory, system);
    await removeAbandoned(directory, system);
    for (const folder of new Set([...files.keys()].map(dirname))) await makeFolder(join(directory, folder), system);
    await nothingInTheWay(directory, [...files.keys()], system);
    own = await system.mkdtemp(join(directory, TEMPORARY));
    for (const [name, content] of files) await writeThrough(join(own, flat(name)), content, system);
    for (const name of files.keys()) {
      await system.rename(join(own, flat(name)), join(directory, name));
      renamed++;
    }
    await syncFolder(directory, system);
  } catch (cause) {
    const because = [systemWords(cause)];
    if (renamed > 0) because.push(`${renamed} of ${files.size} files are new already, the others are not`);
    const message = `cannot write into ${directory}`;
    throw new UserError({ code: 'FILE', message, because, hint: 'choose another folder with --out' }, { cause });
  } finally {
    if (own) await system.rm(own, { recursive: true, force: true }).catch(() => {});
  }
}

function isPlain(name: string): boolean {
  return /^[A-Za-z0-9_][\w.-]*$/.test(name);
}

/** No name has a '+' of its own. */
function flat(name: string): string {
  return name.replaceAll('/', '+');
}

/** Renaming replaces files and links; a folder it does not, and then some files would be new already. */
async function nothingInTheWay(directory: string, names: readonly string[], system: FileSystem): Promise<void> {
  for (const name of names) {
    const found = await system.lstat(join(directory, name)).catch(() => null);
    if (found?.isDirectory()) throw new Error(`'${name}' is a folder there`);
  }
}

/** On the disk before it gets its name, so that a name never leads to half a file, even after a power cut. */
async function writeThrough(path: string, content: string | Uint8Array, system: FileSystem): Promise<void> {
  const file = await system.open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The names themselves, where the file system can: they are in place either way. */
async function syncFolder(directory: string, system: FileSystem): Promise<void> {
  const folder = await system.open(directory, 'r').catch(() => null);
  try {
    await folder?.sync().catch(() => {});
  } finally {
    await folder?.close();
  }
}

async function removeAbandoned(directory: string, system: FileSystem): Promise<void> {
  for (const name of await system.readdir(directory)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const path = join(directory, name);
    const mtimeMs = await system.stat(path).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - mtimeMs > ABANDONED_MS) await system.rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

function refusal(name: string): UserError {
  return new UserError({ code: 'FILE', message: `'${name}' is not a name for a file in the output folder` });
}

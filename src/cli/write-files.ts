import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../support/errors.ts';

/**
 * Writes all files or none: under temporary names in `directory` first, then renamed. Names are plain file names, so
 * nothing lands outside of it; a link that stands in the way is replaced, not followed.
 * @throws UserError FILE.
 */
export async function writeFiles(directory: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const temporary = (name: string) => join(directory, `.${name}.${process.pid}.tmp`);
  for (const name of files.keys()) if (!/^[A-Za-z0-9_][\w.-]*$/.test(name)) throw refusal(name);
  try {
    await mkdir(directory, { recursive: true });
    for (const [name, content] of files) await writeFile(temporary(name), content, { flag: 'wx' });
    for (const name of files.keys()) await rename(temporary(name), join(directory, name));
  } catch (cause) {
    await Promise.all([...files.keys()].map((name) => rm(temporary(name), { force: true }).catch(() => {})));
    const because = [cause instanceof Error ? cause.message : String(cause)];
    const message = `cannot write into ${directory}`;
    throw new UserError({ code: 'FILE', message, because, hint: 'choose another folder with --out' }, { cause });
  }
}

function refusal(name: string): UserError {
  return new UserError({ code: 'FILE', message: `'${name}' is not a name for a file in the output folder` });
}

import { createHash } from 'node:crypto';
import { must } from '../support/errors.ts';
import type { GeneratedFiles } from './emit.ts';

/** Stands in rendered text where the id goes: 8 hexadecimal digits. */
export const ID_MARK = 'NIBBLEC_FILES_ID';

/**
 * Fills in what the files of one run have in common: a hash of their contents. The header says it, every other C file
 * asks for it, so that files of different runs do not compile together.
 */
export function withFilesId(files: GeneratedFiles): GeneratedFiles {
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\n`).update(text).update('\n'); // no copy of the text
  const id = hash.digest('hex').slice(0, 8);
  return new Map([...files].map(([name, text]) => [name, text.replaceAll(ID_MARK, id)]));
}

/** The id that the header of `name` says, for files that join the set later. */
export function filesIdOf(files: GeneratedFiles, name: string): string {
  const [, id] = must(/_FILES_ID 0x([0-9a-f]{8})u/.exec(files.get(`${name}.h`) ?? ''), 'the id in the header');
  return id;
}

/** What the system says by these, in words. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'there is a file of this name',
  ELOOP: 'links of its path lead to one another',
  EACCES: 'there is no permission to do so',
  EPERM: 'there is no permission to do so',
  EROFS: 'what it lies on can only be read',
  ENOSPC: 'there is no space left',
  ENAMETOOLONG: 'its name is too long',
};

/** Why a file could not be read or written. */
export function systemWords(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  const known = code !== undefined && Object.hasOwn(WORDS, code) ? `${WORDS[code]} (${code})` : null;
  return known ?? (cause instanceof Error ? cause.message : String(cause));
}

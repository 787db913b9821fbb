/** Results go to standard output. */
export function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Progress and remarks go to standard error, so that results can be piped. */
export function note(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** One JSON document, for machines. Infinity and NaN become null, typed arrays lists. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

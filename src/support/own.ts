/** What a table has under a name from outside. Plain indexing would find 'constructor' and '__proto__' in every table. */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

import { nearestName } from './nearest.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Adds a problem for each key that nobody reads; `at` names the object, as 'limits: '. */
export function checkKeys(object: object, known: readonly string[], at: string, problems: string[]): void {
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    const help = nearest ? `did you mean "${nearest}"?` : `known: ${known.join(', ')}`;
    problems.push(`${at}unknown key "${key}", ${help}`);
  }
}

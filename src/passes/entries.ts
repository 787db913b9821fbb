import type { Json } from '../ir/program.ts';

/** An object of a list in a recipe, and what it is called in messages: 'layers[2]'. */
export interface Parsed<T> {
  readonly entry: T;
  readonly where: string;
}

/**
 * A recipe's list of objects `{ "match": ..., ... }`; one object may stand alone. `parse` reports what is wrong with an
 * entry and gives null; problems are collected, each with its place in `list`.
 */
export function parseEntries<T>(
  json: Json,
  list: string,
  parse: (entry: { readonly [key: string]: Json }, report: (problem: string) => void) => T | null,
  problems: string[],
): Parsed<T>[] {
  return (isList(json) ? json : [json]).flatMap((value, i) => {
    const where = `${list}[${i}]`;
    const report = (problem: string) => void problems.push(`${where}: ${problem}`);
    if (!isRecord(value)) {
      report('an entry is an object { "match": ..., ... }');
      return [];
    }
    const entry = parse(value, report);
    return entry === null ? [] : [{ entry, where }];
  });
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

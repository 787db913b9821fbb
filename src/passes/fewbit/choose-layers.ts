import { FORMAT_FAMILIES } from '../../formats/index.ts';
import type { Json } from '../../ir/program.ts';
import type { Graph } from '../../ir/types.ts';
import { hasGrid } from '../../quant/fewbit/fit-layer.ts';
import { UserError } from '../../support/errors.ts';
import { nearestName } from '../../support/nearest.ts';
import { matchesLayer } from '../layer-pattern.ts';
import type { WeightLayer } from './weight-layer.ts';

/** How one layer is to be encoded. */
export interface LayerChoice {
  /** Name of a weight format (see formats) whose codes a grid makes. */
  readonly format: string;
  readonly method: Method;
}

export const METHODS = ['nearest', 'compensated'] as const;
export type Method = (typeof METHODS)[number];

/** One entry of the list: which layers, and how. */
export interface LayerEntry {
  /** See layer-pattern.ts. */
  readonly match: string;
  readonly choice: LayerChoice;
}

/**
 * Reads the list of a recipe.
 *
 * entry   { "match": pattern (default: all), "format": 'int4', "method": 'compensated' (default) }
 *
 * Throws UserError BAD_ARGUMENT that names every wrong entry.
 */
export function parseLayers(entries: Json): LayerEntry[] {
  const problems: string[] = [];
  const parsed = (isList(entries) ? entries : [entries]).flatMap(
    (entry, i) => parseEntry(entry, (problem) => problems.push(`layers[${i}]: ${problem}`)) ?? [],
  );
  if (problems.length > 0) throw cannotFollow(problems, 'docs/passes.md has what an entry may say');
  return parsed;
}

/**
 * The choice for every layer that some entry matches; later entries win.
 * Throws UserError BAD_ARGUMENT that names every entry which matches none.
 */
export function chooseLayers(
  entries: readonly LayerEntry[],
  layers: readonly WeightLayer[],
): Map<WeightLayer, LayerChoice> {
  const choices = new Map<WeightLayer, LayerChoice>();
  for (const [layer, entry] of matchEntries(entries, layers, ({ node, output }) => [node.name, output])) {
    choices.set(layer, entry.choice);
  }
  return choices;
}

/**
 * The same before any pass has run: Conv, Gemm and MatMul nodes with constant weights. Those that a pass makes of other
 * nodes are not there yet, so nothing is refused where there are none.
 */
export function requireLayers(entries: readonly LayerEntry[], { nodes, constants }: Graph): void {
  const layers = nodes.filter(({ op, inputs }) => WEIGHTED.has(op) && inputs[1] != null && constants.has(inputs[1]));
  if (layers.length > 0) matchEntries(entries, layers, ({ name, outputs }) => [name, ...outputs]);
}

const WEIGHTED = new Set(['Conv', 'Gemm', 'MatMul']);

function matchEntries<T>(
  entries: readonly LayerEntry[],
  layers: readonly T[],
  namesOf: (layer: T) => readonly (string | null)[],
): [T, LayerEntry][] {
  const matched = entries.map((entry) =>
    layers.filter((layer, i) => matchesLayer(entry.match, namesOf(layer), i, layers.length)),
  );
  const missing = entries.filter((_, i) => matched[i].length === 0);
  if (missing.length > 0 && !(layers.length === 0 && missing.every(({ match }) => match === '*'))) {
    const names = layers.map((layer) => namesOf(layer)[0]).join(', ');
    const problems = missing.map(({ match }) => `no layer with weights matches '${match}'`);
    throw cannotFollow(problems, `layers with weights: ${names || 'none'}`);
  }
  return entries.flatMap((entry, i) => matched[i].map((layer): [T, LayerEntry] => [layer, entry]));
}

function cannotFollow(problems: readonly string[], hint: string): UserError {
  const message = 'few-bit cannot follow its list of layers';
  return new UserError({ code: 'BAD_ARGUMENT', message, because: problems, hint });
}

function parseEntry(entry: Json, report: (problem: string) => void): LayerEntry | null {
  if (!isRecord(entry)) return bad('an entry is { "match": ..., "format": ..., "method": ... }');
  const { match = '*', format, method = 'compensated', ...rest } = entry;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return bad(`there is no key '${unknown}'`);
  if (typeof match !== 'string') return bad('"match" must be a text');
  if (typeof format !== 'string' || !hasGrid(format)) {
    return bad(`there is no format '${String(format)}'${suggestion(String(format))}`);
  }
  const known = METHODS.find((name) => name === method);
  if (!known) return bad(`there is no method '${String(method)}', only ${METHODS.join(' and ')}`);
  return { match, choice: { format, method: known } };

  function bad(problem: string): null {
    report(problem);
    return null;
  }
}

function suggestion(name: string): string {
  const known = FORMAT_FAMILIES.flatMap(({ pattern }) => pattern.split(', ')).filter((entry) => entry !== 'int16');
  const nearest = nearestName(name, known);
  return nearest ? `: did you mean '${nearest}'?` : `, only ${known.join(', ')}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

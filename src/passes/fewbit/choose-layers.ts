import { FORMAT_FAMILIES } from '../../formats/index.ts';
import { embeddingOf } from '../../ir/embedding.ts';
import { isLinear } from '../../ir/linear.ts';
import type { Json } from '../../ir/program.ts';
import type { Graph } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { CLIP_RULES, type ClipRule } from '../../quant/fewbit/clipped-scale.ts';
import { hasGrid, IMPORTANCES, type Importance } from '../../quant/fewbit/fit-layer.ts';
import { WIDTH_RULES, type WidthRule } from '../../quant/fewbit/fit-widths.ts';
import { UserError } from '../../support/errors.ts';
import { nearestName } from '../../support/nearest.ts';
import { parseEntries } from '../entries.ts';
import { matchesLayer } from '../layer-pattern.ts';
import type { EncodableLayer } from './encodable-layers.ts';

/** How one layer is to be encoded. */
export interface LayerChoice {
  /** Name of a weight format (see formats) whose codes a grid makes. */
  readonly format: string;
  readonly method: Method;
  readonly correction: Correction;
  readonly fit: Fit;
}

/**
 * 'outputs': the mean error of the outputs goes into the bias, where that brings them closer; 'weights': every row gets
 * back the mean and deviation that its weights had (ACIQ; for free scales); 'none'.
 */
export const CORRECTIONS = ['outputs', 'weights', 'none'] as const;
export type Correction = (typeof CORRECTIONS)[number];

/** How grids are fitted; see fit-layer.ts, clipped-scale.ts and fit-widths.ts. */
export interface Fit {
  readonly importance: Importance;
  readonly clip: ClipRule;
  readonly widths: WidthRule;
}

export const METHODS = ['compensated', 'adaptive', 'nearest'] as const;
export type Method = (typeof METHODS)[number];

/** What an entry may say besides, and the values there are, the default first. */
const KEYS = {
  method: METHODS,
  correction: CORRECTIONS,
  importance: IMPORTANCES,
  clip: CLIP_RULES,
  widths: WIDTH_RULES,
} as const;
type Key = keyof typeof KEYS;
type Settings = Partial<{ readonly [K in Key]: (typeof KEYS)[K][number] }>;

/** The choice of a format with some of the settings of an entry. */
export function layerChoice(format: string, settings: Settings): LayerChoice {
  const { method, correction, importance, clip, widths } = {
    method: METHODS[0],
    correction: CORRECTIONS[0],
    importance: IMPORTANCES[0],
    clip: CLIP_RULES[0],
    widths: WIDTH_RULES[0],
    ...settings,
  };
  return { format, method, correction, fit: { importance, clip, widths } };
}

/** One entry of the list: which layers, and how. */
export interface LayerEntry {
  /** See layer-pattern.ts. */
  readonly match: string;
  readonly choice: LayerChoice;
}

/**
 * Reads the list of a recipe.
 *
 * entry   { "match": pattern (default: all), "format": 'int4', and any of KEYS, whose first value is the default }
 *
 * Throws UserError BAD_ARGUMENT that names every wrong entry.
 */
export function parseLayers(entries: Json): LayerEntry[] {
  const problems: string[] = [];
  const parsed = parseEntries(entries, 'layers', parseEntry, problems).map(({ entry }) => entry);
  if (problems.length > 0) throw cannotFollow(problems, 'docs/few-bits.md has what an entry may say');
  return parsed;
}

/**
 * The choice for every layer that some entry matches; later entries win.
 * Throws UserError BAD_ARGUMENT that names every entry which matches none.
 */
export function chooseLayers(
  entries: readonly LayerEntry[],
  layers: readonly EncodableLayer[],
): Map<EncodableLayer, LayerChoice> {
  const choices = new Map<EncodableLayer, LayerChoice>();
  for (const [layer, entry] of matchEntries(entries, layers, ({ node, output }) => [node.name, output])) {
    choices.set(layer, entry.choice);
  }
  return choices;
}

/**
 * The same before any pass has run: Conv, Gemm and MatMul nodes with constant weights, and embeddings. Those that a pass makes of
 * other nodes are not there yet, so nothing is refused where there are none.
 */
export function requireLayers(entries: readonly LayerEntry[], graph: Graph): void {
  const { nodes, constants } = graph;
  if (nodes.some(({ domain, op }) => findOp(domain, op)?.inSteps)) return;
  const layers = nodes.filter(
    (node) => (isLinear(node) && constants.has(node.inputs[1] ?? '')) || embeddingOf(graph, node) !== null,
  );
  if (layers.length > 0) matchEntries(entries, layers, ({ name, outputs }) => [name, ...outputs]);
}

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

function parseEntry(entry: { readonly [key: string]: Json }, report: (problem: string) => void): LayerEntry | null {
  const { match = '*', format, ...rest } = entry;
  for (const [key, value] of Object.entries(rest)) {
    const known: readonly Json[] | undefined = Object.hasOwn(KEYS, key) ? KEYS[key as Key] : undefined;
    if (!known) return bad(`there is no key '${key}'`);
    if (!known.includes(value)) return bad(`there is no ${key} '${String(value)}', only ${known.join(', ')}`);
  }
  if (typeof match !== 'string') return bad('"match" must be a text');
  if (typeof format !== 'string' || !hasGrid(format)) {
    return bad(`there is no format '${String(format)}'${suggestion(String(format))}`);
  }
  return { match, choice: layerChoice(format, rest as Settings) };

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

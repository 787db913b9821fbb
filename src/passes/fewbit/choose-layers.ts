import { FORMAT_FAMILIES } from '../../formats/index.ts';
import type { Json } from '../../ir/program.ts';
import { hasGrid } from '../../quant/fewbit/fit-layer.ts';
import { UserError } from '../../support/errors.ts';
import { nearestName } from '../../support/nearest.ts';
import type { WeightLayer } from './weight-layer.ts';

/** How one layer is to be encoded. */
export interface LayerChoice {
  /** Name of a weight format (see formats) whose codes a grid makes. */
  readonly format: string;
  readonly method: Method;
}

export const METHODS = ['nearest', 'compensated'] as const;
export type Method = (typeof METHODS)[number];

const FIRST = ':first';
const LAST = ':last';

/**
 * The choice for every layer that some entry of the recipe matches; later entries win.
 *
 * entry   { "match": pattern, "format": 'int4', "method": 'compensated' (default) }
 * pattern the name of a node or of its output, * for any run of characters, or ':first' or ':last' layer with weights
 *
 * Throws UserError BAD_ARGUMENT that names every wrong entry.
 */
export function chooseLayers(entries: Json, layers: readonly WeightLayer[]): Map<WeightLayer, LayerChoice> {
  const problems: string[] = [];
  const choices = new Map<WeightLayer, LayerChoice>();
  for (const [i, entry] of (isList(entries) ? entries : [entries]).entries()) {
    const where = `layers[${i}]`;
    const parsed = parseEntry(entry, (problem) => problems.push(`${where}: ${problem}`));
    if (!parsed) continue;
    const matched = layers.filter((layer, l) => matches(parsed.match, layer, l, layers.length));
    if (matched.length === 0) problems.push(`${where}: no layer with weights matches '${parsed.match}'`);
    for (const layer of matched) choices.set(layer, parsed.choice);
  }
  if (problems.length === 0) return choices;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: 'few-bit cannot follow its list of layers',
    because: problems,
    hint: `layers with weights: ${layers.map(({ node }) => node.name).join(', ') || 'none'}`,
  });
}

function parseEntry(entry: Json, report: (problem: string) => void): { match: string; choice: LayerChoice } | null {
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

function matches(pattern: string, { node, output }: WeightLayer, index: number, count: number): boolean {
  if (pattern === FIRST) return index === 0;
  if (pattern === LAST) return index === count - 1;
  const expression = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 's');
  return expression.test(node.name) || expression.test(output);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

import { isOutput, producerOf } from '../../ir/graph.ts';
import { linearLayers } from '../../ir/linear.ts';
import type { Json } from '../../ir/program.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { CALIBRATION_METHODS, type CalibrationMethod } from '../../quant/observers.ts';
import { UserError } from '../../support/errors.ts';
import { parseEntries } from '../entries.ts';
import { matchesLayer } from '../layer-pattern.ts';
import { scaleGroups } from './scale-groups.ts';

/** What codes an activation gets. */
export interface ActivationChoice {
  readonly bits: 4 | 8 | 16;
  /** How its range is chosen; null: as the pass is told for all. */
  readonly method: CalibrationMethod | null;
}

interface Entry extends ActivationChoice {
  readonly match: string;
}

/** Refuses a list that no model could follow: UserError BAD_ARGUMENT that names every wrong entry. */
export function checkActivations(entries: Json): void {
  const problems: string[] = [];
  parseEntries(entries, LIST, parseEntry, problems);
  if (problems.length > 0) throw cannotFollow(problems, 'docs/few-bits.md has what an entry may say');
}

const LIST = 'activations';

/**
 * The bits of every float value that some entry matches; later entries win, the others get 8.
 *
 * entry   { "match": pattern, "bits": 4, 8 or 16, "method": a calibration method }
 * pattern the name of a value or of the node that makes it, * for any run of characters; ':first': what the first layer
 *         with weights reads; ':last': what the last one reads and makes; ':all': every value, the model's inputs and
 *         outputs too
 *
 * Values that must share a scale (max pooling, movement, Concat) share the choice. An input or output of the model is
 * only meant by its name in full or by ':all', and so are those that share its scale.
 *
 * Throws UserError BAD_ARGUMENT that names every wrong entry.
 */
export function chooseActivations(entries: Json, graph: Graph): Map<ValueName, ActivationChoice> {
  const problems: string[] = [];
  const parsed = parseEntries(entries, LIST, parseEntry, problems);
  const choices = new Map<ValueName, ActivationChoice>();
  if (parsed.length === 0 && problems.length === 0) return choices;
  const groups = scaleGroups(graph);
  const used = new Set<Entry>();
  for (const value of floatValues(graph)) {
    const members = groups.members(value);
    const border = members.some((member) => graph.inputs.includes(member) || isOutput(graph, member));
    const fixed = members.map((member) => fixedMaker(graph, member)).find((node) => node !== undefined);
    for (const { entry, where } of parsed) {
      if (!members.some((member) => matches(entry.match, graph, member))) continue;
      used.add(entry);
      const exact = isExact(entry.match);
      if (border && !exact && entry.match !== ':all') continue;
      if (fixed && entry.bits !== 8 && !(entry.bits === 16 && hasWideForm(fixed))) {
        if (exact) problems.push(`${where}: ${fixed.op} '${fixed.name}' always gives codes of 8 bits`);
        continue;
      }
      choices.set(value, { bits: entry.bits, method: entry.method });
    }
  }
  for (const { entry, where } of parsed) {
    if (!used.has(entry) && !PLACES.includes(entry.match))
      problems.push(`${where}: no float value and no node that makes one matches '${entry.match}'`);
  }
  if (problems.length === 0) return choices;
  const hint = 'name values or nodes as --print-ir-after canonicalize shows them, * for any run of characters';
  throw cannotFollow([...new Set(problems)], hint);
}

/** What names no value: a model without weights has no first and no last layer. */
const PLACES = [':first', ':last', ':all'];

function cannotFollow(because: readonly string[], hint: string): UserError {
  return new UserError({ code: 'BAD_ARGUMENT', message: 'the list of activations cannot be followed', because, hint });
}

function parseEntry(entry: { readonly [key: string]: Json }, report: (problem: string) => void): Entry | null {
  const { match = '*', bits, method = null, ...rest } = entry;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) report(`there is no key '${unknown}'`);
  else if (typeof match !== 'string') report('"match" must be a text');
  else if (bits !== 4 && bits !== 8 && bits !== 16)
    report(`"bits" must be 4, 8 or 16, not ${JSON.stringify(bits ?? null)}`);
  else {
    const known = CALIBRATION_METHODS.find((name) => name === method);
    if (method === null || known) return { match, bits, method: known ?? null };
    report(`there is no method '${String(method)}', only ${CALIBRATION_METHODS.join(', ')}`);
  }
  return null;
}

function hasWideForm({ domain, op }: Node): boolean {
  return findOp(domain, op)?.quantize?.wideScale !== undefined;
}

/** A name in full reaches the model's inputs and outputs as well. */
function isExact(pattern: string): boolean {
  return !pattern.includes('*') && !pattern.startsWith(':');
}

function matches(pattern: string, graph: Graph, value: ValueName): boolean {
  if (pattern === ':all') return true;
  if (pattern === ':first') return linearLayers(graph)[0]?.input === value;
  if (pattern === ':last') {
    const last = linearLayers(graph).at(-1);
    return last?.input === value || last?.output === value;
  }
  const maker = producerOf(graph, value);
  return matchesLayer(pattern, [value, maker?.name ?? null], -1, 0);
}

/** The node that makes a value of a type that calibration does not choose. */
function fixedMaker(graph: Graph, value: ValueName): Node | undefined {
  const maker = producerOf(graph, value);
  const rule = maker && findOp(maker.domain, maker.op)?.quantize;
  return rule && typeof rule.output === 'object' ? maker : undefined;
}

function floatValues(graph: Graph): ValueName[] {
  return [...graph.types].flatMap(([value, { dtype }]) =>
    dtype === 'f32' && !graph.constants.has(value) ? [value] : [],
  );
}

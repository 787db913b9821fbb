import type { Json } from '../../ir/program.ts';
import type { Node } from '../../ir/types.ts';
import { UserError } from '../../support/errors.ts';
import { parseEntries } from '../entries.ts';
import { matchesLayer } from '../layer-pattern.ts';

/** How many weights of a layer are cut: all but a share, or those below mean + c deviation of the magnitudes. */
export type PruningRule = { readonly keep: number } | { readonly c: number };

export interface PruningEntry {
  /** See layer-pattern.ts. */
  readonly match: string;
  readonly rule: PruningRule;
}

/** Reads the list of a recipe. Throws UserError BAD_ARGUMENT that names every wrong entry. */
export function parsePruning(json: Json): PruningEntry[] {
  const problems: string[] = [];
  const entries = parseEntries(
    json,
    'layers',
    ({ match = '*', keep, c, ...rest }, report): PruningEntry | null => {
      const [stranger] = Object.keys(rest);
      if (stranger !== undefined) report(`there is no key '${stranger}'`);
      if (typeof match !== 'string') report('"match" must be a text');
      else if (typeof keep === 'number' && keep > 0 && keep <= 1 && c === undefined) return { match, rule: { keep } };
      else if (typeof c === 'number' && keep === undefined) return { match, rule: { c } };
      else report('give either "keep", more than 0 and at most 1, or "c"');
      return null;
    },
    problems,
  );
  if (problems.length > 0) throw badPruning(problems);
  return entries.map(({ entry }) => entry);
}

/** The rule of every node that some entry matches; later entries win. */
export function pruningRules(entries: readonly PruningEntry[], nodes: readonly Node[]): Map<Node, PruningRule> {
  const rules = new Map<Node, PruningRule>();
  for (const { match, rule } of entries) {
    const matched = nodes.filter(({ name, outputs }, i) => matchesLayer(match, [name, ...outputs], i, nodes.length));
    if (matched.length === 0 && match !== '*') throw badPruning([`no layer with weights matches '${match}'`]);
    for (const node of matched) rules.set(node, rule);
  }
  return rules;
}

/** The magnitude below which this share (0 .. 1) of what a rule cuts lies. */
export function pruningThreshold(weights: Float32Array, rule: PruningRule, share: number): number {
  const magnitudes = weights.map(Math.abs).sort();
  if ('keep' in rule) {
    const place = Math.floor((1 - rule.keep) * share * magnitudes.length);
    return magnitudes[Math.min(place, magnitudes.length - 1)];
  }
  const mean = magnitudes.reduce((sum, x) => sum + x, 0) / magnitudes.length;
  const deviation = Math.sqrt(magnitudes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / magnitudes.length);
  return Math.max(mean + rule.c * deviation, 0) * share;
}

export function badPruning(problems: readonly string[]): UserError {
  return new UserError({
    code: 'BAD_ARGUMENT',
    message: 'prune cannot follow its options',
    because: problems,
    hint: 'as in { "layers": [{ "match": "*", "keep": 0.3 }] }',
  });
}

import type { ValueName } from '../ir/types.ts';
import { badModel, show } from './bad-model.ts';
import type { RawAttribute } from './border/raw-model.ts';

/** Names of one graph, function body or branch. A branch sees the graph around it, a function body does not. */
export interface Scope {
  /** '' = an input the function's caller left out. */
  readonly names: Map<string, ValueName>;
  readonly outer: Scope | null;
  /** Attributes of the function call this body stands for. */
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  readonly depth: number;
}

const MAX_DEPTH = 64;

export const NO_ATTRIBUTES: ReadonlyMap<string, RawAttribute> = new Map();

export function rootScope(): Scope {
  return { names: new Map(), outer: null, attributes: NO_ATTRIBUTES, depth: 0 };
}

/** Inside `scope`; it sees the names of `scope` only when `sees` says so. */
export function innerScope(scope: Scope, sees: boolean, attributes: Scope['attributes']): Scope {
  if (scope.depth >= MAX_DEPTH) badModel(`functions and branches are nested deeper than ${MAX_DEPTH}`);
  return { names: new Map(), outer: sees ? scope : null, attributes, depth: scope.depth + 1 };
}

/** The value a name stands for, seen from `scope`, '' where the caller left it out. Throws BAD_MODEL for unknown names. */
export function resolve(name: string, scope: Scope, reader: string): ValueName {
  for (let at: Scope | null = scope; at; at = at.outer) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return badModel(`the value ${show(name)}, read by ${reader}, is not defined`);
}

/** Attributes with references replaced by what was given to the enclosing call; absent ones drop out. */
export function resolveAttributes(
  attributes: ReadonlyMap<string, RawAttribute>,
  scope: Scope,
): ReadonlyMap<string, RawAttribute> {
  const resolved = new Map<string, RawAttribute>();
  for (const [name, attribute] of attributes) {
    const value = attribute.kind === 'reference' ? scope.attributes.get(attribute.to) : attribute;
    if (value) resolved.set(name, value);
  }
  return resolved;
}

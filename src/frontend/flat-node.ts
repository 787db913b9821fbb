import type { Attribute, Node, ValueName } from '../ir/types.ts';
import { attributeKind } from './attribute-types.ts';
import { badModel, show } from './bad-model.ts';
import type { RawAttribute, RawNode } from './border/raw-model.ts';
import { modernize } from './legacy.ts';
import { OLDEST_RUNNABLE_OPSET } from './opset.ts';

/** A node of the flat model, in its own opset's form. */
export interface FlatNode extends Omit<Node, 'clip'> {
  readonly opset: number;
  /** Why it cannot be used, found while flattening; null when nothing speaks against it yet. */
  readonly refused: string | null;
  /** Values that would have to be known for it to be used. */
  readonly hangsOn?: readonly ValueName[];
  /** A capacity for its turns would do. */
  readonly isUnbounded?: boolean;
}

/** What stands in the place of names and attribute references of a raw node. */
export interface Binding {
  readonly inputs: readonly (ValueName | null)[];
  readonly outputs: readonly (ValueName | null)[];
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  /** Why its inputs cannot be used. */
  readonly refusals: readonly string[];
}

/** The node with plain attributes; what it holds that no node here can have becomes the reason to refuse it. */
export function flatNode(raw: RawNode, { inputs, outputs, attributes, refusals }: Binding): FlatNode {
  if (raw.op === '') badModel('a node has no operator', `node ${show(raw.name)}`);
  const reasons = [...refusals];
  const values: [string, Attribute][] = [];
  for (const [name, attribute] of attributes) {
    const why = whyNot(raw, name, attribute);
    if (why) reasons.push(why);
    else if (attribute.kind === 'value') values.push([name, attribute.value]);
  }
  const given = Object.fromEntries(values);
  const modern = raw.domain === '' ? modernize(raw.op, raw.opset, given) : given;
  if (typeof modern === 'string') reasons.push(modern);
  return {
    op: raw.op,
    domain: raw.domain,
    name: raw.name || (outputs.find((output) => output !== null) ?? raw.op),
    inputs: withoutTail(inputs),
    outputs: withoutTail(outputs),
    attributes: typeof modern === 'string' ? given : modern,
    opset: raw.domain === '' ? Math.max(raw.opset, OLDEST_RUNNABLE_OPSET) : raw.opset,
    refused: reasons.length > 0 ? [...new Set(reasons)].join('; ') : null,
  };
}

/** Values left out at the end need no mention. */
function withoutTail(names: readonly (ValueName | null)[]): readonly (ValueName | null)[] {
  return names.slice(0, names.findLastIndex((name) => name !== null) + 1);
}

/** Copies a value under another name. */
export function identityNode(from: ValueName, to: ValueName, opset: number, refused: string | null): FlatNode {
  return { op: 'Identity', domain: '', name: to, inputs: [from], outputs: [to], attributes: {}, opset, refused };
}

function whyNot(raw: RawNode, name: string, attribute: RawAttribute): string | null {
  if (attribute.kind === 'graph') return `attribute ${show(name)} holds a graph`;
  if (attribute.kind === 'refused') return attribute.why;
  if (attribute.kind === 'reference') return null;
  return wrongKind(raw.op, name, attribute);
}

/** Numbers of the wrong kind would change their kind when the node is written again. */
function wrongKind(op: string, name: string, { holds, value }: RawAttribute & { kind: 'value' }): string | null {
  const wanted = attributeKind(op, name);
  const isEmpty = Array.isArray(value) && value.length === 0;
  if (holds === wanted || isEmpty || (holds !== 'float' && holds !== 'int')) return null;
  return `attribute ${show(name)} holds a ${holds}, not a ${wanted}`;
}

import type { Attribute, Node, Tensor, ValueName } from '../ir/types.ts';
import { unsafeAttribute } from './attribute-guard.ts';
import { attributeKind } from './attribute-types.ts';
import { badModel, show, showNode } from './bad-model.ts';
import { constantOfNode } from './constant-node.ts';
import { modernize } from './legacy.ts';
import { NEWEST_OPSET, OLDEST_RUNNABLE_OPSET } from './opset.ts';
import type { RawAttribute, RawFunction, RawGraph, RawInitializer, RawModel, RawNode } from './raw-model.ts';
import { sortRawNodes } from './sort-nodes.ts';
import { UniqueNames } from './unique-names.ts';

/** A node of the flat model, in its own opset's form. */
export interface FlatNode extends Omit<Node, 'clip'> {
  readonly opset: number;
  /** Why it cannot be used, found while flattening; null when nothing speaks against it yet. */
  readonly refused: string | null;
}

/** One graph without functions, Constant nodes and decided Ifs; nodes in topological order, every name unique. */
export interface FlatModel {
  readonly nodes: readonly FlatNode[];
  readonly inputs: readonly ValueName[];
  readonly outputs: readonly ValueName[];
  readonly constants: ReadonlyMap<ValueName, Tensor>;
}

const MAX_DEPTH = 64;
const MAX_NODES = 200_000;

/** Raw names to value names. A branch sees the graph around it, a function body does not. */
interface Scope {
  readonly names: Map<string, ValueName>;
  readonly outer: Scope | null;
  /** Attributes of the function call this body stands for. */
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  readonly depth: number;
}

/** Tells the value of an If's condition, given what comes before it; null when it depends on the data. */
export type Decide = (
  condition: ValueName,
  nodes: readonly FlatNode[],
  constants: ReadonlyMap<ValueName, Tensor>,
) => Promise<boolean | null>;

/** Throws BAD_MODEL for names defined twice or never, for cycles, recursive functions and runaway inlining. */
export async function flatten(model: RawModel, decide: Decide): Promise<FlatModel> {
  return new Flattener(model, decide).run(model.graph);
}

class Flattener {
  private readonly nodes: FlatNode[] = [];
  private readonly constants = new Map<ValueName, Tensor>();
  private readonly refusedConstants = new Map<ValueName, string>();
  private readonly unique = new UniqueNames();
  private steps = 0;
  private readonly functions: ReadonlyMap<string, RawFunction>;
  private readonly open = new Set<RawFunction>();

  /** Opset of the Identity nodes we add. */
  private readonly opset: number;

  constructor(
    model: RawModel,
    private readonly decide: Decide,
  ) {
    this.opset = model.opsets.get('') ?? NEWEST_OPSET;
    this.functions = indexFunctions(model.functions);
  }

  async run(graph: RawGraph): Promise<FlatModel> {
    const scope: Scope = { names: new Map(), outer: null, attributes: new Map(), depth: 0 };
    const initialized = new Set(graph.initializers.map(({ name }) => name));
    const inputs = graph.inputs.filter(({ name }) => !initialized.has(name));
    for (const { name } of inputs) this.define(name, scope, 'an input');
    this.defineInitializers(graph.initializers, scope);
    await this.body(graph.nodes, scope);
    const outputs = graph.outputs.map(({ name }) => this.resolve(name, scope, 'the graph outputs'));
    if (outputs.length === 0) badModel('the graph has no outputs');
    const listed = new Set<ValueName>();
    for (const name of outputs) {
      if (listed.has(name)) badModel(`${show(name)} is listed twice among the graph outputs`);
      listed.add(name);
      const why = this.refusedConstants.get(name);
      if (why) badModel(`the graph output ${show(name)} cannot be used: ${why}`);
    }
    return { nodes: this.nodes, inputs: inputs.map(({ name }) => name), outputs, constants: this.constants };
  }

  private define(name: string, scope: Scope, what: string): ValueName {
    if (name === '') badModel(`${what} has no name`);
    if (scope.names.has(name)) badModel(`the value ${show(name)} is defined twice`);
    const unique = this.unique.fresh(name);
    scope.names.set(name, unique);
    return unique;
  }

  private resolve(name: string, scope: Scope, reader: string): ValueName {
    for (let at: Scope | null = scope; at; at = at.outer) {
      const value = at.names.get(name);
      if (value !== undefined) return value;
    }
    return badModel(`the value ${show(name)}, read by ${reader}, is not defined`);
  }

  private defineInitializers(initializers: readonly RawInitializer[], scope: Scope): void {
    for (const { name, tensor } of initializers) {
      const value = this.define(name, scope, 'an initializer');
      if (typeof tensor === 'string') this.refusedConstants.set(value, tensor);
      else this.constants.set(value, tensor);
    }
  }

  /** Names first, then nodes, so that inlined names never take the ones that stand in the file. */
  private async body(nodes: readonly RawNode[], scope: Scope): Promise<void> {
    if (scope.depth > MAX_DEPTH) badModel(`functions and branches are nested deeper than ${MAX_DEPTH}`);
    const sorted = sortRawNodes(nodes);
    for (const node of sorted) {
      for (const output of node.outputs) if (output !== '') this.defineOnce(output, scope, node);
    }
    for (const node of sorted) await this.node(node, scope);
  }

  /** The formal outputs of a function or branch already stand for the caller's values. */
  private defineOnce(output: string, scope: Scope, node: RawNode): void {
    if (scope.names.has(output) && this.promised.delete(scope.names.get(output)!)) return;
    this.define(output, scope, `an output of ${showNode(node)}`);
  }
  private readonly promised = new Set<ValueName>();

  private async node(raw: RawNode, scope: Scope): Promise<void> {
    if (++this.steps > MAX_NODES) badModel(`the model has more than ${MAX_NODES} nodes`);
    const called = this.functions.get(functionKey(raw.domain, raw.op));
    const attributes = resolveAttributes(raw, scope);
    if (called) return this.call(raw, called, attributes, scope);
    if (raw.opset === 0) badModel(`${showNode(raw)} is of domain ${show(raw.domain)}, which the file does not import`);
    if (raw.domain === '' && raw.op === 'Constant') return this.constant(raw, attributes, scope);
    if (raw.domain === '' && raw.op === 'If' && (await this.branch(raw, attributes, scope))) return;
    this.plain(raw, attributes, scope);
  }

  private plain(raw: RawNode, attributes: ReadonlyMap<string, RawAttribute>, scope: Scope): void {
    if (raw.op === '') badModel('a node has no operator', `node ${show(raw.name)}`);
    const inputs = raw.inputs.map((name) => (name === '' ? null : this.resolve(name, scope, showNode(raw))));
    const outputs = raw.outputs.map((name) => (name === '' ? null : this.resolve(name, scope, showNode(raw))));
    const refusals = inputs.flatMap((input) => (input && this.refusedConstants.get(input)) ?? []);
    const values: [string, Attribute][] = [];
    for (const [name, attribute] of attributes) {
      if (attribute.kind === 'value') {
        const unsafe = unsafeAttribute(name, attribute.value);
        if (unsafe) badModel(unsafe, showNode(raw));
        const why = wrongKind(raw.op, name, attribute);
        if (why) refusals.push(why);
        else values.push([name, attribute.value]);
      } else if (attribute.kind === 'graph') refusals.push('control flow is not supported');
      else if (attribute.kind === 'refused') refusals.push(attribute.why);
    }
    const given = Object.fromEntries(values);
    const modern = raw.domain === '' ? modernize(raw.op, raw.opset, given) : given;
    if (typeof modern === 'string') refusals.push(modern);
    this.nodes.push({
      op: raw.op,
      domain: raw.domain,
      name: raw.name || (outputs.find((output) => output !== null) ?? raw.op),
      inputs,
      outputs,
      attributes: typeof modern === 'string' ? given : modern,
      opset: raw.domain === '' ? Math.max(raw.opset, OLDEST_RUNNABLE_OPSET) : raw.opset,
      refused: refusals.length > 0 ? [...new Set(refusals)].join('; ') : null,
    });
  }

  private constant(raw: RawNode, attributes: ReadonlyMap<string, RawAttribute>, scope: Scope): void {
    if (raw.outputs.length !== 1 || raw.outputs[0] === '') badModel(`${showNode(raw)} must have one output`);
    const value = this.resolve(raw.outputs[0], scope, showNode(raw));
    const tensor = constantOfNode(raw, attributes);
    if (typeof tensor === 'string') this.refusedConstants.set(value, tensor);
    else this.constants.set(value, tensor);
  }

  /** Puts the function's body in the place of the call. */
  private async call(
    raw: RawNode,
    called: RawFunction,
    given: ReadonlyMap<string, RawAttribute>,
    scope: Scope,
  ): Promise<void> {
    const where = showNode(raw);
    if (this.open.has(called)) badModel(`function ${show(called.name)} calls itself`, where);
    if (raw.inputs.length > called.inputs.length || raw.outputs.length > called.outputs.length) {
      badModel(`function ${show(called.name)} is called with more inputs or outputs than it has`, where);
    }
    const attributes = new Map([...called.defaults, ...given]);
    const inner: Scope = { names: new Map(), outer: null, attributes, depth: scope.depth + 1 };
    called.inputs.forEach((formal, i) => {
      if (inner.names.has(formal)) badModel(`function ${show(called.name)} names two inputs ${show(formal)}`);
      if (raw.inputs[i]) inner.names.set(formal, this.resolve(raw.inputs[i], scope, where));
    });
    this.open.add(called);
    await this.inline(raw, called.nodes, called.outputs, called.inputs, scope, inner);
    this.open.delete(called);
  }

  /** Puts the chosen branch in the place of an If whose condition can be decided; false when it cannot. */
  private async branch(raw: RawNode, attributes: ReadonlyMap<string, RawAttribute>, scope: Scope): Promise<boolean> {
    if (!raw.inputs[0]) return badModel('an If has no condition', showNode(raw));
    const condition = this.resolve(raw.inputs[0], scope, showNode(raw));
    const decision = await this.decide(condition, this.nodes, this.constants);
    if (decision === null) return false;
    const chosen = attributes.get(decision ? 'then_branch' : 'else_branch');
    if (chosen?.kind !== 'graph') return badModel('a branch is missing', showNode(raw));
    const inner: Scope = { names: new Map(), outer: scope, attributes: scope.attributes, depth: scope.depth + 1 };
    if (chosen.graph.inputs.length > 0) badModel('a branch has inputs', showNode(raw));
    this.defineInitializers(chosen.graph.initializers, inner);
    const outputs = chosen.graph.outputs.map(({ name }) => name);
    if (raw.outputs.length > outputs.length) badModel('the If has more outputs than its branch', showNode(raw));
    await this.inline(raw, chosen.graph.nodes, outputs, [], scope, inner);
    return true;
  }

  /**
   * A formal output made by a node of the body gets the caller's name. One that is passed through
   * (an input, an initializer, a value from outside, or a second mention) gets an Identity.
   */
  private async inline(
    raw: RawNode,
    nodes: readonly RawNode[],
    formals: readonly string[],
    inputs: readonly string[],
    scope: Scope,
    inner: Scope,
  ): Promise<void> {
    const made = new Set(nodes.flatMap((node) => node.outputs));
    for (const name of inputs) made.delete(name);
    const passed: [formal: string, actual: ValueName][] = [];
    raw.outputs.forEach((name, i) => {
      if (name === '') return;
      const actual = this.resolve(name, scope, showNode(raw));
      const formal = formals[i];
      if (made.has(formal) && !inner.names.has(formal)) {
        inner.names.set(formal, actual);
        this.promised.add(actual);
      } else {
        passed.push([formal, actual]);
      }
    });
    await this.body(nodes, inner);
    for (const [formal, actual] of passed) {
      const source = this.resolve(formal, inner, showNode(raw));
      const refused = this.refusedConstants.get(source) ?? null;
      this.nodes.push({
        op: 'Identity',
        domain: '',
        name: actual,
        inputs: [source],
        outputs: [actual],
        attributes: {},
        opset: this.opset,
        refused,
      });
    }
  }
}

/** References to the enclosing call's attributes replaced by what was given there; absent ones drop out. */
function resolveAttributes(node: RawNode, scope: Scope): ReadonlyMap<string, RawAttribute> {
  const resolved = new Map<string, RawAttribute>();
  for (const [name, attribute] of node.attributes) {
    const value = attribute.kind === 'reference' ? scope.attributes.get(attribute.to) : attribute;
    if (value) resolved.set(name, value);
  }
  return resolved;
}

/** Numbers of the wrong kind would change their kind when the node is written again. */
function wrongKind(op: string, name: string, { holds, value }: RawAttribute & { kind: 'value' }): string | null {
  const wanted = attributeKind(op, name);
  if (holds === wanted || (holds !== 'float' && holds !== 'int') || (Array.isArray(value) && value.length === 0))
    return null;
  return `attribute ${show(name)} holds a ${holds}, not a ${wanted}`;
}

function indexFunctions(functions: readonly RawFunction[]): ReadonlyMap<string, RawFunction> {
  const index = new Map<string, RawFunction>();
  for (const called of functions) {
    const key = functionKey(called.domain, called.name);
    if (index.has(key)) badModel(`function ${show(called.name)} is defined twice`);
    index.set(key, called);
  }
  return index;
}

function functionKey(domain: string, name: string): string {
  return JSON.stringify([domain, name]);
}

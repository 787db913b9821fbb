import type { Tensor, ValueName } from '../ir/types.ts';
import { badModel, show, showNode } from './bad-model.ts';
import type { RawAttribute, RawFunction, RawGraph, RawInitializer, RawModel, RawNode } from './border/raw-model.ts';
import { constantOfNode } from './constant-node.ts';
import { type FlatNode, flatNode, identityNode } from './flat-node.ts';
import { NEWEST_OPSET } from './opset.ts';
import { innerScope, resolve, resolveAttributes, rootScope, type Scope } from './scope.ts';
import { sortRawNodes } from './sort-nodes.ts';
import { UniqueNames } from './unique-names.ts';

/** One graph without functions, Constant nodes and decided Ifs; nodes in topological order, every name unique. */
export interface FlatModel {
  readonly nodes: readonly FlatNode[];
  readonly inputs: readonly ValueName[];
  readonly outputs: readonly ValueName[];
  readonly constants: ReadonlyMap<ValueName, Tensor>;
}

/** Tells the value of an If's condition, given what comes before it; null when it depends on the data. */
export type Decide = (
  condition: ValueName,
  nodes: readonly FlatNode[],
  constants: ReadonlyMap<ValueName, Tensor>,
) => Promise<boolean | null>;

/** Far beyond any model that fits a microcontroller; the time a file takes grows with it. */
const MAX_COUNT = 100_000;

/** Throws BAD_MODEL for names defined twice or never, for cycles, recursive functions and runaway inlining. */
export async function flatten(model: RawModel, decide: Decide): Promise<FlatModel> {
  const { inputs, outputs } = model.graph;
  for (const [what, { length }] of Object.entries({ inputs, outputs })) {
    if (length > MAX_COUNT) badModel(`the model has ${length} ${what}, more than ${MAX_COUNT}`);
  }
  return new Flattener(model, decide).run(model.graph);
}

class Flattener {
  private readonly nodes: FlatNode[] = [];
  private readonly constants = new Map<ValueName, Tensor>();
  /** Constants that cannot be used, with the reason. */
  private readonly refused = new Map<ValueName, string>();
  private readonly unique = new UniqueNames();
  /** Values of a caller that a node of the body it is replaced by will make. */
  private readonly promised = new Set<ValueName>();
  private readonly functions: ReadonlyMap<string, RawFunction>;
  /** Functions being inlined. */
  private readonly open = new Set<RawFunction>();
  /** Opset of the nodes we add. */
  private readonly opset: number;
  private readonly decide: Decide;
  private steps = 0;

  constructor(model: RawModel, decide: Decide) {
    this.opset = model.opsets.get('') ?? NEWEST_OPSET;
    this.functions = indexFunctions(model.functions);
    this.decide = decide;
  }

  async run(graph: RawGraph): Promise<FlatModel> {
    const scope = rootScope();
    const initialized = new Set(graph.initializers.map(({ name }) => name));
    const inputs = graph.inputs.filter(({ name }) => !initialized.has(name));
    for (const { name } of inputs) this.define(name, scope, 'an input');
    this.initialize(graph.initializers, scope);
    await this.body(graph.nodes, scope);
    const outputs = new Set<ValueName>();
    for (const { name } of graph.outputs) {
      const value = resolve(name, scope, 'the graph outputs');
      if (outputs.has(value)) badModel(`${show(name)} is listed twice among the graph outputs`);
      const why = this.refused.get(value);
      if (why) badModel(`the graph output ${show(name)} cannot be used: ${why}`);
      outputs.add(value);
    }
    if (outputs.size === 0) badModel('the graph has no outputs');
    const names = inputs.map(({ name }) => name);
    return { nodes: this.nodes, inputs: names, outputs: [...outputs], constants: this.constants };
  }

  private define(name: string, scope: Scope, what: string): void {
    if (name === '') badModel(`${what} has no name`);
    if (scope.names.has(name)) badModel(`the name ${show(name)} is defined twice`);
    scope.names.set(name, this.unique.fresh(name));
  }

  private initialize(initializers: readonly RawInitializer[], scope: Scope): void {
    for (const { name, tensor } of initializers) {
      this.define(name, scope, 'an initializer');
      this.hold(resolve(name, scope, 'itself'), tensor);
    }
  }

  private hold(value: ValueName, tensor: Tensor | string): void {
    if (typeof tensor === 'string') this.refused.set(value, tensor);
    else this.constants.set(value, tensor);
  }

  /** Names first, then nodes, so that inlined names never take the ones that stand in the file. */
  private async body(nodes: readonly RawNode[], scope: Scope): Promise<void> {
    for (const node of nodes) {
      for (const output of node.outputs) {
        const isPromised = this.promised.delete(scope.names.get(output) ?? '');
        if (output !== '' && !isPromised) this.define(output, scope, `an output of ${showNode(node)}`);
      }
    }
    for (const node of sortRawNodes(nodes)) await this.node(node, scope);
  }

  private async node(raw: RawNode, scope: Scope): Promise<void> {
    if (++this.steps > MAX_COUNT) badModel(`the model has more than ${MAX_COUNT} nodes`);
    const called = this.functions.get(functionKey(raw.domain, raw.op, raw.overload));
    const attributes = resolveAttributes(raw.attributes, scope);
    if (called) return this.call(raw, called, attributes, scope);
    if (raw.opset === 0) badModel(`${showNode(raw)} is of domain ${show(raw.domain)}, which the file does not import`);
    if (raw.domain === '' && raw.op === 'Constant') return this.constant(raw, attributes, scope);
    if (raw.domain === '' && raw.op === 'If' && (await this.branch(raw, attributes, scope))) return;

    const bind = (name: string) => (name && resolve(name, scope, showNode(raw))) || null;
    const inputs = raw.inputs.map(bind);
    const refusals = inputs.flatMap((input) => (input && this.refused.get(input)) ?? []);
    this.nodes.push(flatNode(raw, { inputs, outputs: raw.outputs.map(bind), attributes, refusals }));
  }

  private constant(raw: RawNode, attributes: ReadonlyMap<string, RawAttribute>, scope: Scope): void {
    if (raw.outputs.length !== 1 || raw.outputs[0] === '') badModel(`${showNode(raw)} must have one output`);
    this.hold(resolve(raw.outputs[0], scope, showNode(raw)), constantOfNode(raw, attributes));
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
    const inner = innerScope(scope, false, new Map([...called.defaults, ...given]));
    called.inputs.forEach((formal, i) => {
      if (inner.names.has(formal)) badModel(`function ${show(called.name)} names two inputs ${show(formal)}`);
      inner.names.set(formal, raw.inputs[i] ? resolve(raw.inputs[i], scope, where) : '');
    });
    this.open.add(called);
    await this.inline(raw, called.nodes, called.outputs, scope, inner);
    this.open.delete(called);
  }

  /** Puts the chosen branch in the place of an If whose condition can be decided; false when it cannot. */
  private async branch(raw: RawNode, attributes: ReadonlyMap<string, RawAttribute>, scope: Scope): Promise<boolean> {
    const where = showNode(raw);
    const condition = raw.inputs[0] && resolve(raw.inputs[0], scope, where);
    if (!condition) return badModel('an If has no condition', where);
    const decision = await this.decide(condition, this.nodes, this.constants);
    if (decision === null) return false;
    const chosen = attributes.get(decision ? 'then_branch' : 'else_branch');
    if (chosen?.kind !== 'graph') return badModel('a branch is missing', where);
    const { nodes, initializers, inputs, outputs } = chosen.graph;
    if (inputs.length > 0) badModel('a branch has inputs', where);
    if (raw.outputs.length > outputs.length) badModel('the If has more outputs than its branch', where);
    const inner = innerScope(scope, true, scope.attributes);
    this.initialize(initializers, inner);
    const formals = outputs.map(({ name }) => name);
    await this.inline(raw, nodes, formals, scope, inner);
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
    scope: Scope,
    inner: Scope,
  ): Promise<void> {
    const made = new Set(nodes.flatMap((node) => node.outputs));
    const passed: [formal: string, actual: ValueName][] = [];
    raw.outputs.forEach((name, i) => {
      if (name === '') return;
      const actual = resolve(name, scope, showNode(raw));
      if (made.has(formals[i]) && !inner.names.has(formals[i])) {
        inner.names.set(formals[i], actual);
        this.promised.add(actual);
      } else {
        passed.push([formals[i], actual]);
      }
    });
    await this.body(nodes, inner);
    for (const [formal, actual] of passed) {
      const source = resolve(formal, inner, showNode(raw));
      if (source === '') badModel(`${show(formal)} is left out, but an output`, showNode(raw));
      this.nodes.push(identityNode(source, actual, this.opset, this.refused.get(source) ?? null));
    }
  }
}

function indexFunctions(functions: readonly RawFunction[]): ReadonlyMap<string, RawFunction> {
  const index = new Map<string, RawFunction>();
  for (const called of functions) {
    const key = functionKey(called.domain, called.name, called.overload);
    if (index.has(key)) badModel(`function ${show(called.name)} is defined twice`);
    index.set(key, called);
  }
  return index;
}

function functionKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}

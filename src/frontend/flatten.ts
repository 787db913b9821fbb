import type { Tensor, ValueName } from '../ir/types.ts';
import { own } from '../support/own.ts';
import { badModel, show, showNode } from './bad-model.ts';
import type { RawAttribute, RawFunction, RawGraph, RawInitializer, RawModel, RawNode } from './border/raw-model.ts';
import { constantOfNode } from './constant-node.ts';
import { branch } from './control-flow/branch.ts';
import type { Foresight } from './control-flow/foresight.ts';
import { loop } from './control-flow/loop.ts';
import { openSite } from './control-flow/open-site.ts';
import { scan } from './control-flow/scan.ts';
import { type Site, Undecided } from './control-flow/site.ts';
import { FlatGraph, MAX_COUNT } from './flat-graph.ts';
import { type Binding, type FlatNode, flatNode, identityNode } from './flat-node.ts';
import { NEWEST_OPSET } from './opset.ts';
import { innerScope, NO_ATTRIBUTES, resolve, resolveAttributes, rootScope, type Scope } from './scope.ts';
import type { Capacities } from './sizes/capacities.ts';
import { sortRawNodes } from './sort-nodes.ts';

/** One graph without functions, Constant nodes, branches and loops; nodes in topological order, every name unique. */
export interface FlatModel {
  readonly nodes: readonly FlatNode[];
  readonly inputs: readonly ValueName[];
  readonly outputs: readonly ValueName[];
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  /** Those that were given, and those of nodes which stand for computed numbers of turns. */
  readonly capacities: Capacities;
  /** What is one value in a loop, turn by turn. */
  readonly series: readonly (readonly ValueName[])[];
  /** Loops, whose turns a capacity may bound. */
  readonly loops: readonly NamedNode[];
  /** Ifs that are decided when the model runs, with their conditions. */
  readonly choices: ReadonlyMap<string, ValueName>;
}

type NamedNode = Pick<FlatNode, 'domain' | 'op' | 'name' | 'outputs'>;

export interface FlattenOptions {
  readonly foresight: Foresight;
  /** How many turns of a loop fit, by the name of its node or of a result. */
  readonly capacities: Capacities;
}

/** Puts nodes in the place of one with subgraphs; its results, or null where the nodes have their names. */
type ControlFlow = (site: Site) => Promise<readonly (ValueName | null)[] | null>;

const CONTROL_FLOW: Readonly<Record<string, ControlFlow>> = {
  If: branch,
  Loop: loop,
  Scan: scan,
};

/** Fewer turns are no loop of the C, which would want equal scales. */
const LEAST_TURNS = 3;

/** Throws BAD_MODEL for names defined twice or never, for cycles, recursive functions and runaway inlining. */
export async function flatten(model: RawModel, options: FlattenOptions): Promise<FlatModel> {
  const { inputs, outputs } = model.graph;
  for (const [what, { length }] of Object.entries({ inputs, outputs })) {
    if (length > MAX_COUNT) badModel(`the model has ${length} ${what}, more than ${MAX_COUNT}`);
  }
  return new Flattener(model, options).run(model.graph);
}

class Flattener {
  private readonly flat: FlatGraph;
  /** Values of a caller that a node of the body it is replaced by will make. */
  private readonly promised = new Set<ValueName>();
  private readonly functions: ReadonlyMap<string, RawFunction>;
  /** Functions being inlined. */
  private readonly open = new Set<RawFunction>();
  private readonly foresight: Foresight;
  /** By subgraph and name: what it is each time that the subgraph stands there. */
  private readonly turns = new Map<RawGraph, Map<string, ValueName[]>>();
  private readonly loops: NamedNode[] = [];
  private readonly choices = new Map<string, ValueName>();

  constructor(model: RawModel, { foresight, capacities }: FlattenOptions) {
    this.flat = new FlatGraph(model.opsets.get('') ?? NEWEST_OPSET, capacities);
    this.functions = indexFunctions(model.functions);
    this.foresight = foresight;
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
      const why = this.flat.refused.get(value);
      if (why) badModel(`the graph output ${show(name)} cannot be used: ${why}`);
      outputs.add(value);
    }
    if (outputs.size === 0) badModel('the graph has no outputs');
    const names = inputs.map(({ name }) => name);
    const { nodes, constants, capacities } = this.flat;
    const { loops, choices } = this;
    const series = this.series();
    return { nodes, inputs: names, outputs: [...outputs], constants, capacities, series, loops, choices };
  }

  /** Of what no turn can fold away; a constant may be what a series begins with. */
  private series(): ValueName[][] {
    const { series, constants } = this.flat;
    const isData = (value: ValueName) => this.foresight.isData(value, this.flat);
    const bodies = [...this.turns.values()].flatMap((values) => [...values.values()]);
    return [...series, ...bodies.map((values) => values.filter((value) => !constants.has(value)))]
      .map((values) => values.filter((value, i) => isData(value) || (i === 0 && constants.has(value))))
      .filter((values) => values.length >= LEAST_TURNS);
  }

  private define(name: string, scope: Scope, what: string): void {
    if (name === '') badModel(`${what} has no name`);
    if (scope.names.has(name)) badModel(`the name ${show(name)} is defined twice`);
    scope.names.set(name, this.flat.unique.fresh(name));
  }

  private initialize(initializers: readonly RawInitializer[], scope: Scope): void {
    for (const { name, tensor } of initializers) {
      this.define(name, scope, 'an initializer');
      this.flat.hold(resolve(name, scope, 'itself'), tensor);
    }
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
    this.flat.count();
    const called = this.functions.get(functionKey(raw.domain, raw.op, raw.overload));
    const attributes = resolveAttributes(raw.attributes, scope);
    if (called) return this.call(raw, called, attributes, scope);
    if (raw.opset === 0) badModel(`${showNode(raw)} is of domain ${show(raw.domain)}, which the file does not import`);
    if (raw.domain === '' && raw.op === 'Constant') return this.constant(raw, attributes, scope);
    const control = raw.domain === '' ? own(CONTROL_FLOW, raw.op) : undefined;
    if (control) return this.control(raw, control, attributes, scope);
    this.flat.push(flatNode(raw, this.bind(raw, attributes, scope)));
  }

  private bind(raw: RawNode, attributes: ReadonlyMap<string, RawAttribute>, scope: Scope): Binding {
    const bind = (name: string) => (name && resolve(name, scope, showNode(raw))) || null;
    const inputs = raw.inputs.map(bind);
    const refusals = inputs.flatMap((input) => (input && this.flat.refused.get(input)) ?? []);
    return { inputs, outputs: raw.outputs.map(bind), attributes, refusals };
  }

  private constant(raw: RawNode, attributes: ReadonlyMap<string, RawAttribute>, scope: Scope): void {
    if (raw.outputs.length !== 1 || raw.outputs[0] === '') badModel(`${showNode(raw)} must have one output`);
    this.flat.hold(resolve(raw.outputs[0], scope, showNode(raw)), constantOfNode(raw, attributes));
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

  /** Nodes without subgraphs in the place of one that has some; the node with the reason where that is not possible. */
  private async control(
    raw: RawNode,
    control: ControlFlow,
    attributes: ReadonlyMap<string, RawAttribute>,
    scope: Scope,
  ): Promise<void> {
    const binding = this.bind(raw, attributes, scope);
    if (raw.op === 'Loop') this.loops.push({ ...raw, outputs: binding.outputs });
    const site = openSite(this.flat, this.foresight, raw, binding, {
      become: (graph) => {
        const formals = graph.outputs.map(({ name }) => name);
        return this.inline(raw, graph.nodes, formals, scope, this.enter(graph, [], scope));
      },
      inline: async (graph, inputs) => {
        const inner = this.enter(graph, inputs, scope);
        await this.body(graph.nodes, inner);
        this.remember(graph, inner);
        return graph.outputs.map(({ name }) => resolve(name, inner, showNode(raw)));
      },
    });
    try {
      const results = await control(site);
      if (raw.op === 'If' && results !== null && binding.inputs[0]) this.choices.set(site.where, binding.inputs[0]);
      for (const [i, actual] of results === null ? [] : binding.outputs.entries()) {
        if (actual === null) continue;
        const source = results?.[i];
        if (source == null) throw new Undecided('it makes no turn, and a result of it is empty');
        this.flat.push(identityNode(source, actual, this.flat.opset, this.flat.refused.get(source) ?? null));
      }
    } catch (error) {
      if (!(error instanceof Undecided)) throw error;
      const refusals = [...binding.refusals, error.message];
      const { hangsOn, isUnbounded } = error;
      this.flat.push({ ...flatNode(raw, { ...binding, attributes: NO_ATTRIBUTES, refusals }), hangsOn, isUnbounded });
    }
  }

  /** What the values of a body are in this turn. */
  private remember(graph: RawGraph, inner: Scope): void {
    const values = this.turns.get(graph) ?? new Map<string, ValueName[]>();
    this.turns.set(graph, values);
    for (const name of graph.nodes.flatMap(({ outputs }) => outputs)) {
      const value = inner.names.get(name);
      if (value) values.set(name, [...(values.get(name) ?? []), value]);
    }
  }

  /** The scope of a subgraph, with its inputs and constants. */
  private enter(graph: RawGraph, inputs: readonly ValueName[], scope: Scope): Scope {
    const inner = innerScope(scope, true, scope.attributes);
    graph.inputs.forEach(({ name }, i) => {
      if (inner.names.has(name)) badModel(`the name ${show(name)} is defined twice`);
      inner.names.set(name, inputs[i]!);
    });
    this.initialize(graph.initializers, inner);
    return inner;
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
      this.flat.push(identityNode(source, actual, this.flat.opset, this.flat.refused.get(source) ?? null));
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

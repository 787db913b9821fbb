import { invariant, must } from '../support/errors.ts';
import type { Attribute, Graph, Node, Tensor, TensorType, ValueName } from './types.ts';

/** What a new node needs; the rest has defaults. */
export interface NodeSpec {
  readonly op: string;
  readonly domain?: string;
  readonly name?: string;
  readonly inputs: readonly (ValueName | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly clip?: Node['clip'];
  readonly rounding?: Node['rounding'];
}

export function typeOf(graph: Graph, value: ValueName | null | undefined): TensorType {
  return must(graph.types.get(must(value, 'value name')), `type of '${value}'`);
}

/** The constant an input names, or null when it is computed, absent or left out. */
export function constantOf(graph: Graph, value: ValueName | null | undefined): Tensor | null {
  return (value != null && graph.constants.get(value)) || null;
}

export function producerOf(graph: Graph, value: ValueName | null | undefined): Node | null {
  return (value != null && linksOf(graph).producers.get(value)) || null;
}

/** In the order of the graph. */
export function consumersOf(graph: Graph, value: ValueName): readonly Node[] {
  return linksOf(graph).consumers.get(value) ?? [];
}

/** The value of the file that `value` is, if the file has it. */
export function originOf({ origins }: Graph, value: ValueName): ValueName {
  return origins?.get(value) ?? value;
}

export function isOutput(graph: Graph, value: ValueName): boolean {
  return linksOf(graph).outputs.has(value);
}

/** The one node that reads `value`, or null when several do or when it is a graph output. */
export function soleConsumer(graph: Graph, value: ValueName): Node | null {
  const consumers = consumersOf(graph, value);
  const reads = consumers.flatMap((node) => node.inputs.filter((input) => input === value)).length;
  return reads === 1 && !isOutput(graph, value) ? consumers[0] : null;
}

interface Links {
  readonly producers: ReadonlyMap<ValueName, Node>;
  readonly consumers: ReadonlyMap<ValueName, readonly Node[]>;
  readonly outputs: ReadonlySet<ValueName>;
}

/** Graphs do not change, so who makes and who reads a value is looked for once. */
const knownLinks = new WeakMap<Graph, Links>();

function linksOf(graph: Graph): Links {
  const known = knownLinks.get(graph);
  if (known) return known;
  const producers = new Map<ValueName, Node>();
  const consumers = new Map<ValueName, Node[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== null && !producers.has(output)) producers.set(output, node);
    for (const input of new Set(node.inputs)) {
      if (input === null) continue;
      const readers = consumers.get(input);
      if (readers) readers.push(node);
      else consumers.set(input, [node]);
    }
  }
  const links = { producers, consumers, outputs: new Set(graph.outputs) };
  knownLinks.set(graph, links);
  return links;
}

/** A scratch pad over an immutable graph; finish() gives the new graph. */
export interface GraphDraft {
  readonly graph: Graph;
  /** Type of a value of the graph or of this draft. */
  type(value: ValueName): TensorType;
  /** Adds a graph input under a fresh name derived from `hint`. */
  input(hint: string, type: TensorType): ValueName;
  /** Makes a value one more output of the graph. */
  addOutput(value: ValueName): void;
  /** Adds a constant under a fresh name derived from `hint`. */
  constant(hint: string, tensor: Tensor): ValueName;
  /** Adds a node with one output of this type, before the first reader of that output; returns the output. */
  node(spec: NodeSpec, type: TensorType, hint?: string): ValueName;
  /** Replaces a node by a changed copy. Outputs may be left out (null) or added (see output), not renamed. */
  update(node: Pick<Node, 'name' | 'outputs'>, change: Partial<Node>): void;
  /** A fresh name, derived from `hint`, for one more output of a node. */
  output(hint: string, type: TensorType): ValueName;
  /** Every reader of `from` reads `to` instead. A graph output keeps its name: `to` takes it over. */
  replaceUses(from: ValueName, to: ValueName): void;
  setType(value: ValueName, type: TensorType): void;
  /** Gives `value` a constant; its producer no longer makes it. */
  makeConstant(value: ValueName, tensor: Tensor): void;
  /** These values get one scale when they become codes. */
  tie(values: readonly ValueName[]): void;
  /** Drops dead nodes and constants, restores topological order. */
  finish(): Graph;
}

export function editGraph(graph: Graph): GraphDraft {
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  /** null: gone. */
  const nodes: (Node | null)[] = [...graph.nodes];
  const positions = new Map<ValueName, number>();
  for (const [i, node] of graph.nodes.entries())
    for (const output of node.outputs) if (output) positions.set(output, i);
  const inputs = [...graph.inputs];
  const outputs = [...graph.outputs];
  const aliases = new Map<ValueName, ValueName>();
  const ties = [...(graph.ties ?? [])];
  const origins = new Map(graph.origins);

  const lastNumber = new Map<string, number>();
  const fresh = (hint: string): ValueName => {
    let name = hint;
    let number = lastNumber.get(hint) ?? 0;
    while (types.has(name)) name = `${hint}.${++number}`;
    lastNumber.set(hint, number);
    return name;
  };

  return {
    graph,
    type: (value) => must(types.get(value), `type of '${value}'`),
    input(hint, type) {
      inputs.push(this.output(hint, type));
      return inputs[inputs.length - 1];
    },
    addOutput(value) {
      outputs.push(value);
    },
    constant(hint, tensor) {
      const name = fresh(hint);
      constants.set(name, tensor);
      types.set(name, { dtype: tensor.dtype, shape: tensor.shape, quant: null });
      return name;
    },
    node(spec, type, hint = spec.name ?? spec.op) {
      const output = this.output(hint, type);
      positions.set(output, nodes.length);
      nodes.push({
        op: spec.op,
        domain: spec.domain ?? '',
        name: spec.name ?? output,
        inputs: spec.inputs,
        outputs: [output],
        attributes: spec.attributes ?? {},
        clip: spec.clip ?? null,
        ...(spec.rounding && { rounding: spec.rounding }),
      });
      return output;
    },
    update(node, change) {
      const output = node.outputs.find((value) => value !== null);
      const index = positions.get(must(output, `output of '${node.name}'`)) ?? -1;
      const current = nodes[index];
      invariant(current, `node '${node.name}' is not in the graph`);
      const changed = { ...current, ...change };
      for (const left of current.outputs) if (left && !changed.outputs.includes(left)) positions.delete(left);
      for (const added of changed.outputs) if (added) positions.set(added, index);
      nodes[index] = changed;
    },
    output(hint, type) {
      const name = fresh(hint);
      types.set(name, type);
      return name;
    },
    replaceUses(from, to) {
      if (from === to) return;
      aliases.set(from, to);
      origins.set(to, origins.get(from) ?? from);
    },
    setType(value, type) {
      types.set(value, type);
    },
    makeConstant(value, tensor) {
      constants.set(value, tensor);
      types.set(value, { dtype: tensor.dtype, shape: tensor.shape, quant: types.get(value)?.quant ?? null });
      const index = positions.get(value);
      const producer = index === undefined ? null : nodes[index];
      if (index === undefined || !producer) return;
      positions.delete(value);
      nodes[index] = producer.outputs.length === 1 ? null : { ...producer, outputs: without(producer.outputs, value) };
    },
    tie(values) {
      ties.push(values);
    },
    finish() {
      const resolve = (value: ValueName): ValueName => {
        const passed: ValueName[] = [];
        let name = value;
        for (let next = aliases.get(name); next !== undefined; next = aliases.get(name)) {
          invariant(passed.length <= aliases.size, `replaceUses runs in a circle at '${value}'`);
          passed.push(name);
          name = next;
        }
        for (const other of passed) aliases.set(other, name);
        return name;
      };
      const left = nodes.flatMap((node) =>
        node ? [{ ...node, inputs: node.inputs.map((input) => input && resolve(input)) }] : [],
      );
      const sources = outputs.map(resolve);
      const tied = ties.length > 0 && { ties: ties.map((values) => [...new Set(values.map(resolve))]) };
      const edited = {
        ...graph,
        inputs,
        outputs,
        nodes: sortNodes(left),
        types,
        constants,
        ...tied,
        ...(origins.size > 0 && { origins }),
      };
      return prune(keepOutputNames(edited, sources));
    },
  };
}

function without(outputs: Node['outputs'], value: ValueName): Node['outputs'] {
  return outputs.map((output) => (output === value ? null : output));
}

/**
 * The graph whose outputs are computed by `sources` but called as before: a source that is computed inside takes
 * the output's name; one that has a name to keep (an input, another output) is copied by an Identity.
 */
function keepOutputNames(graph: Graph, sources: readonly ValueName[]): Graph {
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  const taken = new Set(graph.outputs.filter((output, i) => sources[i] === output));
  const renamed = new Map<ValueName, ValueName>();
  const copies: Node[] = [];
  const graphInputs = new Set(graph.inputs);
  const outputs = graph.outputs.map((output, i) => {
    const source = must(sources[i], 'source of a graph output');
    if (source === output || graphInputs.has(output)) return source;
    types.set(output, must(types.get(source), `type of '${source}'`));
    constants.delete(output);
    const constant = graph.constants.get(source);
    if (constant) constants.set(output, constant);
    else if (computed.has(source) && !taken.has(source) && !renamed.has(source)) renamed.set(source, output);
    else copies.push(copyNode(source, output));
    return output;
  });
  const rename = <T extends ValueName | null>(value: T) => (value === null ? value : (renamed.get(value) ?? value));
  // What computed an output before has no reader left, and must not share its name.
  const stale = new Set<ValueName | null>(outputs.filter((output, i) => output !== sources[i]));
  const nodes: Node[] = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map((output) => (stale.has(output) ? null : rename(output))),
  }));
  for (const copy of copies) nodes.push({ ...copy, inputs: copy.inputs.map(rename) });
  const kept = [...(graph.ranges ?? [])].filter(([name]) => !stale.has(name));
  const ranges = graph.ranges && { ranges: new Map(kept.map(([name, range]) => [rename(name), range])) };
  const ties = graph.ties && {
    ties: graph.ties.map((values) => values.filter((value) => !stale.has(value)).map(rename)),
  };
  const named = [...(graph.origins ?? [])].map(([value, origin]) => [rename(value), origin] as const);
  const origins = graph.origins && { origins: new Map(named.filter(([value, origin]) => value !== origin)) };
  return { ...graph, outputs, nodes, types, constants, ...ranges, ...ties, ...origins };
}

function copyNode(from: ValueName, to: ValueName): Node {
  return { op: 'Identity', domain: '', name: to, inputs: [from], outputs: [to], attributes: {}, clip: null };
}

/** Topological order that keeps the given order wherever it is legal (depth first from each node in turn). */
export function sortNodes(nodes: readonly Node[]): Node[] {
  const producer = new Map<ValueName, Node>();
  for (const node of nodes) for (const output of node.outputs) if (output) producer.set(output, node);
  const sorted: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  for (const root of nodes) {
    const stack: Node[] = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (state.get(node) === 'done') {
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      const pending = node.inputs
        .map((input) => (input ? producer.get(input) : undefined))
        .filter((source): source is Node => source !== undefined && state.get(source) !== 'done');
      if (pending.length === 0) {
        state.set(node, 'done');
        sorted.push(node);
        stack.pop();
        continue;
      }
      invariant(
        pending.every((source) => state.get(source) !== 'open'),
        `the graph has a cycle through '${node.name}'`,
      );
      stack.push(...pending.reverse());
    }
  }
  return sorted;
}

/** Without nodes, constants and types that no output needs. Graph inputs stay. */
export function prune(graph: Graph): Graph {
  const needed = new Set<ValueName>(graph.outputs);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => output && needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input) needed.add(input);
  }
  nodes.reverse();
  const kept = new Set<ValueName>([...needed, ...graph.inputs]);
  for (const node of nodes) for (const output of node.outputs) if (output) kept.add(output);
  const keep = <T>(map: ReadonlyMap<ValueName, T>) => new Map([...map].filter(([name]) => kept.has(name)));
  const ranges = graph.ranges && { ranges: keep(graph.ranges) };
  const ties = graph.ties
    ?.map((values) => values.filter((value) => kept.has(value)))
    .filter(({ length }) => length > 1);
  const { ties: _, ...rest } = graph;
  return {
    ...rest,
    nodes,
    types: keep(graph.types),
    constants: keep(graph.constants),
    ...ranges,
    ...(ties && ties.length > 0 && { ties }),
  };
}

import { invariant, must } from '../support/errors.ts';
import { prune, sortNodes } from './tidy-graph.ts';
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

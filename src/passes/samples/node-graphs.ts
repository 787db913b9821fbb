import { prune } from '../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { buildOracle } from '../../oracle/build-oracle.ts';
import { must } from '../../support/errors.ts';

/** A node as a graph of its own, in operators that onnxruntime has, with what its values are called in it. */
export interface NodeGraph {
  readonly graph: Graph;
  /** By their names in the whole graph. */
  readonly inputs: ReadonlyMap<ValueName, ValueName>;
  readonly outputs: ReadonlyMap<ValueName, ValueName>;
}

/** `isGiven`: values that are fed, constants among them. */
export type NodeGraphs = (node: Node, within: Graph, isGiven: (value: ValueName) => boolean) => NodeGraph;

/**
 * Nodes that differ in names alone have one graph, and so one session of onnxruntime: the steps of an unrolled recurrent layer are
 * some dozens of nodes, over and over.
 */
export function nodeGraphs(): NodeGraphs {
  const known = new Map<string, Graph>();
  const spell = speller();
  return (node, within, isGiven) => {
    const named = (values: readonly (ValueName | null)[], letter: string) =>
      new Map([...new Set(values)].flatMap((value, i) => (value === null ? [] : [[value, `${letter}${i}`] as const])));
    const [reads, outputs] = [named(node.inputs, 'x'), named(node.outputs, 'y')];
    const isConstant = (value: ValueName) => within.constants.has(value) && !isGiven(value);
    const inputs = new Map([...reads].filter(([value]) => !isConstant(value)));
    const names = new Map([...reads, ...outputs]);
    const { name: _, ...rest } = renamed(node, names);
    const types = [...names].map(([value, name]) => [name, must(within.types.get(value), value)] as const);
    const constants = [...reads].flatMap(([value, name]) =>
      isConstant(value) ? [[name, must(within.constants.get(value), value)] as const] : [],
    );
    const key = spell([rest, types, constants]);
    const graph = known.get(key) ?? alone();
    known.delete(key);
    known.set(key, graph);
    for (const [oldest] of known) if (known.size > MOST_GRAPHS) known.delete(oldest);
    return { graph, inputs, outputs };

    function alone(): Graph {
      const ends = { inputs: [...inputs.values()], outputs: [...outputs.values()] };
      const nodes = [renamed(node, names)];
      return buildOracle(prune({ name: 'node', ...ends, nodes, types: new Map(types), constants: new Map(constants) }));
    }
  };
}

/** More than a step of a recurrent layer has nodes, with and without their corrections. */
const MOST_GRAPHS = 64;

/** JSON in which numbers that it has no words for keep their difference, and a tensor is a number of its own. */
function speller(): (value: unknown) => string {
  const numbers = new WeakMap<object, number>();
  let count = 0;
  const spelled = (_: string, value: unknown): unknown => {
    if (Object.is(value, -0)) return '-0';
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value !== 'object' || value === null || !('data' in value)) return value;
    if (!numbers.has(value)) numbers.set(value, count++);
    return { tensor: numbers.get(value) };
  };
  return (value) => JSON.stringify(value, spelled);
}

function renamed(node: Node, names: ReadonlyMap<ValueName, ValueName>): Node {
  const all = (values: readonly (ValueName | null)[]) => values.map((value) => value && must(names.get(value), value));
  return { ...node, inputs: all(node.inputs), outputs: all(node.outputs) };
}

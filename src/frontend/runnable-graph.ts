import { typeOf } from '../ir/graph.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { DType, Graph, Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import { own } from '../support/own.ts';
import { castNode } from './cast-node.ts';
import { STAND_INS } from './newest-kernels.ts';

/**
 * The graph as onnxruntime runs it. A node for whose type it has a kernel in no operator set computes in a wider one between
 * Casts; in the place of float64 that is float32: right to 1e-7, which is what the C is asked for. Regions of RoiAlign that are
 * not finite, on which it ends the run, become empty ones.
 */
export function runnableGraph(graph: Graph): Graph {
  const rewrites = graph.nodes.map((node) => {
    if (inOtherType(graph, node)) return withStandIn;
    return node.op === 'RoiAlign' ? withFiniteRegions : null;
  });
  if (rewrites.every((rewrite) => rewrite === null)) return graph;
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  const draft: Draft = {
    graph,
    value(hint, type, constant) {
      let name = hint;
      while (types.has(name)) name += "'";
      types.set(name, type);
      if (constant) constants.set(name, constant);
      return name;
    },
  };
  const nodes = graph.nodes.flatMap((node, i) => rewrites[i]?.(node, draft) ?? [node]);
  return { ...graph, nodes, types, constants };
}

/** What a rewrite may add. */
interface Draft {
  readonly graph: Graph;
  value(hint: ValueName, type: TensorType, constant?: Tensor): ValueName;
}

/** The type of the node's elements, where onnxruntime has no kernel for it, and the one to compute in. */
function inOtherType({ types }: Graph, node: Node): readonly [from: DType, to: DType] | null {
  const standIns = node.domain === '' ? own(STAND_INS, node.op) : undefined;
  if (!standIns) return null;
  for (const input of operands(node)) {
    const dtype = input === null ? undefined : types.get(input)?.dtype;
    const wider = dtype && standIns[dtype];
    if (wider) return [dtype, wider];
  }
  return null;
}

/** The condition of a Where is none of them. */
function operands({ op, inputs }: Node): Node['inputs'] {
  return op === 'Where' ? inputs.slice(1) : inputs;
}

function withStandIn(node: Node, { graph, value }: Draft): Node[] {
  const [from, to] = must(inOtherType(graph, node), 'a type to compute in');
  const before: Node[] = [];
  const after: Node[] = [];
  const isSuch = (name: ValueName | null): name is ValueName => name !== null && typeOf(graph, name).dtype === from;
  const inside = (name: ValueName) => value(`${name}.${to}`, { ...typeOf(graph, name), dtype: to });
  const first = node.inputs.length - operands(node).length;
  const inputs = node.inputs.map((input, i) => {
    if (i < first || !isSuch(input)) return input;
    const name = inside(input);
    before.push(castNode(input, name, to));
    return name;
  });
  const outputs = node.outputs.map((output) => {
    if (!isSuch(output)) return output;
    const name = inside(output);
    after.push(castNode(name, output, from));
    return name;
  });
  return [...before, { ...node, inputs, outputs }, ...after];
}

/** x - x is 0 where x is finite, and no number where it is not. */
function withFiniteRegions(node: Node, { graph, value }: Draft): Node[] {
  const [x, regions, ...rest] = node.inputs;
  const type = typeOf(graph, regions);
  const named = (hint: string, dtype: DType) => value(`${regions}.${hint}`, { ...type, dtype });
  const zero = value(`${regions}.zero`, { ...type, shape: [] }, tensorOf(type.dtype, [], [0]));
  const made = (op: string, inputs: Node['inputs'], output: ValueName): Node => {
    return { op, domain: '', name: output, inputs, outputs: [output], attributes: {}, clip: null };
  };
  const [difference, finite, kept] = [
    named('difference', type.dtype),
    named('finite', 'bool'),
    named('kept', type.dtype),
  ];
  return [
    made('Sub', [regions, regions], difference),
    made('Equal', [difference, zero], finite),
    made('Where', [finite, regions, zero], kept),
    { ...node, inputs: [x, kept, ...rest] },
  ];
}

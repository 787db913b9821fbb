import { typeOf } from '../ir/graph.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { DType, Graph, Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { toFloat32Array } from '../numerics/convert.ts';
import { castNode } from './cast-node.ts';
import { WITHOUT_FLOAT64 } from './newest-kernels.ts';

/**
 * The graph as onnxruntime runs it. Where it has no kernel for float64 in any operator set, the node computes in float32,
 * between Casts: its result is then right to 1e-7, which is what the C is asked for. Regions of RoiAlign that are not finite,
 * on which it ends the run, become empty ones.
 */
export function runnableGraph(graph: Graph): Graph {
  const rewrites = graph.nodes.map((node) => {
    if (needsFloat32(graph, node)) return inFloat32;
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

function needsFloat32({ types }: Graph, { domain, op, inputs }: Node): boolean {
  const isDouble = (value: ValueName | null) => value !== null && types.get(value)?.dtype === 'f64';
  return domain === '' && WITHOUT_FLOAT64.has(op) && inputs.some(isDouble);
}

function inFloat32(node: Node, { graph, value }: Draft): Node[] {
  const before: Node[] = [];
  const after: Node[] = [];
  const single = (name: ValueName, constant?: Tensor) =>
    value(`${name}.single`, { ...typeOf(graph, name), dtype: 'f32' }, constant);
  const inputs = node.inputs.map((input) => {
    if (input === null || typeOf(graph, input).dtype !== 'f64') return input;
    const constant = graph.constants.get(input);
    if (constant) return single(input, { ...constant, dtype: 'f32', data: toFloat32Array(constant) });
    const name = single(input);
    before.push(castNode(input, name, 'f32'));
    return name;
  });
  const outputs = node.outputs.map((output) => {
    if (output === null || typeOf(graph, output).dtype !== 'f64') return output;
    const name = single(output);
    after.push(castNode(name, output, 'f64'));
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

import type { Graph, Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { toFloat32Array } from '../numerics/convert.ts';
import { castNode } from './cast-node.ts';
import { WITHOUT_FLOAT64 } from './newest-kernels.ts';

/**
 * The graph as onnxruntime runs it: where it has no kernel for float64 in any operator set, the node computes in float32,
 * between Casts. Its result is then right to 1e-7, which is what the C is asked for.
 */
export function runnableGraph(graph: Graph): Graph {
  if (!graph.nodes.some((node) => needsFloat32(graph, node))) return graph;
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  const single = (value: ValueName): ValueName => {
    let name = `${value}.single`;
    while (types.has(name)) name += "'";
    types.set(name, inFloat32(types.get(value)!));
    return name;
  };
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (!needsFloat32(graph, node)) return [node];
    const before: Node[] = [];
    const after: Node[] = [];
    const inputs = node.inputs.map((input) => {
      if (input === null || graph.types.get(input)?.dtype !== 'f64') return input;
      const name = single(input);
      const constant = graph.constants.get(input);
      if (constant) constants.set(name, constantInFloat32(constant));
      else before.push(castNode(input, name, 'f32'));
      return name;
    });
    const outputs = node.outputs.map((output) => {
      if (output === null || graph.types.get(output)?.dtype !== 'f64') return output;
      const name = single(output);
      after.push(castNode(name, output, 'f64'));
      return name;
    });
    return [...before, { ...node, inputs, outputs }, ...after];
  });
  return { ...graph, nodes, types, constants };
}

function needsFloat32({ types }: Graph, { domain, op, inputs }: Node): boolean {
  const isDouble = (value: ValueName | null) => value !== null && types.get(value)?.dtype === 'f64';
  return domain === '' && WITHOUT_FLOAT64.has(op) && inputs.some(isDouble);
}

function inFloat32(type: TensorType): TensorType {
  return { ...type, dtype: 'f32' };
}

function constantInFloat32(constant: Tensor): Tensor {
  return { ...constant, dtype: 'f32', data: toFloat32Array(constant) };
}

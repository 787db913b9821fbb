import { intAttribute } from './attributes.ts';
import { constantOf, typeOf } from './graph.ts';
import type { Graph, Node, Shape, ValueName } from './types.ts';

/**
 * A layer whose outputs are sums of constant weights times inputs, in real numbers or in codes: Conv (grouped too), Gemm
 * and MatMul. Its weights are rows, one for each output channel, of the `depth` weights that meet one output.
 */
export interface Linear {
  readonly node: Node;
  readonly input: ValueName;
  readonly output: ValueName;
  readonly weights: ValueName;
  readonly weightShape: Shape;
  /** Axis of the weights along which the output channels run, and the input channels of one group. */
  readonly rowAxis: number;
  readonly columnAxis: number;
  readonly rows: number;
  readonly depth: number;
  readonly groups: number;
  /** Axis of the input, and of the output, along which its channels run. */
  readonly inputAxis: number;
  readonly outputAxis: number;
  /** Whether input 2 may be a bias, one number for each row. */
  readonly takesBias: boolean;
}

const LINEAR: readonly string[] = ['Conv', 'Gemm', 'MatMul'];

/** Whether nodes of its operator have rows of weights. */
export function isLinear({ op, domain }: Pick<Node, 'op' | 'domain'>): boolean {
  return domain === '' && LINEAR.includes(op);
}

/** The node as a linear layer; null for other operators, weights that are computed, and stacks of matrices. */
export function linearOf(graph: Graph, node: Node): Linear | null {
  const [input, weights] = node.inputs;
  const [output] = node.outputs;
  if (!isLinear(node) || input == null || weights == null || output == null) return null;
  const weightShape = constantOf(graph, weights)?.shape;
  if (!weightShape || (node.op !== 'Conv' && weightShape.length !== 2)) return null;
  const rowAxis = rowAxisOf(node);
  const rows = weightShape[rowAxis];
  const conv = node.op === 'Conv';
  const lastAxis = typeOf(graph, input).shape.length - 1;
  return {
    node,
    input,
    output,
    weights,
    weightShape,
    rowAxis,
    columnAxis: 1 - rowAxis,
    rows,
    depth: weightShape.reduce((product, size) => product * size, 1) / rows,
    groups: conv ? intAttribute(node, 'group', 1) : 1,
    inputAxis: conv ? 1 : intAttribute(node, 'transA', 0) === 1 ? 0 : lastAxis,
    outputAxis: conv ? 1 : lastAxis,
    takesBias: node.op !== 'MatMul',
  };
}

/** All of a graph, in execution order. */
export function linearLayers(graph: Graph): Linear[] {
  return graph.nodes.flatMap((node) => linearOf(graph, node) ?? []);
}

/** 0: the rows of the weights lie one after the other, as [out][in]; 1: side by side, as [in][out]. */
export function rowAxisOf({ op, attributes }: Node): 0 | 1 {
  return op === 'MatMul' || (op === 'Gemm' && attributes.transB !== 1) ? 1 : 0;
}

import { constantOf, prune, typeOf } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import { permOf } from '../../float/match.ts';
import type { PassContext } from '../../pass.ts';
import type { CodeGraph, Codes } from './code-graph.ts';

/** Moves constant codes now (weights behind a Transpose or Reshape); a string when their scales cannot follow. */
export async function movedConstant(
  code: CodeGraph,
  node: Node,
  held: readonly Codes[],
  ctx: PassContext,
): Promise<true | string> {
  const [{ name, quant, range }, ...others] = held;
  const output = node.outputs[0];
  if (others.length > 0 || !output || node.op === 'Pad' || node.op === 'Split')
    return 'it joins, splits or fills constants';
  const parameters = node.inputs.slice(1);
  if (parameters.some((value) => value !== null && !constantOf(code.graph, value)))
    return 'its parameters are computed';
  const source = must(constantOf(code.view, name), name);
  const { shape } = typeOf(code.graph, output);
  const axis = quant.axis === null ? null : movedAxis(code.graph, node, source.shape, shape, quant.axis);
  if (axis === undefined) return 'the scales of its channels cannot follow';
  const alone = codesAlone(code, { ...node, inputs: [name, ...parameters] }, output);
  const moved = must((await ctx.evaluate(alone)).get(output), output);
  const meaning = { ...quant, axis };
  code.setCodes(output, { name: code.constant(`${output}.codes`, moved, meaning), quant: meaning, range });
  return true;
}

/** The one node as a graph over plain integers. */
function codesAlone(code: CodeGraph, node: Node, output: ValueName): Graph {
  const types = new Map(code.view.types);
  for (const value of node.inputs) if (value !== null) types.set(value, { ...typeOf(code.view, value), quant: null });
  types.set(output, { ...typeOf(code.graph, output), dtype: typeOf(code.view, node.inputs[0]).dtype });
  return prune({ name: 'move', inputs: [], outputs: [output], nodes: [node], types, constants: code.view.constants });
}

/** Where the axis of the scales goes; undefined when it is torn apart. */
function movedAxis(graph: Graph, node: Node, from: Shape, to: Shape, axis: number): number | undefined {
  if (node.op === 'Transpose') return permOf(graph, node).indexOf(axis);
  if (!['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity'].includes(node.op)) return undefined;
  const before = elementCount(from.slice(0, axis));
  const at = to.findIndex((size, i) => size === from[axis] && elementCount(to.slice(0, i)) === before);
  return at < 0 ? undefined : at;
}

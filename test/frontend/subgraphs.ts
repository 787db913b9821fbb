import type { onnx } from 'onnx-proto';
import { input } from './proto.ts';

/**
 * An attribute that holds a graph. onnxruntime has to be told of the types of a turn's number (i, j) and of its condition (c, d)
 * where the Loop has neither.
 */
export function body(
  inputs: readonly string[],
  nodes: onnx.INodeProto[],
  outputs: readonly string[],
  initializer: onnx.ITensorProto[] = [],
): { readonly graph: onnx.IGraphProto } {
  const typed = (name: string) =>
    /^[ij]$/.test(name) ? input(name, [], 7) : /^[cd]$/.test(name) ? input(name, [], 9) : { name };
  return {
    graph: {
      name: 'body',
      node: nodes,
      initializer,
      input: inputs.map(typed),
      output: outputs.map((name) => ({ name })),
    },
  };
}

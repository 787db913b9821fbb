import { constantOf } from '../ir/graph.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { LARGEST } from './definitions/definition.ts';
import { upstreamOf } from './off-upstream.ts';

/**
 * Whether a Clip without a bound at one end, or with the last number of float32, stands before this output of a file: by ONNX's
 * default bounds it makes infinities the largest number, while the C, like Relu, Max and Min, lets them pass.
 */
export function hasOpenClip(file: Graph | undefined, output: ValueName): boolean {
  if (!file) return false;
  const needed = upstreamOf(file, output);
  const isOpen = (node: Node) => [1, 2].some((bound) => isOpenEnd(file, node.inputs[bound]));
  return file.nodes.some((node) => node.op === 'Clip' && needed.has(node.outputs[0]!) && isOpen(node));
}

function isOpenEnd(file: Graph, bound: ValueName | null | undefined): boolean {
  const constant = bound == null ? null : constantOf(file, bound);
  return !constant || numbersOf(constant).some((x) => Math.abs(x) >= LARGEST);
}

/** An infinity, and the largest number of its sign. */
export function areNeighbours(a: number, e: number): boolean {
  const [one, other] = [Math.abs(a), Math.abs(e)];
  return Math.sign(a) === Math.sign(e) && Math.min(one, other) === LARGEST && Math.max(one, other) === Infinity;
}

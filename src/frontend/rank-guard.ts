import { elementCount } from '../ir/shape.ts';
import type { TensorType, ValueName } from '../ir/types.ts';
import { badModel, showNode } from './bad-model.ts';
import type { FlatNode } from './flat-node.ts';
import { MAX_RANK } from './tensor-data.ts';

/** Operators whose rank is the length of an input. A length of 2^31 makes onnxruntime's inference take all memory. */
const RANK_FROM: Readonly<Record<string, number>> = { Reshape: 1, Expand: 1, ConstantOfShape: 0 };

/** Elements of the result at most the product of the inputs' elements: what exporters compute shapes with. */
const SHAPE_ARITHMETIC = new Set([
  'Add',
  'Cast',
  'Concat',
  'Div',
  'Equal',
  'Gather',
  'Identity',
  'Max',
  'Min',
  'Mod',
  'Mul',
  'Slice',
  'Squeeze',
  'Sub',
  'Unsqueeze',
  'Where',
]);

/** Longer is no shape. */
const MAX_LENGTH = 4096;

/**
 * Tells for a node whether its rank is surely small: onnxruntime may see it. Others must wait until the type of the
 * input their rank comes from is known. Throws BAD_MODEL when that is too long.
 */
export function rankGuard(
  nodes: readonly FlatNode[],
  known: ReadonlyMap<ValueName, TensorType>,
): (node: FlatNode) => boolean {
  const bounds = new Map<ValueName, number>();
  const boundOf = (value: ValueName): number => {
    const type = known.get(value);
    return type ? elementCount(type.shape) : (bounds.get(value) ?? Number.POSITIVE_INFINITY);
  };
  for (const node of nodes) {
    const bound = resultBound(node, boundOf);
    for (const output of node.outputs) if (output) bounds.set(output, bound);
  }
  return (node) => {
    const index = node.domain === '' ? RANK_FROM[node.op] : undefined;
    const source = index === undefined ? null : node.inputs[index];
    if (!source) return true;
    const type = known.get(source);
    if (type && elementCount(type.shape) > MAX_RANK) {
      badModel(`a shape has ${elementCount(type.shape)} dimensions, more than ${MAX_RANK}`, showNode(node));
    }
    return boundOf(source) <= MAX_LENGTH;
  };
}

/** Concat adds, everything else multiplies at most; ranks are at most MAX_RANK. */
function resultBound(node: FlatNode, boundOf: (value: ValueName) => number): number {
  if (node.domain !== '') return Number.POSITIVE_INFINITY;
  if (node.op === 'Shape') return MAX_RANK;
  if (node.op === 'Size') return 1;
  if (!SHAPE_ARITHMETIC.has(node.op)) return Number.POSITIVE_INFINITY;
  const bounds = node.inputs.map((input) => (input ? boundOf(input) : 1));
  if (node.op === 'Concat') return bounds.reduce((sum, bound) => sum + bound, 0);
  return bounds.reduce((product, bound) => product * Math.max(1, bound), 1);
}

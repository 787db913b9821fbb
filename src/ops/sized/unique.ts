import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Node, Shape } from '../../ir/types.ts';
import type { OpDef } from '../op-def.ts';
import { checkDtype } from '../support/inputs.ts';
import { isInteger, isReal } from '../support/scalar.ts';
import { capacityOf, countLines, overflowAbove, ownAttributes, padded } from './padded.ts';
import { uniqueRules } from './rules.ts';

/** How the input is cut into slices that are compared: x[outer][length][inner]; without an axis each element is one. */
export function slicesOf(
  { attributes: { axis } }: Node,
  shape: Shape,
): { outer: number; length: number; inner: number } {
  if (typeof axis !== 'number') return { outer: 1, length: elementCount(shape), inner: 1 };
  const along = normalizeAxis(axis, shape.length);
  return {
    outer: elementCount(shape.slice(0, along)),
    length: shape[along]!,
    inner: elementCount(shape.slice(along + 1)),
  };
}

/** Y, first places, places of all in Y, how often: without memory of its own, a comparison for each pair of slices. */
export const unique: OpDef = {
  op: 'Unique',
  summary: 'The different elements, or slices along an axis, sorted or as they come, as many as fit the capacity.',
  check: uniqueRules,
  plain(node, plain) {
    const capacity = capacityOf(node);
    const { shape } = plain.type(node.inputs[0]);
    const found = plain.several('Unique', [node.inputs[0]], ownAttributes(node), 4);
    const axis = typeof node.attributes.axis === 'number' ? normalizeAxis(node.attributes.axis, shape.length) : 0;
    const rank = typeof node.attributes.axis === 'number' ? shape.length : 1;
    const lists = { axis: 0, rank: 1, capacity };
    const all = [
      padded(plain, found[0], { axis, rank, capacity }),
      padded(plain, found[1], lists),
      { value: found[2] },
      padded(plain, found[3], lists),
    ];
    for (const [i, { value }] of all.entries()) if (node.outputs[i] != null) plain.output(i, value);
    plain.output(4, padded(plain, found[1], lists).count);
  },
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => isReal(dtype) || isInteger(dtype) || dtype === 'bool');
    const capacity = capacityOf(node);
    const x = lower.read(0, 'row-major');
    const { outer, length, inner } = slicesOf(node, x.shape);
    const results = [0, 1, 2, 3].map((i) => (node.outputs[i] == null ? 'NULL' : lower.write(i, 'row-major').name));
    const kernel = `nn_unique_${x.ctype.replace(/_t$/, '')}`;
    const sorted = intAttribute(node, 'sorted', 1);
    const call = `${kernel}(${[x.name, outer, length, inner, sorted, capacity, ...results].join(', ')})`;
    const limit = overflowAbove(capacity, length);
    lower.call({
      template: 'lines',
      params: { lines: [`const int32_t count = ${call};`, ...countLines(node, lower, limit)] },
      summary: `Unique, at most ${capacity} of ${length}${inner * outer > 1 ? ' slices' : ''}`,
      instances: [{ name: kernel, template: 'nn_unique', params: { ctype: x.ctype } }],
      ...(limit && { limit }),
    });
  },
};

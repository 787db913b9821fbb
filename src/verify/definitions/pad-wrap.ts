import { stringAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { createData } from '../../ir/tensor.ts';
import { type Definition, numbers } from './definition.ts';

/** Pad by wrap, where a border is longer than what there is to repeat: element i is that of i modulo the length. */
export const wrapFar: Definition = (node, inputs) => {
  const [x, pads, axes] = [inputs[0], numbers(inputs, 1), numbers(inputs, 3)];
  if (!x || !pads || stringAttribute(node, 'mode', 'constant') !== 'wrap') return null;
  const rank = x.shape.length;
  const padded = axes ? [...axes].map((axis) => (axis < 0 ? axis + rank : axis)) : [...x.shape.keys()];
  const rows = x.shape.map((size, d) => {
    const at = padded.indexOf(d);
    const [begin, end] = at < 0 ? [0, 0] : [pads[at]!, pads[padded.length + at]!];
    // Negative pads cut first.
    const [from, length] = [Math.max(0, -begin), size + Math.min(0, begin) + Math.min(0, end)];
    return { size: size + begin + end, start: -Math.max(0, begin), from, length, far: Math.max(begin, end) > length };
  });
  if (!rows.some(({ far }) => far)) return null;
  const result = createData(x.dtype, elementCount(rows.map(({ size }) => size)));
  for (let index = 0; index < result.length; index++) {
    let [rest, offset, step] = [index, 0, 1];
    for (let d = rank - 1; d >= 0; d--) {
      const { size, start, from, length } = rows[d]!;
      const place = (start + (rest % size)) % length;
      offset += (from + (place < 0 ? place + length : place)) * step;
      step *= x.shape[d]!;
      rest = Math.floor(rest / size);
    }
    result[index] = x.data[offset]!;
  }
  return result;
};

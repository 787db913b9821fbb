import { intsAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { OpDef } from '../op-def.ts';
import { checkDtype, constantNumbers } from '../support/inputs.ts';
import { inLoops, linesParams, sumText } from '../support/loops.ts';
import { elementsText } from '../support/moves.ts';
import { isReal, number } from '../support/scalar.ts';
import { col2ImRules } from './rules.ts';

/** x[n][c, block...][column...] is added to y[n][c] at column * stride + block * dilation - pad. */
export const col2Im: OpDef = {
  op: 'Col2Im',
  summary: 'Adds the columns of an im2col matrix back into an image; constant image and block shapes.',
  check: col2ImRules,
  lower(node, lower) {
    checkDtype(node, lower, isReal);
    const image = constantNumbers(node, lower, 1, 'image shape') ?? [];
    const block = constantNumbers(node, lower, 2, 'block shape') ?? [];
    const ones = block.map(() => 1);
    const strides = intsAttribute(node, 'strides', ones);
    const dilations = intsAttribute(node, 'dilations', ones);
    const pads = intsAttribute(
      node,
      'pads',
      block.flatMap(() => [0, 0]),
    );
    const x = lower.read(0, 'row-major');
    const y = lower.write(0, 'row-major');
    const columns = image.map((size, d) => {
      const extent = (block[d] - 1) * dilations[d] + 1;
      return Math.floor((size + pads[d] + pads[d + block.length] - extent) / strides[d]) + 1;
    });
    const planes = y.shape[0] * y.shape[1];
    const sizes = [planes, ...block, ...columns];
    const names = sizes.map((_, i) => `i${i}`);
    const from = sumText(
      names,
      sizes.map((_, i) => elementCount(sizes.slice(i + 1))),
    );
    const places = image.map(
      (_, d) =>
        `const int32_t p${d} = ${sumText([names[1 + d], names[1 + block.length + d]], [dilations[d], strides[d]], -pads[d])};`,
    );
    const to = sumText(
      ['i0', ...image.map((_, d) => `p${d}`)],
      [elementCount(image), ...image.map((_, d) => elementCount(image.slice(d + 1)))],
    );
    const inside = image.map((size, d) => `p${d} >= 0 && p${d} < ${size}`).join(' && ');
    lower.call({
      template: 'lines',
      params: linesParams([
        ...inLoops([elementCount(y.shape)], [`${y.name}[i0] = ${number(y.type.dtype, 0)};`]),
        ...inLoops(sizes, [...places, `if (${inside}) {`, `    ${y.name}[${to}] += ${x.name}[${from}];`, '}']),
      ]),
      summary: `Col2Im, ${elementsText(node, lower)}`,
    });
  },
};

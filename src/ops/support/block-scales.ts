import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Node, Shape } from '../../ir/types.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { inLoops, linesParams } from './loops.ts';
import { elementName, lowerPointwise, type Pointwise, type Shapes } from './pointwise.ts';

/**
 * Lowers QuantizeLinear and DequantizeLinear: `a` is the element, `b` its scale, `c` its zero point, which belong to the
 * tensor, to an index along the axis, or to a block of it.
 */
export function lowerScaled(node: Node, lower: LowerBuilder, { title, expression }: Pointwise): void {
  const { shape } = lower.type(node.inputs[0]);
  const scale = lower.type(node.inputs[1]).shape;
  const axis = normalizeAxis(intAttribute(node, 'axis', 1), shape.length);
  const block = intAttribute(node, 'block_size', 0);
  if (block > 0 && shape[axis] % block !== 0) return lowerShortEnd(node, lower, axis, block, { title, expression });
  const shapes = blockShapes(shape, scale, axis, block);
  lowerPointwise(node, lower, { title, expression, onCodes: true, shapes });
}

/**
 * Under which shapes the operands are walked together: a scale per index along `axis` becomes [C, 1, ...],
 * blocks of B split the axis into [D / B, B] with one scale each.
 */
function blockShapes(shape: Shape, scale: Shape, axis: number, block: number): Shapes {
  if (elementCount(scale) === 1 && block === 0) return { inputs: {}, output: shape };
  if (block === 0) {
    const perAxis = [...scale, ...shape.slice(axis + 1).map(() => 1)];
    return { inputs: { 1: perAxis, 2: perAxis }, output: shape };
  }
  const split = (last: number): Shape => [...shape.slice(0, axis), shape[axis] / block, last, ...shape.slice(axis + 1)];
  return { inputs: { 0: split(block), 1: split(1), 2: split(1) }, output: split(block) };
}

/** The last block is shorter than the others: [outer, D, inner] elements, [outer, ceil(D / B), inner] scales. */
function lowerShortEnd(node: Node, lower: LowerBuilder, axis: number, block: number, pointwise: Pointwise): void {
  const operands = node.inputs.map((input, i) => (input === null ? null : lower.read(i, 'row-major')));
  const y = lower.write(0, 'row-major');
  const [outer, length, inner] = [y.shape.slice(0, axis), y.shape.slice(axis, axis + 1), y.shape.slice(axis + 1)].map(
    elementCount,
  ) as [number, number, number];
  const at = `(i0 * ${length} + i1) * ${inner} + i2`;
  const blockAt = `(i0 * ${Math.ceil(length / block)} + i1 / ${block}) * ${inner} + i2`;
  const local = ({ ctype, name }: Operand, i: number) =>
    `const ${ctype} ${elementName(i)} = ${name}[${i === 0 ? at : blockAt}];`;
  lower.call({
    template: 'lines',
    params: linesParams(
      inLoops(
        [outer, length, inner],
        [
          ...operands.flatMap((operand, i) => (operand ? local(operand, i) : [])),
          `${y.name}[${at}] = ${pointwise.expression};`,
        ],
      ),
    ),
    summary: `${pointwise.title}, ${elementCount(y.shape)} elements`,
  });
}

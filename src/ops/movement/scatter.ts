import { stringAttribute } from '../../ir/attributes.ts';
import { rowMajorStrides } from '../../ir/shape.ts';
import type { DType, Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef, Operand } from '../op-def.ts';
import { axisOf } from '../support/inputs.ts';
import { copyLines, inLoops, inSplitLoops, linesParams, loopsOver, without } from '../support/loops.ts';
import { checkMoves, elementsText } from '../support/moves.ts';
import { arithmetic, orNaN } from '../support/scalar.ts';
import { scatterElementsRules, scatterNdRules } from './index-rules.ts';

/** y = data; then y[.., indices[i], ..] = updates[i] for each i, in order. */
export const scatterElements: OpDef = {
  op: 'ScatterElements',
  summary: 'Writes (or adds, multiplies, max, min) single elements into a copy, by indices along one axis.',
  check: scatterElementsRules,
  lower(node, lower) {
    const { data, indices, updates, y } = operands(node, lower);
    const axis = axisOf(node, y.shape.length, 0);
    const { sizes, at } = loopsOver(updates.shape, 'updates', {
      y: { strides: without(y.strides, axis) },
      index: { strides: indices.strides },
      updates: { strides: updates.strides },
    });
    const place = `nn_index(${indices.name}[${at.index}], ${y.shape[axis]}) * ${y.strides[axis]}`;
    const body = [`const int32_t place = ${place} + ${at.y};`, update(node, lower, `${updates.name}[${at.updates}]`)];
    finish(node, lower, data, y, inLoops(sizes, body));
  },
};

/** The name of ScatterElements before opset 11. */
export const scatter: OpDef = {
  op: 'Scatter',
  summary: 'Old name of ScatterElements.',
  upgrade: (node) => ({ ...node, op: 'ScatterElements' }),
};

/** y = data; then y[indices[i]] = updates[i], where indices[i] is a tuple and updates[i] a slice. */
export const scatterNd: OpDef = {
  op: 'ScatterND',
  summary: 'Writes (or adds, multiplies, max, min) slices into a copy, by index tuples.',
  check: scatterNdRules,
  lower(node, lower) {
    const { data, indices, updates, y } = operands(node, lower);
    const tuple = indices.shape.at(-1)!;
    const zeros = (count: number) => new Array<number>(count).fill(0);
    const shape = [...indices.shape.slice(0, -1), ...y.shape.slice(tuple)];
    const { sizes, at, depth } = loopsOver(shape, 'order', {
      y: { strides: [...zeros(indices.shape.length - 1), ...y.strides.slice(tuple)] },
      index: { strides: [...indices.strides.slice(0, -1), ...zeros(y.shape.length - tuple)] },
      updates: { strides: updates.strides },
      order: { strides: rowMajorStrides(shape) },
    });
    const terms = Array.from({ length: tuple }, (_, j) => {
      const element = `${at.index}${j === 0 ? '' : ` + ${j * indices.strides.at(-1)!}`}`;
      return `nn_index(${indices.name}[${element}], ${y.shape[j]}) * ${y.strides[j]}`;
    });
    const body = [`const int32_t place = first + ${at.y};`, update(node, lower, `${updates.name}[${at.updates}]`)];
    finish(
      node,
      lower,
      data,
      y,
      inSplitLoops(sizes, depth.index, [`const int32_t first = ${terms.join(' + ')};`], body),
    );
  },
};

function operands(node: Node, lower: LowerBuilder) {
  checkMoves(node, lower, [0, 2]);
  const data = lower.read(0, 'row-major');
  const indices = lower.read(1, 'any');
  const updates = lower.read(2, 'any');
  return { data, indices, updates, y: lower.write(0, 'row-major') };
}

/** One assignment to y[place]. */
function update(node: Node, lower: LowerBuilder, value: string): string {
  const { dtype, quant } = lower.type(node.outputs[0]);
  const reduction = stringAttribute(node, 'reduction', 'none');
  if (reduction === 'none') return `y[place] = ${value};`;
  if (quant) return lower.refuse(`reduction '${reduction}' of codes is not supported`);
  return `y[place] = ${combined(reduction, dtype, value) ?? lower.refuse(`reduction '${reduction}' is not known`)};`;
}

function combined(reduction: string, dtype: DType, value: string): string | null {
  if (reduction === 'add') return arithmetic(dtype, '+', 'y[place]', value);
  if (reduction === 'mul') return arithmetic(dtype, '*', 'y[place]', value);
  if (reduction === 'max') return `(${value} > y[place]${orNaN(dtype, value)}) ? ${value} : y[place]`;
  return reduction === 'min' ? `(${value} < y[place]${orNaN(dtype, value)}) ? ${value} : y[place]` : null;
}

function finish(node: Node, lower: LowerBuilder, data: Operand, y: Operand, scattered: string[]): void {
  const copy = copyLines(y.shape, { name: data.name, walk: data }, { name: y.name, walk: y });
  lower.call({
    template: 'lines',
    params: linesParams([...copy, ...scattered]),
    summary: `${node.op}, ${elementsText(node, lower, 0)}`,
  });
}

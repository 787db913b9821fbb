import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { OpDef } from '../op-def.ts';
import { copyLines, inLoops, linesParams, loopsOver, position, without } from '../support/loops.ts';
import { checkMoves, elementsText } from '../support/moves.ts';
import { tensorScatterRules } from './index-rules.ts';

/** y = past_cache; then y[b, .., write_indices[b] + t, ..] = update[b, .., t, ..], modulo the axis when circular. */
export const tensorScatter: OpDef = {
  op: 'TensorScatter',
  summary: 'Writes new steps into a key or value cache.',
  check: tensorScatterRules,
  lower(node, lower) {
    checkMoves(node, lower, [0, 1]);
    const past = lower.read(0, 'any');
    const update = lower.read(1, 'any');
    const indices = node.inputs[2] == null ? null : lower.read(2, 'row-major');
    const y = lower.write(0, 'row-major');
    const rank = y.shape.length;
    const axis = normalizeAxis(intAttribute(node, 'axis', -2), rank);
    const { sizes, at } = loopsOver(update.shape, 'y', {
      x: { strides: update.strides },
      y: { strides: without(y.strides, axis) },
      t: position(rank, axis),
      b: position(rank, 0),
    });
    const size = y.shape[axis];
    const circular = stringAttribute(node, 'mode', 'linear') === 'circular';
    const first = (at: string) => (circular ? `(int32_t)(${at} % ${size})` : `nn_index(${at}, ${size})`);
    const step = indices ? `${first(`${indices.name}[${at.b}]`)} + ${at.t}` : at.t;
    const place = circular ? `nn_wrap_index(${step}, ${size})` : `nn_index(${step}, ${size})`;
    const store = `${y.name}[${place} * ${y.strides[axis]} + ${at.y}] = ${update.name}[${at.x}];`;
    const copy = copyLines(y.shape, { name: past.name, walk: past }, { name: y.name, walk: y });
    lower.call({
      template: 'lines',
      params: linesParams([...copy, ...inLoops(sizes, [store])]),
      summary: `TensorScatter, ${elementsText(node, lower)}`,
    });
  },
};

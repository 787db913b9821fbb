import type { Storage } from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import { sameStorage } from '../../ir/storage.ts';
import { elementBytes } from '../../ir/tensor.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef, Operand } from '../op-def.ts';
import { dimensionOrder, followStorage } from '../support/follow-storage.ts';
import { axisOf } from '../support/inputs.ts';
import { copyLines, linesParams } from '../support/loops.ts';
import { checkMoves } from '../support/moves.ts';
import { concatRules } from './rules.ts';

/**
 * Where every input is one block of each row of the result, the memory plan may let the inputs be computed in
 * place (template 'concat', one row); other layouts are walked.
 */
export const concat: OpDef = {
  op: 'Concat',
  summary: 'Joins tensors along one axis; without copies where the memory plan can place the inputs side by side.',
  check: concatRules,
  lower(node, lower) {
    const present = node.inputs.map((_, i) => i).filter((i) => elementCount(lower.type(node.inputs[i]).shape) > 0);
    checkMoves(node, lower, present);
    const { shape } = lower.type(node.outputs[0]);
    const axis = axisOf(node, shape.length, 1);
    const storage = commonStorage(node, lower);
    const inputs = present.map((i) => lower.read(i, 'any', { packed: true }));
    const y = lower.write(0, storage, { packed: true });
    const blocks = blocksInMemory(inputs, y, axis);
    const distinct = new Set(inputs.map((input) => input.name)).size === inputs.length;
    const computed = node.inputs.length > 1 && inputs.every((input) => !input.constant);
    const summary = `Concat of ${node.inputs.length} along axis ${axis}, ${elementCount(shape)} elements`;
    if (blocks && distinct && computed && present.length === node.inputs.length) {
      lower.call({ template: 'concat', params: blocks, summary });
    } else {
      lower.call({ template: 'lines', params: linesParams(copyEach(inputs, y, axis)), summary });
    }
  },
};

/** The layout most of the elements have already. */
function commonStorage(node: Node, lower: LowerBuilder): Storage {
  const { shape } = lower.type(node.outputs[0]);
  const votes: { storage: Storage; elements: number }[] = [];
  for (const value of node.inputs) {
    const type = lower.type(value);
    if (value === null || lower.constant(value) || type.shape.length !== shape.length) continue;
    const storage = followStorage(lower.storageOf(value), type.shape, shape);
    const known = votes.find((vote) => sameStorage(vote.storage, storage));
    if (known) known.elements += elementCount(type.shape);
    else votes.push({ storage, elements: elementCount(type.shape) });
  }
  votes.sort((a, b) => b.elements - a.elements);
  return votes[0]?.storage ?? { factors: [...shape], order: shape.map((_, i) => i) };
}

/**
 * Rows of the result and the bytes each input gives to every row, or null when an input lies in another order or ends
 * in the middle of a byte.
 */
function blocksInMemory(inputs: readonly Operand[], y: Operand, axis: number) {
  const order = dimensionOrder(y.storage, y.shape);
  if (!order || inputs.some((x) => !sameStorage(x.storage, { factors: [...x.shape], order }))) return null;
  const rows = order.slice(0, order.indexOf(axis));
  const outer = elementCount(rows.map((d) => y.shape[d]));
  const size = elementBytes(y.type);
  if (inputs.some((x) => !Number.isInteger((elementCount(x.shape) * size) / outer))) return null;
  let offset = 0;
  const blocks = inputs.map((x) => {
    const block = { bytes: (elementCount(x.shape) * size) / outer, offset };
    offset += block.bytes;
    return block;
  });
  return { outer, single: outer === 1, rowBytes: offset, blocks };
}

function copyEach(inputs: readonly Operand[], y: Operand, axis: number): string[] {
  let start = 0;
  return inputs.flatMap((x) => {
    const walk = { strides: y.strides, start: start * y.strides[axis] };
    start += x.shape[axis];
    return copyLines(x.shape, { ...x, walk: x }, { ...y, walk });
  });
}

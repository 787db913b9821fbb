import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { elementBytes } from '../../ir/tensor.ts';
import type { Node } from '../../ir/types.ts';
import { int64s } from '../../numerics/dtype.ts';
import type { LowerBuilder, OpDef, Operand, UpgradeBuilder } from '../op-def.ts';
import { constantNumbers } from '../support/inputs.ts';
import { copyLines, linesParams } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { sliceRules } from './rules.ts';

export const slice: OpDef = {
  op: 'Slice',
  summary: 'A part of a tensor with a start, an end and a step per axis; steps may be negative.',
  check: sliceRules,
  upgrade: attributesToInputs,
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any', { packed: true });
    const { start, step } = sliceOf(node, lower, x.shape);
    const y = lower.write(0, followInput(node, lower), { packed: true });
    const walk = {
      strides: x.strides.map((stride, d) => stride * step[d]),
      start: x.strides.reduce((sum, stride, d) => sum + stride * start[d], 0),
    };
    const summary = `Slice, ${elementsText(node, lower)}`;
    const run = x.constant ? null : runOf(walk, y);
    if (run) return lower.call({ template: 'slice', params: { x: x.name, ...run }, summary });
    lower.call({
      template: 'lines',
      params: linesParams(copyLines(y.shape, { ...x, walk }, { ...y, walk: y })),
      summary,
    });
  },
};

/**
 * Bytes of the input that are the whole output in its order, or null when they are not together: such a slice needs no copy
 * where the memory plan lets it be seen in place.
 */
function runOf({ strides, start }: { strides: readonly number[]; start: number }, y: Operand) {
  const size = elementBytes(y.type);
  const run = { offset: start * size, bytes: elementCount(y.shape) * size };
  const order = y.shape.map((_, d) => d).filter((d) => y.shape[d] !== 1);
  order.sort((a, b) => y.strides[a] - y.strides[b]);
  let together = 1;
  for (const d of order) {
    if (strides[d] !== together || y.strides[d] !== together) return null;
    together *= y.shape[d];
  }
  return run.bytes > 0 && Number.isInteger(run.offset) && Number.isInteger(run.bytes) ? run : null;
}

/** First element and step of each dimension; where it ends, the output's shape says. */
function sliceOf(node: Node, lower: LowerBuilder, shape: readonly number[]): { start: number[]; step: number[] } {
  const starts = constantNumbers(node, lower, 1, 'starts') ?? [];
  const axes = constantNumbers(node, lower, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = constantNumbers(node, lower, 4, 'steps') ?? starts.map(() => 1);
  const start = shape.map(() => 0);
  const step = shape.map(() => 1);
  axes.forEach((axis, i) => {
    const d = normalizeAxis(axis, shape.length);
    const size = shape[d];
    const from = starts[i] < 0 ? starts[i] + size : starts[i];
    step[d] = steps[i];
    start[d] = Math.min(Math.max(from, 0), steps[i] < 0 ? size - 1 : size);
  });
  return { start, step };
}

/** starts, ends and axes were attributes before opset 10. */
function attributesToInputs(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  const { starts, ends, axes, ...attributes } = node.attributes;
  if (opset >= 10 || !Array.isArray(starts) || !Array.isArray(ends)) return node;
  const list = (values: readonly number[]) => upgrade.constant('i64', [values.length], int64s(values));
  const inputs = [node.inputs[0], list(starts), list(ends), ...(Array.isArray(axes) ? [list(axes)] : [])];
  return { ...node, inputs, attributes };
}

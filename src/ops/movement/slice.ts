import { normalizeAxis } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef, UpgradeBuilder } from '../op-def.ts';
import { constantNumbers } from '../support/inputs.ts';
import { copyLines, linesParams } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';

export const slice: OpDef = {
  op: 'Slice',
  summary: 'A part of a tensor with a start, an end and a step per axis; steps may be negative.',
  upgrade: attributesToInputs,
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any', { packed: true });
    const { start, step } = sliceOf(node, lower, x.shape);
    const y = lower.write(0, followInput(node, lower), { packed: true });
    const walk = {
      strides: x.strides.map((stride, d) => stride * step[d]!),
      start: x.strides.reduce((sum, stride, d) => sum + stride * start[d]!, 0),
    };
    lower.call({
      template: 'lines',
      params: linesParams(copyLines(y.shape, { ...x, walk }, { ...y, walk: y })),
      summary: `Slice, ${elementsText(node, lower)}`,
    });
  },
};

/** First element and step of each dimension; where it ends, the output's shape says. */
function sliceOf(node: Node, lower: LowerBuilder, shape: readonly number[]): { start: number[]; step: number[] } {
  const starts = constantNumbers(node, lower, 1, 'starts') ?? [];
  const axes = constantNumbers(node, lower, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = constantNumbers(node, lower, 4, 'steps') ?? starts.map(() => 1);
  const start = shape.map(() => 0);
  const step = shape.map(() => 1);
  axes.forEach((axis, i) => {
    const d = normalizeAxis(axis, shape.length);
    const size = shape[d]!;
    const from = starts[i]! < 0 ? starts[i]! + size : starts[i]!;
    step[d] = steps[i]!;
    start[d] = Math.min(Math.max(from, 0), steps[i]! < 0 ? size - 1 : size);
  });
  return { start, step };
}

/** starts, ends and axes were attributes before opset 10. */
function attributesToInputs(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  const { starts, ends, axes, ...attributes } = node.attributes;
  if (opset >= 10 || !Array.isArray(starts) || !Array.isArray(ends)) return node;
  const list = (values: readonly number[]) =>
    upgrade.constant('i64', [values.length], BigInt64Array.from(values.map(BigInt)));
  const inputs = [node.inputs[0]!, list(starts), list(ends), ...(Array.isArray(axes) ? [list(axes)] : [])];
  return { ...node, inputs, attributes };
}

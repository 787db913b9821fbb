import { intAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { constantNumbers } from '../support/inputs.ts';
import { capacityOf, countLines, firstOf, overflowAbove, ownAttributes, padded } from './padded.ts';
import { nonMaxSuppressionRules } from './rules.ts';

/**
 * Greedy suppression: of each class the best box that is left, then without all that overlap it by more than the threshold. Of equal
 * scores the lower index comes first. Input 5, ours: how many of the boxes there are.
 */
export const nonMaxSuppression: OpDef = {
  op: 'NonMaxSuppression',
  summary: 'Boxes that overlap no better one too far: batch, class and box of each, as many as fit the capacity.',
  check: nonMaxSuppressionRules,
  plain(node, plain) {
    const [boxes, scores, most = null, overlap = null, score = null, count] = node.inputs;
    const shown =
      count == null ? [boxes!, scores!] : [firstOf(plain, boxes!, count, 1), firstOf(plain, scores!, count, 2)];
    const found = plain.node('NonMaxSuppression', [...shown, most, overlap, score], ownAttributes(node));
    const result = padded(plain, found, { axis: 0, rank: 2, capacity: capacityOf(node) });
    plain.output(0, result.value);
    plain.output(1, result.count);
  },
  lower(node, lower) {
    const capacity = capacityOf(node);
    const boxes = lower.read(0, 'row-major');
    const scores = lower.read(1, 'row-major');
    const [batches, classes, count] = scores.shape as [number, number, number];
    const y = lower.write(0, 'row-major');
    const taken = lower.scratch(count, 'uint8_t');
    const settings = [
      `.batches = ${batches}, .classes = ${classes}, .boxes = ${count}, .valid = ${setting(node, lower, 5) ?? count},`,
      `.most = ${mostPerClass(node, lower, count)}, .capacity = ${capacity},`,
      `.centers = ${intAttribute(node, 'center_point_box', 0)}, .overlap = ${setting(node, lower, 3) ?? '0.0f'},`,
      `.has_least = ${node.inputs[4] == null ? 0 : 1}, .least = ${setting(node, lower, 4) ?? '0.0f'},`,
    ];
    const limit = overflowAbove(capacity, mostBoxes(node, lower));
    lower.call({
      template: 'lines',
      params: {
        lines: [
          'const nn_suppression s = {',
          ...settings.map((line) => `    ${line}`),
          '};',
          `const int32_t count = nn_non_max_suppression_f32(&s, ${boxes.name}, ${scores.name}, ${taken}, ${y.name});`,
          ...countLines(node, lower, limit),
        ],
      },
      summary: `NonMaxSuppression of ${count} boxes in ${classes} class${classes === 1 ? '' : 'es'}, at most ${capacity}`,
      ...(limit && { limit }),
    });
  },
};

function mostBoxes(node: Node, lower: LowerBuilder): number {
  const [batches, classes, count] = lower.type(node.inputs[1]).shape as [number, number, number];
  const most = lower.constant(node.inputs[2]) ? constantNumbers(node, lower, 2, 'limit')![0]! : count;
  return batches * classes * Math.max(0, Math.min(count, most));
}

/** In 0 .. boxes, which is all that counts; none where the input is left out. */
function mostPerClass(node: Node, lower: LowerBuilder, boxes: number): string {
  if (node.inputs[2] == null) return '0';
  const constant = lower.constant(node.inputs[2]);
  if (constant) return String(Math.max(0, Math.min(boxes, Number(constant.data[0]))));
  const most = `${lower.read(2, 'any').name}[0]`;
  return `(${most} < 0) ? 0 : (${most} > ${boxes}) ? ${boxes} : (int32_t)${most}`;
}

/** A float setting, or the count of boxes, as C: a number, or the place where it is computed; null when it is left out. */
function setting(node: Node, lower: LowerBuilder, index: number): string | null {
  if (node.inputs[index] == null) return null;
  const constant = lower.constant(node.inputs[index]);
  if (!constant) return `${lower.read(index, 'any').name}[0]`;
  return constant.dtype === 'f32' ? floatLiteral(Number(constant.data[0])) : String(constant.data[0]);
}

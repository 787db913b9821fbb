import type { NodeFacts, Rule } from '../op-def.ts';
import { axis, bounded, inputs, length, rank, shapeOf, when, within } from '../support/rules.ts';

const scalar = (input: number, name: string): Rule =>
  when(
    ({ node }) => node.inputs[input] != null,
    length(input, name, () => 1),
  );

const boxesFit: Rule = (facts) => {
  const [boxes, scores] = [shapeOf(facts, 0), shapeOf(facts, 1)];
  if (boxes[2] !== 4) return `boxes is [${boxes}], not four numbers each`;
  const fits = boxes[0] === scores[0] && boxes[1] === scores[2];
  return fits ? null : `boxes [${boxes}] and scores [${scores}] are not of one number of boxes`;
};

const overlapFits: Rule = (facts: NodeFacts) => within('iou_threshold', facts.numbers(3) ?? [], 0, 1);

export const nonMaxSuppressionRules: readonly Rule[] = [
  inputs(2, 6),
  rank(0, 3),
  rank(1, 3),
  boxesFit,
  scalar(2, 'max_output_boxes_per_class'),
  scalar(3, 'iou_threshold'),
  scalar(4, 'score_threshold'),
  overlapFits,
  bounded('center_point_box', 0, 0, 1),
];

export const nonZeroRules: readonly Rule[] = [inputs(1)];

export const uniqueRules: readonly Rule[] = [
  inputs(1),
  bounded('sorted', 1, 0, 1),
  when(({ node }) => node.attributes.axis !== undefined, axis('axis', 0)),
];

import { intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { group } from '../conv/rules.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import {
  attribute,
  axes,
  bounded,
  dimension,
  divides,
  inputs,
  length,
  list,
  oneOf,
  rank,
  rankOf,
  sameList,
  shapeOf,
  values,
} from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';
import { poolRules, positions, spatialRank, windowRules } from '../support/window-rules.ts';

const kernel = (facts: NodeFacts) => shapeOf(facts, 1).slice(2);

export const convTransposeRules: readonly Rule[] = [
  inputs(2, 3),
  ...windowRules,
  bounded('group', 1, 1),
  fits({ X: 'N C ...', W: 'C Mg ...', B: 'Mg*group' }, { group }),
  (facts) => (rankOf()(facts) === rankOf(1)(facts) ? null : 'its weights have another rank than its input'),
  divides('group', group, 'input channels', dimension(0, 1)),
  sameList('kernel_shape', kernel),
  list('output_padding', spatialRank, 0),
  outputPadding,
  outputShape,
];

/** More padding than a stride would make an output that no input reaches. */
function outputPadding(facts: NodeFacts): string | null {
  const ones = kernel(facts).map(() => 1);
  const [strides, dilations] = ['strides', 'dilations'].map((name) => intsAttribute(facts.node, name, ones));
  const odd = intsAttribute(facts.node, 'output_padding', []).find((p, i) => p >= Math.max(strides[i], dilations[i]));
  return odd === undefined ? null : `output_padding ${odd} is not below stride or dilation`;
}

function outputShape(facts: NodeFacts): string | null {
  const { output_shape: given } = facts.node.attributes;
  if (!Array.isArray(given)) return null;
  const counts = [spatialRank(facts), rankOf()(facts)];
  return counts.includes(given.length) ? null : `output_shape has ${given.length} numbers, not ${counts[0]}`;
}

export const deformConvRules: readonly Rule[] = [
  inputs(3, 5),
  ...windowRules,
  rank(0, 4),
  bounded('group', 1, 1),
  bounded('offset_group', 1, 1),
  (facts) =>
    fits(
      { X: 'N C ? ?', W: 'M C/group KH KW', offset: 'N 2*G*KH*KW OH OW', B: 'M', mask: 'N G*KH*KW OH OW' },
      {
        group,
        G: attribute('offset_group', 1),
        OH: () => facts.output(0)?.shape[2] ?? 0,
        OW: () => facts.output(0)?.shape[3] ?? 0,
      },
    )(facts),
  divides('group', group, 'output channels', dimension(1, 0)),
  divides('offset_group', attribute('offset_group', 1), 'input channels', dimension(0, 1)),
  sameList('kernel_shape', kernel),
];

export const lpPoolRules: readonly Rule[] = [inputs(1), ...poolRules, bounded('p', 2, 1)];
export const globalPoolRules: readonly Rule[] = [inputs(1), rank(0, 3, Infinity), positions];
export const globalLpPoolRules: readonly Rule[] = [...globalPoolRules, bounded('p', 2, 1)];

export const maxUnpoolRules: readonly Rule[] = [
  inputs(2, 3),
  ...windowRules,
  list('kernel_shape', spatialRank, 1),
  fits({ X: '...S', I: '...S' }),
  length(2, 'output_shape', rankOf()),
  unpooledShape,
  (facts) => values(1, 'I', 0, elementCount(facts.output(0)?.shape ?? []) - 1)(facts),
];

/** Samples and channels stay, and every place is there that the windows have. */
function unpooledShape(facts: NodeFacts): string | null {
  const [from, to] = [shapeOf(facts), facts.output(0)?.shape ?? []];
  const same = from.length === to.length && from[0] === to[0] && from[1] === to[1];
  return same && from.every((size, d) => size <= to[d]) ? null : `[${from}] cannot be unpooled to [${to}]`;
}

export const gridSampleRules: readonly Rule[] = [
  inputs(2),
  rank(0, 4, 5),
  (facts) =>
    fits(
      { X: facts.input(0)?.shape.length === 5 ? 'N C ? ? ?' : 'N C ? ?', grid: 'N ... R' },
      { R: spatialRank },
    )(facts),
  (facts) => (rankOf()(facts) === rankOf(1)(facts) ? null : 'its grid has another rank than its input'),
  bounded('align_corners', 0, 0, 1),
  oneOf('padding_mode', 'zeros', 'border', 'reflection'),
  oneOf('mode', 'linear', 'nearest', 'cubic', 'bilinear', 'bicubic'),
];

export const roiAlignRules: readonly Rule[] = [
  inputs(3),
  fits({ X: 'N C ? ?', rois: 'R 4', batch_indices: 'R' }),
  bounded('output_height', 1, 1),
  bounded('output_width', 1, 1),
  bounded('sampling_ratio', 0, 0),
  bounded('spatial_scale', 1, 0),
  oneOf('mode', 'avg', 'max'),
  oneOf('coordinate_transformation_mode', 'half_pixel', 'output_half_pixel'),
  values(2, 'batch_indices', 0, (facts) => dimension(0, 0)(facts) - 1),
];

export const affineGridRules: readonly Rule[] = [
  inputs(2),
  fits({ theta: 'N 2 3|N 3 4' }),
  length(1, 'size', (facts) => dimension(0, 1)(facts) + 2),
  values(1, 'size', 1),
  (facts) => {
    const batch = facts.numbers(1)?.[0] ?? dimension(0, 0)(facts);
    return batch === dimension(0, 0)(facts)
      ? null
      : `size has a batch of ${batch}, theta one of ${dimension(0, 0)(facts)}`;
  },
  bounded('align_corners', 0, 0, 1),
];

export const col2ImRules: readonly Rule[] = [
  inputs(3),
  rank(0, 3),
  length(2, 'block_shape', dimension(1, 0)),
  values(1, 'image_shape', 1),
  values(2, 'block_shape', 1),
  list('strides', dimension(1, 0), 1),
  list('dilations', dimension(1, 0), 1),
  list('pads', (facts) => 2 * dimension(1, 0)(facts), 0),
  columns,
];

/** The columns of the matrix are the places at which the block fits into the image. */
function columns(facts: NodeFacts): string | null {
  const [image, block] = [facts.numbers(1), facts.numbers(2)];
  if (!image || !block) return null;
  const ones = block.map(() => 1);
  const [strides, dilations] = ['strides', 'dilations'].map((name) => intsAttribute(facts.node, name, ones));
  const pads = intsAttribute(facts.node, 'pads', [...ones, ...ones].fill(0));
  const counts = image.map((size, d) => {
    const room = size + pads[d] + pads[d + block.length] - ((block[d] - 1) * dilations[d] + 1);
    return Math.floor(room / strides[d]) + 1;
  });
  if (counts.some((count) => count < 1)) return `a block of [${block}] does not fit into an image of [${image}]`;
  return fits(
    { input: 'N C*K L' },
    { K: () => elementCount(block), L: () => elementCount(counts), C: channels(block) },
  )(facts);
}

/** Whole channels of blocks: what does not divide fits no pattern. */
const channels = (block: readonly number[]) => (facts: NodeFacts) =>
  Math.floor(dimension(0, 1)(facts) / elementCount(block));

export const resizeRules: readonly Rule[] = [
  inputs(1, 4),
  axes('axes'),
  oneOf('mode', 'nearest', 'linear', 'cubic'),
  oneOf('keep_aspect_ratio_policy', 'stretch', 'not_larger', 'not_smaller'),
  (facts) => length(2, 'scales', (own) => (own.input(2)?.shape[0] === 0 ? 0 : resized(own)))(facts),
  (facts) => length(3, 'sizes', (own) => (own.input(3)?.shape[0] === 0 ? 0 : resized(own)))(facts),
  positiveScales,
  values(3, 'sizes', 0),
  cropLength,
];

const resized = ({ node, input }: NodeFacts) =>
  Array.isArray(node.attributes.axes) ? node.attributes.axes.length : (input(0)?.shape.length ?? 0);

function positiveScales(facts: NodeFacts): string | null {
  const odd = facts.numbers(2)?.find((scale) => !(scale > 0 && Number.isFinite(scale)));
  return odd === undefined ? null : `scales has a value that is ${odd}`;
}

/** Start and end of each axis. */
function cropLength(facts: NodeFacts): string | null {
  const crops = stringAttribute(facts.node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  return crops ? length(1, 'roi', (own) => 2 * resized(own))(facts) : null;
}

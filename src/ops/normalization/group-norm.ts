import { floatAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import { invariant } from '../../support/errors.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { groupLayout, groupsOf } from './groups.ts';
import { lowerNormalizationS8, normalizationRule } from './int8.ts';
import { normalizationOracle } from './int8-oracle.ts';
import { groupNormRules, instanceNormRules } from './rules.ts';

export const instanceNormalization: OpDef = {
  op: 'InstanceNormalization',
  summary: 'Zero mean and unit variance of each channel of each sample, then scale and bias per channel.',
  check: instanceNormRules,
  spatial: true,
  quantize: normalizationRule,
  oracle: normalizationOracle,
  lower: lowerGroups,
};

export const groupNormalization: OpDef = {
  op: 'GroupNormalization',
  summary: 'Zero mean and unit variance of each group of channels, then scale and bias per channel.',
  check: groupNormRules,
  spatial: true,
  quantize: normalizationRule,
  oracle: normalizationOracle,
  lower: lowerGroups,
};

/** y = (x - mean) / sqrt(variance + epsilon) * scale[c] + bias[c] over the channels and positions of a group. */
function lowerGroups(node: Node, lower: LowerBuilder): void {
  if (isQuantized(lower.type, node)) return lowerNormalizationS8(node, lower);
  checkDtype(node, lower, (dtype) => dtype === 'f32');
  const { shape } = lower.type(node.inputs[0]);
  const [batch, channels] = shape as [number, number];
  const positions = elementCount(shape.slice(2));
  const groups = groupsOf(node, shape);
  const { layout, channelStep, positionStep } = groupLayout(node, lower);
  const x = lower.read(0, layout);
  const scale = lower.read(1, 'row-major');
  const bias = lower.read(2, 'row-major');
  const y = lower.write(0, layout);
  const size = channels / groups;
  invariant(scale.shape[0] === channels && bias.shape[0] === channels, `a scale for each channel of '${node.name}'`);
  const group = `i0 * ${channels * positions} + i1 * ${size * channelStep}`;
  const epsilon = floatLiteral(floatAttribute(node, 'epsilon', 1e-5));
  const calls = [
    `nn_groupnorm_f32(${size}, ${channelStep}, ${positions}, ${positionStep}, ${x.name} + ${group},`,
    `                 ${scale.name} + i1 * ${size}, ${bias.name} + i1 * ${size}, ${epsilon}, ${y.name} + ${group});`,
  ];
  lower.call({
    template: 'lines',
    params: linesParams(inLoops([batch, groups], calls)),
    summary: `${node.op}, ${groups} groups of ${size} channels, ${positions} positions`,
    overlap: layout === 'row-major' ? [{ read: x, distance: 0 }] : [],
  });
}

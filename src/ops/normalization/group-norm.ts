import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import type { LowerBuilder, OpDef, UpgradeBuilder } from '../op-def.ts';
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
  upgrade: perChannel,
  spatial: true,
  quantize: normalizationRule,
  oracle: normalizationOracle,
  lower: lowerGroups,
};

/** Before opset 21 there was one scale, and one bias, for each group. */
function perChannel(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  const shape = upgrade.type(node.inputs[0]!)?.shape;
  const groups = intAttribute(node, 'num_groups', 1);
  if (opset >= 21 || !shape || shape[1] % groups !== 0 || shape[1] === groups) return node;
  const size = shape[1] / groups;
  const numbers = (values: readonly number[]) =>
    upgrade.constant('i64', [values.length], BigInt64Array.from(values, BigInt));
  const repeated = (value: string | null): string | null => {
    const type = value === null ? null : upgrade.type(value);
    if (value === null || type?.shape.length !== 1 || type.shape[0] !== groups) return value;
    const typeOf = (...sizes: number[]) => ({ ...type, shape: sizes });
    const column = upgrade.node('Reshape', [value, numbers([groups, 1])], {}, typeOf(groups, 1));
    const table = upgrade.node('Expand', [column, numbers([groups, size])], {}, typeOf(groups, size));
    return upgrade.node('Reshape', [table, numbers([shape[1]])], {}, typeOf(shape[1]));
  };
  const [x, scale, bias] = node.inputs;
  return { ...node, inputs: [x, repeated(scale), repeated(bias)] };
}

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
  // Opset 18 had one scale per group, opset 21 has one per channel.
  const perGroup = scale.shape[0] === groups && groups !== channels;
  const group = `i0 * ${channels * positions} + i1 * ${size * channelStep}`;
  const parameters = perGroup ? 'i1' : `i1 * ${size}`;
  const epsilon = floatLiteral(floatAttribute(node, 'epsilon', 1e-5));
  const calls = [
    `nn_groupnorm_f32(${size}, ${channelStep}, ${positions}, ${positionStep}, ${x.name} + ${group},`,
    `                 ${scale.name} + ${parameters}, ${bias.name} + ${parameters}, ${perGroup ? 0 : 1}, ${epsilon}, ${y.name} + ${group});`,
  ];
  lower.call({
    template: 'lines',
    params: linesParams(inLoops([batch, groups], calls)),
    summary: `${node.op}, ${groups} groups of ${size} channels, ${positions} positions`,
    overlap: layout === 'row-major' ? [{ read: x, distance: 0 }] : [],
  });
}

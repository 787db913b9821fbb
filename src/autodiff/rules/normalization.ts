import { floatAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { ValueName } from '../../ir/types.ts';
import { groupsOf } from '../../ops/normalization/groups.ts';
import { axisOf } from '../../ops/support/inputs.ts';
import type { Builder } from '../builder.ts';
import type { Backward, GradientRules } from '../rule.ts';

export const normalizationRules: GradientRules = {
  /** With given statistics: y = scale (x - mean) / sqrt(variance + epsilon) + shift. See batchStatistics for training. */
  BatchNormalization({ build, node, dy, input, shape, to, refuse }) {
    if (node.attributes.training_mode === 1)
      return refuse('its statistics are those of the batch: see batchStatistics');
    const [x, scale, mean, variance] = [input(0), input(1), input(3), input(4)];
    const epsilon = build.scalar(floatAttribute(node, 'epsilon', 1e-5));
    const perChannel = (value: ValueName) =>
      build.reshape(
        value,
        [
          -1,
          ...shape(0)
            .slice(2)
            .map(() => 1),
        ].with(0, shape(0)[1]),
      );
    const overChannels = (value: ValueName) =>
      build.reduce(
        'ReduceSum',
        value,
        [...shape(0).keys()].filter((axis) => axis !== 1),
        false,
      );
    const inverse = build.unary('Reciprocal', build.unary('Sqrt', build.add(variance, epsilon)));
    const slope = build.mul(scale, inverse);
    /** sum of dy (x - mean) */
    const correlation = () => overChannels(build.mul(dy, build.sub(x, perChannel(mean))));
    to(0, () => build.mul(dy, perChannel(slope)));
    to(1, () => build.mul(correlation(), inverse));
    to(2, () => overChannels(dy));
    to(3, () => build.neg(build.mul(overChannels(dy), slope)));
    to(4, () => build.scale(build.mul(correlation(), build.mul(slope, build.mul(inverse, inverse))), -0.5));
  },
  /** n = (x - mean) inverse, g = dy scale: dx = inverse (g - mean(g) - n mean(g n)) */
  LayerNormalization({ build, node, dy, input, shape, to }) {
    const axis = axisOf(node, shape(0).length, -1);
    const axes = [...shape(0).keys()].slice(axis);
    const rows = { dtype: 'f32', shape: shape(0).map((size, i) => (i < axis ? size : 1)), quant: null } as const;
    const [, mean, inverse] = build.outputsOf(node, [build.draft.type(dy), rows, rows]);
    const normal = build.mul(build.sub(input(0), mean), inverse);
    const average = (value: ValueName) => build.reduce('ReduceMean', value, axes);
    to(0, () => {
      const g = build.mul(dy, input(1));
      const along = build.mul(normal, average(build.mul(g, normal)));
      return build.mul(inverse, build.sub(build.sub(g, average(g)), along));
    });
    to(1, () => build.mul(dy, normal));
    to(2, () => dy);
  },
  /** n = x inverse: dx = inverse (g - n mean(g n)) */
  RMSNormalization({ build, node, dy, input, shape, to }) {
    const axes = [...shape(0).keys()].slice(axisOf(node, shape(0).length, -1));
    const epsilon = build.scalar(floatAttribute(node, 'epsilon', 1e-5));
    const average = (value: ValueName) => build.reduce('ReduceMean', value, axes);
    const inverse = inverseRoot(build, build.add(average(build.mul(input(0), input(0))), epsilon));
    const normal = build.mul(input(0), inverse);
    to(0, () => {
      const g = build.mul(dy, input(1));
      return build.mul(inverse, build.sub(g, build.mul(normal, average(build.mul(g, normal)))));
    });
    to(1, () => build.mul(dy, normal));
  },
  InstanceNormalization: byGroups,
  GroupNormalization: byGroups,
};

/** LayerNormalization of rows [batch, groups, what belongs to a group], with a scale and a bias per channel. */
function byGroups({ build, node, dy, input, shape, to }: Backward): void {
  const whole = shape(0);
  const groups = groupsOf(node, whole);
  const rows = (value: ValueName) => build.reshape(value, [whole[0], groups, elementCount(whole) / whole[0] / groups]);
  const back = (value: ValueName) => build.reshape(value, whole);
  const average = (value: ValueName) => build.reduce('ReduceMean', value, [2]);
  const overChannels = (value: ValueName) =>
    build.reduce(
      'ReduceSum',
      value,
      [...whole.keys()].filter((axis) => axis !== 1),
      false,
    );
  const epsilon = build.scalar(floatAttribute(node, 'epsilon', 1e-5));
  const centred = build.sub(rows(input(0)), average(rows(input(0))));
  const inverse = inverseRoot(build, build.add(average(build.mul(centred, centred)), epsilon));
  const normal = build.mul(centred, inverse);
  to(0, () => {
    const scale = build.reshape(input(1), [whole[1], ...whole.slice(2).map(() => 1)]);
    const g = rows(build.mul(dy, scale));
    const along = build.mul(normal, average(build.mul(g, normal)));
    return back(build.mul(inverse, build.sub(build.sub(g, average(g)), along)));
  });
  to(1, () => overChannels(build.mul(dy, back(normal))));
  to(2, () => overChannels(dy));
}

function inverseRoot(build: Builder, value: ValueName): ValueName {
  return build.unary('Reciprocal', build.unary('Sqrt', value));
}

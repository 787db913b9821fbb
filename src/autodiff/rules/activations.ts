import { floatAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { ValueName } from '../../ir/types.ts';
import type { Builder } from '../builder.ts';
import type { Backward, GradientRules } from '../rule.ts';

/** Element-wise functions of one value. At a kink the gradient is 0, as that of a clipped value is. */
export const activationRules: GradientRules = {
  Relu: ({ build, dy, output, to }) =>
    to(0, () => build.where(build.compare('Greater', output, build.scalar(0)), dy, build.scalar(0))),
  Clip({ build, node, dy, output, to }) {
    const [, min = null, max = null] = node.inputs;
    to(0, () => {
      const above = min && build.compare('Greater', output, min);
      const below = max && build.compare('Less', output, max);
      const inside = above && below ? build.and(above, below) : (above ?? below);
      return inside ? build.where(inside, dy, build.scalar(0)) : dy;
    });
  },
  LeakyRelu({ build, node, dy, input, to }) {
    const slope = floatAttribute(node, 'alpha', 0.01);
    to(0, () => build.where(isNegative(build, input(0)), build.scale(dy, slope), dy));
  },
  PRelu({ build, dy, input, to }) {
    const negative = isNegative(build, input(0));
    to(0, () => build.where(negative, build.mul(dy, input(1)), dy));
    to(1, () => build.where(negative, build.mul(dy, input(0)), build.scalar(0)));
  },
  Elu({ build, node, dy, input, output, to }) {
    const alpha = floatAttribute(node, 'alpha', 1);
    const slope = () => build.add(output, build.scalar(alpha));
    to(0, () => build.where(isNegative(build, input(0)), build.mul(dy, slope()), dy));
  },
  Softplus: ({ build, dy, input, to }) => to(0, () => build.mul(dy, build.unary('Sigmoid', input(0)))),
  /** y (1 - y) */
  Sigmoid: ({ build, dy, output, to }) => to(0, () => build.mul(dy, build.sub(output, build.mul(output, output)))),
  /** 1 - y^2 */
  Tanh: ({ build, dy, output, to }) => to(0, () => build.sub(dy, build.mul(dy, build.mul(output, output)))),
  /** 2/sqrt(pi) exp(-x^2) */
  Erf: ({ build, dy, input, to }) =>
    to(0, () => build.mul(dy, build.scale(bell(build, input(0), 1), 2 / Math.sqrt(Math.PI)))),
  HardSigmoid({ build, node, dy, output, to }) {
    const slope = floatAttribute(node, 'alpha', 0.2);
    const inside = () =>
      build.and(build.compare('Greater', output, build.scalar(0)), build.compare('Less', output, build.scalar(1)));
    to(0, () => build.where(inside(), build.scale(dy, slope), build.scalar(0)));
  },
  /** x clip(x/6 + 1/2, 0, 1): the clipped part, and x/6 where it is not clipped */
  HardSwish({ build, dy, input, to }) {
    const gate = () => build.op('HardSigmoid', [input(0)], build.shape(input(0)), { alpha: 1 / 6, beta: 0.5 });
    const inside = () => build.compare('Less', build.unary('Abs', input(0)), build.scalar(3));
    const ramp = () => build.where(inside(), build.scale(input(0), 1 / 6), build.scalar(0));
    to(0, () => build.mul(dy, build.add(gate(), ramp())));
  },
  Gelu: (back) => back.to(0, () => back.build.mul(back.dy, geluSlope(back))),
};

function isNegative(build: Builder, x: ValueName): ValueName {
  return build.compare('Less', x, build.scalar(0));
}

/** exp(-factor x^2) */
function bell(build: Builder, x: ValueName, factor: number): ValueName {
  return build.unary('Exp', build.scale(build.mul(x, x), -factor));
}

/**
 * none  Phi(x) + x phi(x), the normal distribution and its density
 * tanh  (1 + t) / 2 + x/2 (1 - t^2) k (1 + 3 c x^2), t = tanh(k (x + c x^3)), k = sqrt(2/pi), c = 0.044715
 */
function geluSlope({ build, node, input }: Backward): ValueName {
  const x = input(0);
  if (stringAttribute(node, 'approximate', 'none') === 'none') {
    const erf = build.unary('Erf', build.scale(x, Math.SQRT1_2));
    const below = build.add(build.scale(erf, 0.5), build.scalar(0.5));
    return build.add(below, build.mul(x, build.scale(bell(build, x, 0.5), 1 / Math.sqrt(2 * Math.PI))));
  }
  const [k, c] = [Math.sqrt(2 / Math.PI), 0.044715];
  const square = build.mul(x, x);
  const t = build.unary('Tanh', build.mul(build.scale(x, k), build.add(build.scale(square, c), build.scalar(1))));
  const below = build.add(build.scale(t, 0.5), build.scalar(0.5));
  const inner = build.scale(build.add(build.scale(square, 3 * c), build.scalar(1)), k);
  const steep = build.mul(build.sub(build.scalar(1), build.mul(t, t)), inner);
  return build.add(below, build.mul(build.scale(x, 0.5), steep));
}

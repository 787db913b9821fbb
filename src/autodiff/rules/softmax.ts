import { axisOf } from '../../ops/support/inputs.ts';
import type { GradientRules } from '../rule.ts';

/** Over `axis`, default the last one. */
export const softmaxRules: GradientRules = {
  /** y (dy - sum(dy y)) */
  Softmax({ build, node, dy, output, to }) {
    const axis = axisOf(node, build.shape(output).length, -1);
    to(0, () => build.mul(output, build.sub(dy, build.reduce('ReduceSum', build.mul(dy, output), [axis]))));
  },
  /** dy - exp(y) sum(dy) */
  LogSoftmax({ build, node, dy, output, to }) {
    const axis = axisOf(node, build.shape(output).length, -1);
    to(0, () => build.sub(dy, build.mul(build.unary('Exp', output), build.reduce('ReduceSum', dy, [axis]))));
  },
};

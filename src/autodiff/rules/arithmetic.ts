import type { ValueName } from '../../ir/types.ts';
import type { Backward, GradientRules } from '../rule.ts';

/** Element-wise arithmetic; broadcasting is undone by `to`. */
export const arithmeticRules: GradientRules = {
  Add({ dy, to }) {
    to(0, () => dy);
    to(1, () => dy);
  },
  Sub({ build, dy, to }) {
    to(0, () => dy);
    to(1, () => build.neg(dy));
  },
  Mul({ build, dy, input, to }) {
    to(0, () => build.mul(dy, input(1)));
    to(1, () => build.mul(dy, input(0)));
  },
  Div({ build, dy, input, output, to }) {
    to(0, () => build.div(dy, input(1)));
    to(1, () => build.neg(build.div(build.mul(dy, output), input(1))));
  },
  Sum({ node, dy, to }) {
    for (const index of node.inputs.keys()) to(index, () => dy);
  },
  Mean({ build, node, dy, to }) {
    for (const index of node.inputs.keys()) to(index, () => build.scale(dy, 1 / node.inputs.length));
  },
  Max: toWinners,
  Min: toWinners,
  Neg({ build, dy, to }) {
    to(0, () => build.neg(dy));
  },
  Abs({ build, dy, input, to }) {
    to(0, () => build.mul(dy, build.unary('Sign', input(0))));
  },
  Exp({ build, dy, output, to }) {
    to(0, () => build.mul(dy, output));
  },
  Log({ build, dy, input, to }) {
    to(0, () => build.div(dy, input(0)));
  },
  Sqrt({ build, dy, output, to }) {
    to(0, () => build.div(dy, build.scale(output, 2)));
  },
  Reciprocal({ build, dy, output, to }) {
    to(0, () => build.neg(build.mul(dy, build.mul(output, output))));
  },
  Pow({ build, dy, input, numbers, to, refuse }) {
    const exponents = numbers(1);
    if (exponents === null || exponents.some((p) => p !== exponents[0]))
      return refuse('its exponent is not one constant');
    const [p] = exponents;
    to(0, () => build.mul(dy, build.scale(build.op('Pow', [input(0), build.scalar(p - 1)], build.shape(input(0))), p)));
  },
  Where({ build, dy, input, to }) {
    to(1, () => build.where(input(0), dy, build.scalar(0)));
    to(2, () => build.where(input(0), build.scalar(0), dy));
  },
};

/** In equal parts to all operands that are the result. */
function toWinners({ build, node, dy, input, output, to }: Backward): void {
  const wins = [...node.inputs.keys()].map((index) => build.cast(build.compare('Equal', input(index), output), 'f32'));
  const share = build.div(
    dy,
    wins.reduce((sum: ValueName, win) => build.add(sum, win)),
  );
  for (const index of node.inputs.keys()) to(index, () => build.mul(wins[index], share));
}

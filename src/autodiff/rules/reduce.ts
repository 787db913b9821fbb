import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { ValueName } from '../../ir/types.ts';
import { countAlong } from '../builder.ts';
import type { Backward, GradientRules } from '../rule.ts';

export const reduceRules: GradientRules = {
  ReduceSum: (back) => back.to(0, () => stretched(back, back.dy)),
  ReduceMean: (back) =>
    back.to(0, () => stretched(back, back.build.scale(back.dy, 1 / countAlong(back.shape(0), axesOf(back))))),
  ReduceSumSquare: (back) =>
    back.to(0, () => back.build.mul(back.build.scale(back.input(0), 2), stretched(back, back.dy))),
  ReduceMax: toExtremes,
  ReduceMin: toExtremes,
  ReduceL1: (back) =>
    back.to(0, () => back.build.mul(back.build.unary('Sign', back.input(0)), stretched(back, back.dy))),
  /** x / y, and 0 where all are 0. */
  ReduceL2: (back) =>
    back.to(0, () => {
      const { build, input, output, dy } = back;
      const share = build.div(dy, build.op('Max', [output, build.scalar(1e-12)], build.shape(output)));
      return build.mul(input(0), stretched(back, share));
    }),
  ReduceLogSum: (back) =>
    back.to(0, () => stretched(back, back.build.div(back.dy, back.build.unary('Exp', back.output)))),
  ReduceLogSumExp: (back) =>
    back.to(0, () => {
      const { build, input, output, dy } = back;
      return build.mul(build.unary('Exp', build.sub(input(0), stretched(back, output))), stretched(back, dy));
    }),
  /** Back to the places of the chosen; those have none of their own. */
  TopK(back) {
    const { build, node, shape, output, dys, to } = back;
    const [dy] = dys;
    if (dy == null) return;
    to(0, () => {
      const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape(0).length);
      const type = { shape: build.shape(output), quant: null };
      const [, places] = build.outputsOf(node, [
        { ...type, dtype: 'f32' },
        { ...type, dtype: 'i64' },
      ]);
      return build.op('ScatterElements', [build.zeros(shape(0)), places, dy], shape(0), { axis });
    });
  },
};

/** In equal parts to all elements that are the extreme. */
function toExtremes(back: Backward): void {
  const { build, input, output, dy, to } = back;
  to(0, () => {
    const winners = build.cast(build.compare('Equal', input(0), stretched(back, output)), 'f32');
    const share = build.div(
      stretched(back, dy),
      build.expand(build.reduce('ReduceSum', winners, axesOf(back)), back.shape(0)),
    );
    return build.mul(winners, share);
  });
}

/** dy repeated along the reduced axes. */
function stretched(back: Backward, dy: ValueName): ValueName {
  const { build, shape } = back;
  const axes = axesOf(back);
  const kept = shape(0).map((size, i) => (axes.includes(i) ? 1 : size));
  return build.expand(build.reshape(dy, kept), shape(0));
}

function axesOf({ node, shape, numbers, refuse }: Backward): readonly number[] {
  const rank = shape(0).length;
  const axes = numbers(1);
  if (node.inputs[1] != null && !axes) return refuse('its axes are computed');
  if (axes && axes.length > 0) return axes.map((axis) => normalizeAxis(axis, rank));
  return intAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : [...shape(0).keys()];
}

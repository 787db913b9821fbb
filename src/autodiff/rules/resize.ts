import { tensorOf } from '../../ir/tensor.ts';
import type { ValueName } from '../../ir/types.ts';
import { axisTaps, type Taps } from '../../ops/spatial/resize-axis.ts';
import { resizeAxes, resizeMode } from '../../ops/spatial/resize-node.ts';
import type { Backward, GradientRules } from '../rule.ts';

export const resizeRules: GradientRules = {
  /** Linear in x: along each axis the transposed matrix of its weights. */
  Resize(back) {
    const { build, node, dy, shape, numbers, to, refuse } = back;
    const axes = resizeAxes(node, numbers, { shape: shape(0) }, { shape: build.shape(dy) });
    const taps = axes.map((axis) => axis && axisTaps(axis, resizeMode(node)));
    if (taps.some((one) => typeof one === 'string' || one?.positions.includes(-1)))
      return refuse('positions outside the input have none');
    to(0, () =>
      taps.reduce<ValueName>((gradient, one, d) => {
        const known = one as Taps | null;
        return known === null ? gradient : along(back, gradient, d, weightsOf(known, shape(0)[d]));
      }, dy),
    );
  },
};

/** [outputs][inputs] */
function weightsOf(
  { taps, positions, weights }: Taps,
  inputs: number,
): { rows: number; inputs: number; data: Float32Array } {
  const rows = positions.length / taps;
  const data = new Float32Array(rows * inputs);
  positions.forEach((position, i) => {
    data[Math.floor(i / taps) * inputs + position] += weights[i];
  });
  return { rows, inputs, data };
}

/** Axis `d` of the gradient, last, times the matrix. */
function along(
  { build }: Backward,
  gradient: ValueName,
  d: number,
  { rows, inputs, data }: ReturnType<typeof weightsOf>,
): ValueName {
  const rank = build.shape(gradient).length;
  const order = [...Array(rank).keys()].filter((axis) => axis !== d);
  const turned = build.transpose(gradient, [...order, d]);
  const matrix = build.draft.constant(`${build.scope}/weights`, tensorOf('f32', [rows, inputs], data));
  const product = build.matmul(turned, matrix);
  const back = Array.from({ length: rank }, (_, axis) => (axis === d ? rank - 1 : order.indexOf(axis)));
  return build.transpose(product, back);
}

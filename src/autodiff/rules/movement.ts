import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { Shape, ValueName } from '../../ir/types.ts';
import { axisOf } from '../../ops/support/inputs.ts';
import type { Builder } from '../builder.ts';
import type { GradientRules } from '../rule.ts';

export const movementRules: GradientRules = {
  Concat({ build, node, dy, shape, to }) {
    const axis = axisOf(node, build.shape(dy).length, 0);
    let start = 0;
    for (const index of node.inputs.keys()) {
      const [from, end] = [start, start + shape(index)[axis]];
      to(index, () => build.slice(dy, axis, from, end));
      start = end;
    }
  },
  Split({ build, node, dys, shape, numbers, to }) {
    const axis = axisOf(node, shape(0).length, 0);
    const sizes = numbers(1) ?? equalParts(shape(0)[axis], intAttribute(node, 'num_outputs', node.outputs.length));
    const parts = () => sizes.map((size, i) => dys[i] ?? build.zeros(shape(0).with(axis, size)));
    to(0, () => build.concat(parts(), axis));
  },
  Slice({ build, dy, shape, numbers, to, refuse }) {
    const starts = numbers(1);
    const rank = shape(0).length;
    if (!starts) return refuse('its starts are computed');
    const axes = numbers(3) ?? starts.map((_, i) => i);
    const steps = numbers(4) ?? starts.map(() => 1);
    to(0, () => {
      let gradient = dy;
      for (const [i, axis] of axes.map((a) => normalizeAxis(a, rank)).entries()) {
        gradient = unslice(build, gradient, { axis, start: starts[i], step: steps[i], size: shape(0)[axis] });
      }
      return gradient;
    });
  },
  Pad({ build, node, dy, shape, numbers, to, refuse }) {
    const pads = numbers(1);
    if (!pads || stringAttribute(node, 'mode', 'constant') !== 'constant') return refuse('only constant pads have one');
    const rank = shape(0).length;
    const axes = (numbers(3) ?? shape(0).map((_, i) => i)).map((axis) => normalizeAxis(axis, rank));
    const back = new Array<number>(2 * rank).fill(0);
    for (const [i, axis] of axes.entries()) {
      back[axis] = -pads[i];
      back[rank + axis] = -pads[axes.length + i];
    }
    to(0, () => build.pad(dy, back));
  },
  Gather({ build, node, dy, input, shape, to }) {
    const axis = normalizeAxis(intAttribute(node, 'axis', 0), shape(0).length);
    to(0, () => scatterRows(build, dy, { axis, indices: input(1), shape: shape(0) }));
  },
};

/** The last part takes what is left. */
function equalParts(size: number, count: number): number[] {
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.min(part, size - i * part));
}

interface Stride {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

/** Puts the elements of a slice back where they came from, zeros elsewhere. */
function unslice(build: Builder, dy: ValueName, { axis, start, step, size }: Stride): ValueName {
  const count = build.shape(dy)[axis];
  if (count === 0) return build.zeros(build.shape(dy).with(axis, size));
  const bounded = Math.min(Math.max(normalizeAxis(start, size), 0), size - 1);
  const stride = Math.abs(step);
  const first = step > 0 ? bounded : bounded - (count - 1) * stride;
  const ordered = step > 0 ? dy : build.reverse(dy, axis);
  const spread = spreadOut(build, ordered, axis, stride);
  const pads = new Array<number>(2 * build.shape(dy).length).fill(0);
  pads[axis] = first;
  pads[axis + build.shape(dy).length] = size - first - build.shape(spread)[axis];
  return build.pad(spread, pads);
}

/** stride - 1 zeros behind each element. */
function spreadOut(build: Builder, x: ValueName, axis: number, stride: number): ValueName {
  if (stride === 1) return x;
  const shape = build.shape(x);
  const pads = new Array<number>(2 * (shape.length + 1)).fill(0);
  pads[shape.length + 1 + axis + 1] = stride - 1;
  const apart = build.reshape(x, shape.toSpliced(axis + 1, 0, 1));
  return build.reshape(build.pad(apart, pads), shape.with(axis, shape[axis] * stride));
}

/** Adds the gathered slices back to the rows that they were; a row may have been gathered often. */
function scatterRows(
  build: Builder,
  dy: ValueName,
  { axis, indices, shape }: { axis: number; indices: ValueName; shape: Shape },
): ValueName {
  const rank = build.shape(indices).length;
  const positions = build.shape(dy).map((_, i) => i);
  const front = [...positions.slice(axis, axis + rank), ...positions.slice(0, axis), ...positions.slice(axis + rank)];
  const axisFirst = [axis, ...shape.keys()].filter((a, i) => i === 0 || a !== axis);
  const base = build.zeros(axisFirst.map((a) => shape[a]));
  const rows = build.reshape(build.cast(indices, 'i64'), [...build.shape(indices), 1]);
  const summed = build.op('ScatterND', [base, rows, build.transpose(dy, front)], build.shape(base), {
    reduction: 'add',
  });
  return build.transpose(
    summed,
    shape.map((_, i) => axisFirst.indexOf(i)),
  );
}

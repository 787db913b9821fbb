import type { Attribute, Shape } from '../../../src/ir/types.ts';
import { type Builder, indices, type Value, whole } from '../builder.ts';
import { ANY, type Family, FLOATS, NUMBERS } from '../family.ts';

const moves = (op: string, make: (b: Builder) => void, since = 7, until = 99): Family => ({
  op,
  nature: 'exact',
  since,
  until,
  make,
});

/** Axes in the attribute of this name until `since`, from then on as the second input. */
export function withAxes(
  b: Builder,
  op: string,
  x: Value,
  axes: readonly number[] | null,
  since: number,
  attributes: Record<string, Attribute> = {},
): void {
  if (b.opset < since) b.node(op, [x], { ...attributes, ...(axes && { axes: [...axes] }) });
  else b.node(op, axes ? [x, b.ints(axes)] : [x], attributes);
}

function slice(b: Builder): void {
  const x = b.data({ dtypes: ANY, rank: [1, 4] });
  const axes = b.axes(x.shape, 1, b.opset >= 10);
  const steps = axes.map(() => (b.opset >= 10 ? b.pick([1, 1, 2, 3, -1, -2]) : 1));
  const at = (axis: number) => x.shape[axis < 0 ? axis + x.shape.length : axis];
  const starts = axes.map((axis, i) => (steps[i] > 0 ? b.int(-at(axis) - 2, at(axis) - 1) : b.int(1, at(axis) + 2)));
  const ends = axes.map((axis, i) => {
    if (steps[i] < 0) return b.pick([-at(axis) - 1, -1000]);
    return b.chance(0.3)
      ? 1000
      : starts[i] < 0
        ? Math.max(starts[i] + b.int(1, 3), -at(axis) + 1) || 1000
        : b.int(starts[i] + 1, at(axis) + 2);
  });
  if (b.opset < 10)
    return b.node('Slice', [x], { starts, ends, ...((axes.length < x.shape.length || b.chance(0.5)) && { axes }) });
  const list = b.chance(0.5)
    ? (values: number[]) => b.ints(values)
    : (values: number[]) => b.constant('i32', [values.length], values);
  const plain = axes.length === x.shape.length && axes.every((axis, i) => axis === i);
  const given = steps.some((step) => step !== 1);
  b.node('Slice', [
    x,
    list(starts),
    list(ends),
    plain && !given ? null : list(axes),
    given || b.chance(0.5) ? list(steps) : null,
  ]);
}

function split(b: Builder): void {
  const x = b.data({ dtypes: ANY });
  const axis = b.axis(x.shape);
  const length = x.shape.at(axis)!;
  const sizes: number[] = [];
  for (let left = length; left > 0; left -= sizes.at(-1)!) sizes.push(b.int(1, left));
  // Every part has something in it.
  const count = b.pick([1, 2, 3, length].filter((n) => n <= length && (n - 1) * Math.ceil(length / n) < length));
  if (b.opset >= 18 && b.chance(0.5)) return b.node('Split', [x], { axis, num_outputs: count }, count);
  if (length % count === 0 && b.opset < 18 && b.chance(0.5)) return b.node('Split', [x], { axis }, count);
  if (b.opset < 13) return b.node('Split', [x], { axis, split: sizes }, sizes.length);
  b.node('Split', [x, b.ints(sizes)], { axis }, sizes.length);
}

function pad(b: Builder): void {
  const x = b.data({ dtypes: b.opset >= 13 ? ANY : FLOATS });
  const modes = ['constant', 'reflect', 'edge', ...(b.opset >= 19 ? ['wrap'] : [])];
  const mode = b.pick(modes);
  const limit = (length: number) =>
    mode === 'constant' || mode === 'edge' ? 3 : mode === 'reflect' ? length - 1 : length;
  const part = b.opset >= 18 && b.chance(0.4);
  const axes = part ? b.axes(x.shape) : x.shape.map((_, axis) => axis);
  const low = mode === 'constant' && b.chance(0.3) ? -1 : 0;
  const amounts = [0, 1].flatMap(() =>
    axes.map((axis) => b.int(x.shape.at(axis)! > 2 ? low : 0, Math.max(0, limit(x.shape.at(axis)!)))),
  );
  const named = mode === 'constant' && b.chance(0.5) ? {} : { mode };
  if (b.opset < 11) return b.node('Pad', [x], { ...named, pads: amounts, ...b.some({ value: 1.5 }) });
  const fill = b.optional(() => b.operand(x.dtype, []));
  b.node('Pad', [x, b.ints(amounts), fill, part ? b.ints(axes) : null], named);
}

function gather(b: Builder): void {
  const x = b.data({ dtypes: ANY });
  const axis = b.axis(x.shape);
  const length = x.shape.at(axis)!;
  b.node(
    'Gather',
    [x, b.operand(b.pick(['i64', 'i32']), b.shape(0, 2), indices(length, b.opset >= 11))],
    b.chance(0.3) && axis === 0 ? {} : { axis },
  );
}

function elements(b: Builder, op: string): void {
  const x = b.data({ dtypes: ANY });
  const axis = b.axis(x.shape);
  const at = axis < 0 ? axis + x.shape.length : axis;
  const shape = x.shape.map((dimension, i) => (i === at ? b.int(1, 5) : b.int(1, dimension)));
  const index = b.operand(b.pick(['i64', 'i32']), shape, indices(x.shape[at]));
  b.node(op, [x, index], axis === 0 ? b.some({ axis }) : { axis });
}

function scatterElements(b: Builder, op: string): void {
  const reduction =
    op === 'ScatterElements' && b.opset >= 16
      ? b.pick(['none', 'add', 'mul', ...(b.opset >= 18 ? ['max', 'min'] : [])])
      : 'none';
  const x = b.data({ dtypes: reduction === 'none' ? ANY : NUMBERS });
  const axis = b.axis(x.shape);
  const at = axis < 0 ? axis + x.shape.length : axis;
  // Distinct indices along the axis: what equal ones give without a reduction is not defined.
  const count = reduction === 'none' ? b.int(1, x.shape[at]) : b.int(1, 5);
  const shape = x.shape.map((dimension, i) => (i === at ? count : b.int(1, dimension)));
  const inner = shape.slice(at + 1).reduce((a, c) => a * c, 1);
  const order = b.rng.shuffle(Array.from({ length: x.shape[at] }, (_, i) => i));
  let k = 0;
  const values = reduction === 'none' ? () => order[Math.floor(k++ / inner) % count] : indices(x.shape[at]);
  const index = b.operand(b.pick(['i64', 'i32']), shape, values);
  b.node(op, [x, index, b.operand(x.dtype, shape)], { axis, ...(reduction !== 'none' && { reduction }) });
}

function gatherNd(b: Builder): void {
  const x = b.data({ dtypes: ANY });
  const batch = b.opset >= 12 && x.shape.length > 1 ? b.int(0, x.shape.length - 1) : 0;
  const depth = b.int(1, x.shape.length - batch);
  const bound = x.shape.slice(batch, batch + depth);
  let k = 0;
  const values = (rng: { int(a: number, b: number): number }) => rng.int(-bound[k % depth], bound[k++ % depth] - 1);
  const index = b.operand('i64', [...x.shape.slice(0, batch), ...b.shape(0, 2), depth], values);
  b.node('GatherND', [x, index], batch > 0 ? { batch_dims: batch } : {});
}

function scatterNd(b: Builder): void {
  const reduction = b.opset >= 16 ? b.pick(['none', 'add', 'mul', ...(b.opset >= 18 ? ['max', 'min'] : [])]) : 'none';
  const x = b.data({ dtypes: reduction === 'none' ? ANY : NUMBERS });
  const depth = b.int(1, x.shape.length);
  const rows = reduction === 'none' ? b.int(1, x.shape[0]) : b.int(1, 4);
  const firsts = b.rng.shuffle(Array.from({ length: x.shape[0] }, (_, i) => i));
  let k = 0;
  const values = (rng: { int(a: number, b: number): number }) => {
    const [row, column] = [Math.floor(k / depth), k++ % depth];
    return column === 0 && reduction === 'none' ? firsts[row] : rng.int(0, x.shape[column] - 1);
  };
  const index = b.operand('i64', [rows, depth], values);
  const updates = b.operand(x.dtype, [rows, ...x.shape.slice(depth)]);
  b.node('ScatterND', [x, index, updates], reduction === 'none' ? {} : { reduction });
}

function reshape(b: Builder): void {
  const x = b.data({ dtypes: ANY, rank: [0, 4] });
  const total = x.shape.reduce((a, c) => a * c, 1);
  const target: number[] = [];
  let left = total;
  for (let i = b.int(0, 3); i > 0; i--) {
    const divisors = Array.from({ length: left }, (_, d) => d + 1).filter((d) => left % d === 0);
    target.push(b.pick(divisors));
    left /= target.at(-1)!;
  }
  target.push(left);
  if (b.chance(0.5)) target[b.int(0, target.length - 1)] = -1;
  const zero = target.findIndex((dimension, i) => dimension === x.shape[i]);
  if (zero >= 0 && b.chance(0.5)) target[zero] = 0;
  b.node('Reshape', [x, b.ints(target)], b.opset >= 14 && zero < 0 ? b.some({ allowzero: 1 }) : {});
}

function squeeze(b: Builder): void {
  const x = b.data({ dtypes: ANY });
  const ones = x.shape.flatMap((dimension, axis) => (dimension === 1 ? [axis] : []));
  const some = ones
    .filter(() => b.chance(0.7))
    .map((axis) => (b.opset >= 11 && b.chance(0.5) ? axis - x.shape.length : axis));
  withAxes(b, 'Squeeze', x, some.length > 0 ? some : null, 13);
}

function unsqueeze(b: Builder): void {
  const x = b.data({ dtypes: ANY, rank: [0, 3] });
  const axes = b.axes([...x.shape, 1]).slice(0, b.int(1, 2));
  const rank = x.shape.length + axes.length;
  withAxes(
    b,
    'Unsqueeze',
    x,
    [...new Set(axes.map((axis) => (axis < 0 ? axis + x.shape.length + 1 : axis)))].map((axis) =>
      b.opset >= 11 && b.chance(0.5) ? axis - rank : axis,
    ),
    13,
  );
}

function depthSpace(b: Builder, op: string): void {
  const block = b.int(1, 3);
  const [n, c, h, w] = [b.int(1, 2), b.int(1, 3), b.int(1, 3), b.int(1, 3)];
  const depth = op === 'DepthToSpace';
  const x = b.data({ dtypes: ANY, shape: depth ? [n, c * block * block, h, w] : [n, c, h * block, w * block] });
  b.node(op, [x], { blocksize: block, ...(depth && b.opset >= 11 && b.some({ mode: b.pick(['DCR', 'CRD']) })) });
}

function compress(b: Builder): void {
  const x = b.data({ dtypes: ANY });
  const axis = b.chance(0.6) ? b.axis(x.shape) : null;
  const length = axis === null ? x.shape.reduce((a, c) => a * c, 1) : x.shape.at(axis)!;
  const count = b.int(1, length);
  const flags = Array.from({ length: count }, (_, i) => (i === 0 ? 1 : b.int(0, 1)));
  b.node('Compress', [x, b.constant('bool', [count], flags)], axis === null ? {} : { axis });
}

function oneHot(b: Builder): void {
  const shape = b.shape(1, 3);
  const depth = b.int(1, 6);
  const index = b.data({ dtypes: ['i64', 'i32', 'f32'], shape, values: whole(-depth - 1, depth + 1) });
  const on = b.dtype(['f32', 'i64', 'i32']);
  const axis = b.int(-shape.length - 1, shape.length);
  b.node(
    'OneHot',
    [index, b.constant(b.pick(['i64', 'i32', 'f32']), b.chance(0.5) ? [] : [1], [depth]), b.operand(on, [2])],
    b.some({ axis }),
  );
}

function reverseSequence(b: Builder): void {
  const x = b.data({ dtypes: ANY, rank: [2, 4] });
  const time = b.int(0, 1);
  const lengths = b.operand('i64', [x.shape[1 - time]], whole(1, x.shape[time]));
  b.node('ReverseSequence', [x, lengths], time === 0 && b.chance(0.5) ? {} : { batch_axis: 1 - time, time_axis: time });
}

function tensorScatter(b: Builder): void {
  const cache = b.data({ dtypes: ['f32', 'f16', 'i32'], shape: [b.int(1, 3), ...b.shape(1, 3)] });
  const axis = b.int(1, cache.shape.length - 1);
  const length = cache.shape[axis];
  const steps = b.int(1, length);
  const update = b.operand(
    cache.dtype,
    cache.shape.map((dimension, i) => (i === axis ? steps : dimension)),
  );
  const circular = b.chance(0.5);
  const at = b.optional(() => b.operand('i64', [cache.shape[0]], whole(0, circular ? length - 1 : length - steps)));
  b.node('TensorScatter', [cache, update, at], {
    axis: axis - (b.chance(0.5) ? cache.shape.length : 0),
    ...(circular && { mode: 'circular' }),
  });
}

function expand(b: Builder): void {
  const x = b.data({ dtypes: ANY, rank: [0, 3] });
  const grown: Shape = [
    ...b.shape(0, 1),
    ...x.shape.map((dimension) => (dimension === 1 ? b.int(1, 4) : b.chance(0.3) ? 1 : dimension)),
  ];
  b.node('Expand', [x, b.ints(grown)]);
}

export const MOVEMENT: readonly Family[] = [
  moves('Slice', slice),
  moves('Split', split),
  moves('Pad', pad),
  moves('Gather', gather),
  moves('GatherElements', (b) => elements(b, 'GatherElements'), 11),
  moves('ScatterElements', (b) => scatterElements(b, 'ScatterElements'), 11),
  moves('Scatter', (b) => scatterElements(b, 'Scatter'), 9, 10),
  moves('GatherND', gatherNd, 11),
  moves('ScatterND', scatterNd, 11),
  moves('Reshape', reshape),
  moves('Squeeze', squeeze),
  moves('Unsqueeze', unsqueeze),
  moves('DepthToSpace', (b) => depthSpace(b, 'DepthToSpace')),
  moves('SpaceToDepth', (b) => depthSpace(b, 'SpaceToDepth')),
  moves('Compress', compress, 9),
  moves('OneHot', oneHot, 9),
  moves('ReverseSequence', reverseSequence, 10),
  moves('TensorScatter', tensorScatter, 24),
  moves('Expand', expand, 8),
  moves('Flatten', (b) => {
    const x = b.data({ dtypes: b.opset >= 9 ? ANY : FLOATS, rank: [0, 4] });
    b.node('Flatten', [x], b.some({ axis: b.int(b.opset >= 11 ? -x.shape.length : 0, x.shape.length) }));
  }),
  moves('Transpose', (b) => {
    const x = b.data({ dtypes: ANY, rank: [0, 5] });
    b.node('Transpose', [x], b.some({ perm: b.rng.shuffle(x.shape.map((_, axis) => axis)) }));
  }),
  moves('Tile', (b) => {
    const x = b.data({ dtypes: ANY, rank: [1, 4] });
    b.node('Tile', [x, b.ints(x.shape.map(() => b.int(1, 3)))]);
  }),
  moves('Concat', (b) => {
    const x = b.data({ dtypes: ANY });
    const axis = b.axis(x.shape);
    const at = axis < 0 ? axis + x.shape.length : axis;
    const others = Array.from({ length: b.int(0, 3) }, () =>
      b.operand(
        x.dtype,
        x.shape.map((dimension, i) => (i === at ? b.int(1, 3) : dimension)),
      ),
    );
    b.node('Concat', b.rng.shuffle([x, ...others, ...(b.chance(0.2) ? [x] : [])]), { axis });
  }),
  moves(
    'Trilu',
    (b) => {
      const x = b.data({ dtypes: ANY, rank: [2, 4] });
      b.node('Trilu', [x, b.optional(() => b.constant('i64', [], [b.int(-4, 4)]))], b.some({ upper: b.int(0, 1) }));
    },
    14,
  ),
  moves(
    'CenterCropPad',
    (b) => {
      const x = b.data({ dtypes: ANY, rank: [1, 4] });
      const axes = b.chance(0.6) ? b.axes(x.shape) : null;
      const sizes = (axes ?? x.shape).map(() => b.int(1, 7));
      b.node('CenterCropPad', [x, b.ints(sizes)], axes ? { axes } : {});
    },
    18,
  ),
  moves(
    'EyeLike',
    (b) => {
      const x = b.data({ dtypes: NUMBERS, rank: [2, 2] });
      b.node('EyeLike', [x], b.some({ k: b.int(-5, 5), dtype: b.pick([1, 6, 7, 9]) }));
    },
    9,
  ),
];

import type { Attribute } from '../../../src/ir/types.ts';
import { type Builder, between, codes, whole } from '../builder.ts';
import { type Family, FLOATS, type Nature } from '../family.ts';

const family = (op: string, nature: Nature, make: (b: Builder) => void, since = 7): Family => ({
  op,
  nature,
  since,
  make,
});

export interface Window {
  /** Spatial sizes of the input. */
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  readonly attributes: Record<string, Attribute>;
}

interface WindowOptions {
  readonly dilations?: boolean;
  readonly ceil?: boolean;
  /** Pads of a pool stay below the kernel. */
  readonly padsBelowKernel?: boolean;
}

/** A window that lies at least once in the padded input, which is what the chain has reached if that has the dimensions. */
export function window(
  b: Builder,
  spatial: number,
  { dilations = true, ceil = false, padsBelowKernel = false }: WindowOptions = {},
): Window {
  const list = (make: (i: number) => number) => Array.from({ length: spatial }, (_, i) => make(i));
  const given = b.previous?.shape.length === spatial + 2 ? b.previous.shape.slice(2) : null;
  const kernel = list((i) => b.int(1, Math.min(3, given?.[i] ?? 3)));
  const wide = dilations && !given && b.chance(0.3);
  const dilation = list(() => (wide ? b.int(1, 2) : 1));
  const auto = b.chance(0.3) ? b.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) : null;
  const reach = kernel.map((size, i) => (size - 1) * dilation[i] + 1);
  const most = (i: number) => (padsBelowKernel ? kernel[i] - 1 : 2);
  const pads = [0, 1].flatMap(() => kernel.map((_, i) => (b.chance(0.5) ? 0 : b.int(0, most(i)))));
  const sizes = reach.map((size, i) => Math.max(1, (auto ? size : size - pads[i] - pads[i + spatial]) + b.int(0, 4)));
  return {
    sizes: given ?? sizes,
    kernel,
    attributes: {
      ...(b.chance(0.6) && { strides: list(() => b.int(1, 3)) }),
      ...(dilation.some((d) => d > 1) && { dilations: dilation }),
      ...(auto ? { auto_pad: auto } : pads.some((p) => p > 0) ? { pads } : b.some({ auto_pad: 'NOTSET' })),
      ...(ceil && b.some({ ceil_mode: b.int(0, 1) })),
    },
  };
}

function spatialRank(b: Builder): number {
  const rank = b.previous?.shape.length ?? 0;
  return rank >= 3 && rank <= 5 ? rank - 2 : b.pick([2, 2, 2, 1, 1, 3]);
}

/** A number of groups for these channels: usually one, sometimes as many as there are channels. */
export const groupsOf = (b: Builder, channels: number) =>
  b.pick([1, 1, ...[2, 3, channels].filter((n) => channels % n === 0)]);

function conv(b: Builder): void {
  const { sizes, kernel, attributes } = window(b, spatialRank(b));
  const shape = b.like([b.int(1, 2), b.int(1, 3) * b.pick([1, 1, 2, 3]), ...sizes]);
  const channels = shape[1];
  const group = groupsOf(b, channels);
  const filters = group * b.int(1, 3);
  const x = b.data({ dtypes: FLOATS, shape });
  const w = b.chance(0.85)
    ? b.constant(x.dtype, [filters, channels / group, ...kernel])
    : b.input(x.dtype, [filters, channels / group, ...kernel]);
  const bias = b.optional(() => b.operand(x.dtype, [filters]));
  b.node('Conv', [x, w, bias], { ...attributes, ...b.some({ kernel_shape: kernel }), ...(group > 1 && { group }) });
}

function convTranspose(b: Builder): void {
  const spatial = spatialRank(b);
  const list = (make: (i: number) => number) => Array.from({ length: spatial }, (_, i) => make(i));
  const shape = b.like([b.int(1, 2), b.int(1, 3) * b.pick([1, 1, 2]), ...list(() => b.int(1, 4))]);
  const [, channels, ...sizes] = shape;
  const [group, filters] = [groupsOf(b, channels), b.int(1, 3)];
  const [strides, kernel] = [list(() => b.int(1, 3)), list((i) => b.int(sizes[i] === 1 ? 2 : 1, 4))];
  const dilations = b.chance(0.2) ? list(() => 2) : list(() => 1);
  const full = (i: number) => (sizes[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
  const pads = list((i) => (full(i) > 3 ? b.int(0, 1) : 0)).concat(list((i) => (full(i) > 3 ? b.int(0, 1) : 0)));
  const how = b.pick(['pads', 'pads', 'auto', 'shape', 'valid']);
  const attributes: Record<string, Attribute> = {
    ...(strides.some((s) => s > 1) && { strides }),
    ...(dilations.some((d) => d > 1) && { dilations }),
    ...(group > 1 && { group }),
    ...b.some({ kernel_shape: kernel }),
    ...(how === 'pads' && { pads }),
    ...(how === 'pads' &&
      b.chance(0.4) && { output_padding: list((i) => b.int(0, Math.max(strides[i], dilations[i]) - 1)) }),
    ...(how === 'auto' && { auto_pad: b.pick(['SAME_UPPER', 'SAME_LOWER']) }),
    ...(how === 'valid' && { auto_pad: 'VALID' }),
    ...(how === 'shape' && {
      output_shape: list((i) => Math.max(1, full(i) - b.int(0, 1))),
      ...b.some({ auto_pad: b.pick(['SAME_UPPER', 'SAME_LOWER']) }),
    }),
  };
  const x = b.data({ dtypes: ['f32', 'f64'], shape });
  b.node(
    'ConvTranspose',
    [x, b.constant(x.dtype, [channels, filters, ...kernel]), b.optional(() => b.operand(x.dtype, [group * filters]))],
    attributes,
  );
}

function convInteger(b: Builder): void {
  const { sizes, kernel, attributes } = window(b, b.pick([2, 2, 1]));
  const shape = b.like([1, b.int(1, 2) * b.pick([1, 1, 2]), ...sizes]);
  const channels = shape[1];
  const group = groupsOf(b, channels);
  const filters = group * b.int(1, 2);
  const x = b.data({ dtypes: ['u8', 'i8'], shape, values: whole(0, 127) });
  const w = b.dtype(['u8', 'i8']);
  const zero = b.optional(() => b.operand(x.dtype, [], whole(0, 9)));
  const wZero = b.optional(() => b.constant(w, [], whole(0, 9)));
  const weights = b.constant(w, [filters, channels / group, ...kernel], codes(w));
  b.node('ConvInteger', [x, weights, zero, wZero], {
    ...attributes,
    ...b.some({ kernel_shape: kernel }),
    ...(group > 1 && { group }),
  });
}

function deform(b: Builder): void {
  const { sizes, kernel, attributes } = window(b, 2, { dilations: false });
  const { auto_pad: _, ...rest } = attributes;
  const strides = (rest.strides as number[] | undefined) ?? [1, 1];
  const pads = (rest.pads as number[] | undefined) ?? [0, 0, 0, 0];
  const out = sizes.map((size, i) => Math.floor((size + pads[i] + pads[i + 2] - kernel[i]) / strides[i]) + 1);
  const [group, offsets] = [b.pick([1, 2]), b.pick([1, 2])];
  const channels = 2 * b.int(1, 2);
  const x = b.data({ shape: [1, channels, ...sizes] });
  const w = b.constant('f32', [group * 2, channels / group, ...kernel]);
  const places = offsets * kernel[0] * kernel[1];
  const offset = b.operand('f32', [1, 2 * places, ...out], between(-1.4, 1.4));
  const bias = b.optional(() => b.constant('f32', [group * 2]));
  const mask = b.optional(() => b.operand('f32', [1, places, ...out]));
  b.node('DeformConv', [x, w, offset, bias, mask], {
    ...rest,
    ...b.some({ kernel_shape: kernel }),
    ...(group > 1 && { group }),
    ...(offsets > 1 && { offset_group: offsets }),
  });
}

function pool(b: Builder, op: string): void {
  const max = op === 'MaxPool';
  const dilations = max ? b.opset >= 10 : op === 'AveragePool' ? b.opset >= 19 : b.opset >= 18;
  const ceil = op === 'LpPool' ? b.opset >= 18 : b.opset >= 10;
  const { sizes, kernel, attributes } = window(b, spatialRank(b), { dilations, ceil, padsBelowKernel: true });
  const dtypes =
    max && b.opset >= 12 ? (['f32', 'f64', 'i8', 'u8'] as const) : max ? (['f32', 'f64'] as const) : (['f32'] as const);
  const x = b.data({ dtypes, shape: b.like([b.int(1, 2), b.int(1, 3), ...sizes]) });
  const extra =
    op === 'AveragePool'
      ? b.some({ count_include_pad: b.int(0, 1) })
      : op === 'LpPool'
        ? b.some({ p: b.int(1, 3) })
        : b.opset >= 8
          ? b.some({ storage_order: b.int(0, 1) })
          : {};
  b.node(
    op,
    [x],
    { kernel_shape: kernel, ...attributes, ...extra },
    // Which of two elements is larger may be decided by last bits.
    max && b.opset >= 8 && b.exact ? b.pick([[true], [true, true]]) : 1,
  );
}

function maxUnpool(b: Builder): void {
  const kernel = [b.int(1, 3), b.int(1, 3)];
  const strides = kernel;
  const sizes = kernel.map((size) => size * b.int(1, 3));
  const x = b.data({ shape: [1, b.int(1, 2), ...sizes] });
  b.node('MaxPool', [x], { kernel_shape: kernel, strides }, 2);
  const [y, i] = b.outputs;
  const pooled = sizes.map((size, k) => size / kernel[k]);
  const value = (name: string, dtype: 'f32' | 'i64') => ({ name, dtype, shape: [1, x.shape[1], ...pooled] });
  const shape = b.optional(() => b.ints(x.shape));
  b.node('MaxUnpool', [value(y, 'f32'), value(i, 'i64'), shape], { kernel_shape: kernel, strides });
}

function global(op: string, nature: Nature): Family {
  return family(op, nature, (b) => {
    const x = b.data({ dtypes: ['f32'], rank: [3, 5] });
    b.node(op, [x], op === 'GlobalLpPool' ? b.some({ p: b.int(1, 3) }) : {});
  });
}

function col2im(b: Builder): void {
  const spatial = b.pick([1, 2, 2]);
  const { sizes, kernel, attributes } = window(b, spatial);
  const { auto_pad: _, ...rest } = attributes;
  const at = (name: string, i: number, otherwise: number) => (rest[name] as number[] | undefined)?.[i] ?? otherwise;
  const places = sizes.map((size, i) => {
    const reach = (kernel[i] - 1) * at('dilations', i, 1) + 1;
    return Math.floor((size + at('pads', i, 0) + at('pads', i + spatial, 0) - reach) / at('strides', i, 1)) + 1;
  });
  const product = (list: readonly number[]) => list.reduce((a, c) => a * c, 1);
  const x = b.data({ shape: [b.int(1, 2), b.int(1, 2) * product(kernel), product(places)] });
  b.node('Col2Im', [x, b.ints(sizes), b.ints(kernel)], rest);
}

export const WINDOWS: readonly Family[] = [
  family('Conv', 'close', conv),
  family('ConvTranspose', 'close', convTranspose),
  family('ConvInteger', 'exact', convInteger, 10),
  family('DeformConv', 'close', deform, 19),
  family('MaxPool', 'exact', (b) => pool(b, 'MaxPool')),
  family('AveragePool', 'close', (b) => pool(b, 'AveragePool')),
  family('LpPool', 'close', (b) => pool(b, 'LpPool')),
  family('MaxUnpool', 'step', maxUnpool, 9),
  global('GlobalAveragePool', 'close'),
  global('GlobalMaxPool', 'exact'),
  global('GlobalLpPool', 'close'),
  family('Col2Im', 'close', col2im, 18),
];

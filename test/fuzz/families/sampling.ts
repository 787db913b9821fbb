import type { Attribute } from '../../../src/ir/types.ts';
import { type Builder, between, whole } from '../builder.ts';
import type { Family, Nature } from '../family.ts';

const family = (op: string, make: (b: Builder) => void, since = 7, until = 99, nature: Nature = 'close'): Family => ({
  op,
  nature,
  since,
  until,
  make,
});

/** Images of 3 to 5 dimensions, of which the last ones change. */
function resize(b: Builder): void {
  const x = b.data({ dtypes: ['f32'], rank: [2, 4] });
  const mode = b.pick(['nearest', 'linear', ...(x.shape.length === 4 && b.opset >= 11 ? ['cubic'] : [])]);
  const rank = x.shape.length;
  const factor = () => b.pick([0.5, 0.6, 1, 1.5, 2, 2.3, 3]);
  const fixed = rank > 2 ? rank - 2 : 0;
  const scales = x.shape.map((size, i) => (i < fixed ? 1 : Math.max(factor(), 1 / size)));
  if (b.opset < 11) return b.node('Resize', [x, b.constant('f32', [rank], scales)], b.some({ mode }));
  const sizes = x.shape.map((size, i) => (i < fixed ? size : b.int(1, 9)));
  const byScale = b.chance(0.5);
  const modes = [
    'half_pixel',
    'asymmetric',
    'align_corners',
    'pytorch_half_pixel',
    ...(b.opset >= 19 ? ['half_pixel_symmetric'] : []),
  ];
  const attributes: Record<string, Attribute> = {
    ...(mode !== 'nearest' || b.chance(0.5) ? { mode } : {}),
    ...b.some({ coordinate_transformation_mode: b.pick(modes) }),
    ...(mode === 'nearest' &&
      b.some({ nearest_mode: b.pick(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']) })),
    ...(mode === 'cubic' && b.some({ cubic_coeff_a: b.pick([-0.5, -0.75]), exclude_outside: b.int(0, 1) })),
    ...(b.opset >= 18 && mode !== 'nearest' && rank === 4 && b.chance(0.25) && { antialias: 1 }),
  };
  const axes = b.opset >= 18 && b.chance(0.3) ? x.shape.map((_, i) => i).slice(fixed) : null;
  const part = <T>(list: readonly T[]) => (axes ? list.slice(fixed) : [...list]);
  const policy =
    b.opset >= 18 && !byScale && axes && b.chance(0.3)
      ? { keep_aspect_ratio_policy: b.pick(['stretch', 'not_larger', 'not_smaller']) }
      : {};
  const none = b.opset < 13 ? b.constant('f32', [0], []) : null;
  const inputs = byScale
    ? [x, none, b.constant('f32', [part(scales).length], part(scales))]
    : [x, none, none, b.ints(part(sizes))];
  b.node('Resize', inputs, { ...attributes, ...policy, ...(axes && { axes }) });
}

function crop(b: Builder): void {
  const x = b.data({ dtypes: ['f32'], shape: [1, b.int(1, 2), b.int(2, 5), b.int(2, 5)] });
  const roi = b.constant('f32', [8], [0, 0, 0.1, 0.2, 1, 1, 0.8, 0.9]);
  const sizes = b.ints([1, x.shape[1], b.int(1, 8), b.int(1, 8)]);
  const mode = b.pick(['linear', 'nearest', 'cubic']);
  b.node('Resize', [x, roi, b.opset < 13 ? b.constant('f32', [0], []) : null, sizes], {
    mode,
    coordinate_transformation_mode: 'tf_crop_and_resize',
    ...b.some({ extrapolation_value: 0.5 }),
  });
}

function upsample(b: Builder): void {
  const x = b.data({ dtypes: ['f32'], rank: [4, 4] });
  const scales = [1, 1, b.pick([1, 1.5, 2, 3]), b.pick([1, 2, 2.5])];
  const mode = b.pick(['nearest', 'linear']);
  if (b.opset < 9) b.node('Upsample', [x], { scales, ...b.some({ mode }) });
  else b.node('Upsample', [x, b.constant('f32', [4], scales)], b.some({ mode }));
}

function gridSample(b: Builder): void {
  const spatial = b.opset >= 20 && b.chance(0.3) ? 3 : 2;
  const names =
    b.opset >= 20 ? ['linear', 'nearest', ...(spatial === 2 ? ['cubic'] : [])] : ['bilinear', 'nearest', 'bicubic'];
  const shape = b.like([b.int(1, 2), b.int(1, 2), ...Array.from({ length: spatial }, () => b.int(1, 5))]);
  const out = Array.from({ length: spatial }, () => b.int(1, 4));
  const x = b.data({ shape });
  const grid = b.operand('f32', [shape[0], ...out, spatial], between(-1.3, 1.3));
  b.node(
    'GridSample',
    [x, grid],
    b.some({
      mode: b.pick(names),
      padding_mode: b.pick(['zeros', 'border', 'reflection']),
      align_corners: b.int(0, 1),
    }),
  );
}

function affineGrid(b: Builder): void {
  const spatial = b.pick([2, 3]);
  const n = b.int(1, 2);
  const theta = b.data({ dtypes: ['f32', 'f64'], shape: [n, spatial, spatial + 1] });
  const size = [n, b.int(1, 3), ...Array.from({ length: spatial }, () => b.int(1, 4))];
  b.node('AffineGrid', [theta, b.ints(size)], b.some({ align_corners: b.int(0, 1) }));
}

function roiAlign(b: Builder): void {
  const x = b.data({ shape: b.like([b.int(1, 2), b.int(1, 2), b.int(2, 6), b.int(2, 6)]) });
  const count = b.int(1, 3);
  let k = 0;
  const corners = (rng: { uniform(): number }) => (k++ % 4 < 2 ? rng.uniform() * 2 : 2 + rng.uniform() * 4);
  const rois = b.operand('f32', [count, 4], corners);
  const batches = b.operand('i64', [count], whole(0, x.shape[0] - 1));
  const half =
    b.opset >= 16 ? b.some({ coordinate_transformation_mode: b.pick(['half_pixel', 'output_half_pixel']) }) : {};
  b.node('RoiAlign', [x, rois, batches], {
    ...b.some({
      mode: b.pick(['avg', 'max']),
      output_height: b.int(1, 3),
      output_width: b.int(1, 3),
      sampling_ratio: b.int(0, 3),
      spatial_scale: b.pick([0.5, 1]),
    }),
    ...half,
  });
}

export const SAMPLING: readonly Family[] = [
  family('Resize', resize, 10),
  family('Resize', crop, 11),
  family('Upsample', upsample, 7, 9),
  family('GridSample', gridSample, 16),
  family('AffineGrid', affineGrid, 20),
  family('RoiAlign', roiAlign, 10),
];

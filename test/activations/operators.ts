import type { Json } from '../../src/ir/program.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import type { Graph } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';

/** Bits of the input and of the output of an operator. */
const WIDTHS = ['44', '48', '84'] as const;
type Width = (typeof WIDTHS)[number];

interface Case {
  readonly name: string;
  /** Lines of the text form; %x, %z: inputs, %y: the output, %n: a name for whatever else is needed. */
  readonly text: string;
  /** Default: all of WIDTHS; operators that move codes have one width, a softmax gives 8 bits where not 16. */
  readonly widths?: readonly Width[];
  /** For 16 bits, if others; none where there is no form in 16 bits. */
  readonly wideWidths?: readonly Width[];
}

const numbers = (count: number, seed: number) => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => Math.fround(rng.normal())).join(', ');
};
const moved = ['44'] as const;

/** Every operator with an integer form but those of test/formats/layers.ts, in sizes that leave half a byte here and there. */
export const CASES: readonly Case[] = [
  {
    name: 'max_pool',
    text: `input %x: f32[1,5,7,5]
      %y: f32[1,5,4,3] = MaxPool(%x) kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1]`,
    widths: moved,
  },
  {
    name: 'max_pool_1d',
    text: `input %x: f32[2,3,9]
      %y: f32[2,3,4] = MaxPool(%x) kernel_shape=[3] strides=[2]`,
    widths: moved,
  },
  { name: 'global_max', text: `input %x: f32[1,5,3,3]\n %y: f32[1,5,1,1] = GlobalMaxPool(%x)`, widths: moved },
  {
    name: 'average',
    text: `input %x: f32[1,5,7,5]
      %y: f32[1,5,7,5] = AveragePool(%x) kernel_shape=[3,3] pads=[1,1,1,1]`,
  },
  {
    name: 'average_padded',
    text: `input %x: f32[1,4,5,5]
      %y: f32[1,4,3,3] = AveragePool(%x) kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1] count_include_pad=1`,
  },
  {
    name: 'average_even',
    text: `input %x: f32[2,3,6,4]
      %y: f32[2,3,3,2] = AveragePool(%x) kernel_shape=[2,2] strides=[2,2]`,
  },
  { name: 'global_average', text: 'input %x: f32[1,7,3,3]\n %y: f32[1,7,1,1] = GlobalAveragePool(%x)' },
  {
    name: 'add',
    text: `input %x: f32[1,3,5,3]\n input %z: f32[1,3,5,3]
      %y: f32[1,3,5,3] = Add(%x, %z) clip=[0,inf]`,
  },
  {
    name: 'subtract',
    text: `input %x: f32[3,5]\n input %z: f32[5]
      %y: f32[3,5] = Sub(%x, %z)`,
  },
  {
    name: 'add_constant',
    text: `input %x: f32[3,5]\n const %n: f32[5] = 1, -2, 3, 0.5, 2
      %y: f32[3,5] = Add(%x, %n)`,
  },
  {
    name: 'multiply',
    text: `input %x: f32[1,3,3,3]\n input %z: f32[1,3,1,1]
      %y: f32[1,3,3,3] = Mul(%x, %z)`,
  },
  {
    name: 'reduce_mean',
    text: `input %x: f32[2,3,5]\n const %n: i64[1] = 1
      %y: f32[2,5] = ReduceMean(%x, %n) keepdims=0`,
  },
  {
    name: 'reduce_max',
    text: `input %x: f32[2,3,5]\n const %n: i64[1] = 2
      %y: f32[2,3] = ReduceMax(%x, %n) keepdims=0`,
    widths: moved,
  },
  {
    name: 'largest',
    text: `input %x: f32[2,3,5]\n input %z: f32[3,1]
      %y: f32[2,3,5] = Max(%x, %z)`,
  },
  { name: 'sigmoid', text: 'input %x: f32[1,3,5]\n %y: f32[1,3,5] = Sigmoid(%x)' },
  { name: 'softmax', text: 'input %x: f32[3,7]\n %y: f32[3,7] = Softmax(%x)', widths: ['48'], wideWidths: WIDTHS },
  {
    name: 'reduce_sum',
    text: `input %x: f32[2,3,5]\n const %n: i64[1] = 2
      %y: f32[2,3] = ReduceSum(%x, %n) keepdims=0`,
  },
  {
    name: 'reduce_min',
    text: `input %x: f32[2,3,5]\n const %n: i64[2] = 0, 2
      %y: f32[1,3,1] = ReduceMin(%x, %n) keepdims=1`,
    widths: moved,
  },
  { name: 'softmax_axis', text: 'input %x: f32[3,7,2]\n %y: f32[3,7,2] = Softmax(%x) axis=1', widths: ['48'] },
  {
    name: 'layer_norm',
    text: `input %x: f32[2,3,7]
      const %n.g: f32[7] = ${numbers(7, 4)}
      const %n.b: f32[7] = ${numbers(7, 5)}
      %y: f32[2,3,7] = LayerNormalization(%x, %n.g, %n.b) axis=-1`,
  },
  {
    name: 'rms_norm',
    text: `input %x: f32[2,3,7]
      const %n.g: f32[7] = ${numbers(7, 6)}
      %y: f32[2,3,7] = RMSNormalization(%x, %n.g) axis=-1`,
  },
  {
    name: 'group_norm',
    text: `input %x: f32[1,6,3,3]
      const %n.g: f32[6] = ${numbers(6, 7)}
      const %n.b: f32[6] = ${numbers(6, 8)}
      %y: f32[1,6,3,3] = GroupNormalization(%x, %n.g, %n.b) num_groups=2`,
  },
  {
    name: 'instance_norm',
    text: `input %x: f32[1,3,5,3]
      const %n.g: f32[3] = ${numbers(3, 9)}
      const %n.b: f32[3] = ${numbers(3, 10)}
      %y: f32[1,3,5,3] = InstanceNormalization(%x, %n.g, %n.b)`,
  },
  {
    name: 'resize_nearest',
    text: `input %x: f32[1,3,3,5]\n const %n: f32[4] = 1, 1, 2, 2
      %y: f32[1,3,6,10] = Resize(%x, _, %n) mode="nearest" coordinate_transformation_mode="asymmetric" nearest_mode="floor"`,
    widths: moved,
    wideWidths: [],
  },
  {
    name: 'resize_linear',
    text: `input %x: f32[1,3,3,5]\n const %n: f32[4] = 1, 1, 2, 2
      %y: f32[1,3,6,10] = Resize(%x, _, %n) mode="linear"`,
    widths: moved,
    wideWidths: [],
  },
  {
    name: 'matrix_product_shared',
    text: `input %x: f32[2,3,5]\n input %z: f32[5,3]
      %y: f32[2,3,3] = MatMul(%x, %z)`,
  },
  {
    name: 'matrix_product',
    text: `input %x: f32[2,3,5]\n input %z: f32[2,5,3]
      %y: f32[2,3,3] = MatMul(%x, %z)`,
  },
  {
    name: 'concat_channels',
    text: `input %x: f32[1,3,4,3]\n input %z: f32[1,2,4,3]
      %y: f32[1,5,4,3] = Concat(%x, %z) axis=1`,
    widths: moved,
  },
  {
    name: 'concat_bytes',
    text: `input %x: f32[4,4]\n input %z: f32[3,4]
      %y: f32[7,4] = Concat(%x, %z) axis=0`,
    widths: moved,
  },
  {
    name: 'concat_halves',
    text: `input %x: f32[3,5]\n input %z: f32[2,5]
      %y: f32[5,5] = Concat(%x, %z) axis=0`,
    widths: moved,
  },
  {
    name: 'slice',
    text: `input %x: f32[5,7]\n const %n: i64[2] = 1, 2\n const %n.end: i64[2] = 5, 7
      %y: f32[4,5] = Slice(%x, %n, %n.end)`,
    widths: moved,
  },
  {
    name: 'pad',
    text: `input %x: f32[3,3]\n const %n: i64[4] = 1, 0, 1, 2
      %y: f32[5,5] = Pad(%x, %n)`,
    widths: moved,
  },
  {
    name: 'reflect',
    text: `input %x: f32[3,5]\n const %n: i64[4] = 1, 2, 1, 0
      %y: f32[5,7] = Pad(%x, %n) mode="reflect"`,
    widths: moved,
  },
  {
    name: 'reshape',
    text: `input %x: f32[1,3,5]\n const %n: i64[2] = 5, 3
      %y: f32[5,3] = Reshape(%x, %n)`,
    widths: moved,
  },
  { name: 'transpose', text: 'input %x: f32[3,5]\n %y: f32[5,3] = Transpose(%x) perm=[1,0]', widths: moved },
  {
    name: 'gather',
    text: `input %x: f32[5,3]\n const %n: i64[3] = 4, 0, 2
      %y: f32[3,3] = Gather(%x, %n)`,
    widths: moved,
  },
  {
    name: 'tile',
    text: `input %x: f32[3,1]\n const %n: i64[2] = 1, 3
      %y: f32[3,3] = Tile(%x, %n)`,
    widths: moved,
  },
  {
    name: 'depth_to_space',
    text: `input %x: f32[1,4,3,1]\n %y: f32[1,1,6,2] = DepthToSpace(%x) blocksize=2`,
    widths: moved,
  },
  {
    name: 'float_between',
    text: `input %x: f32[1,3,4,3]
      %n: f32[1,3,1,1] = ReduceL2(%x, %n.axes) keepdims=1
      const %n.axes: i64[2] = 2, 3
      const %n.w: f32[5,3,1,1] = ${numbers(15, 1)}
      %y: f32[1,5,1,1] = Conv(%n, %n.w) kernel_shape=[1,1]`,
  },
  {
    name: 'network',
    text: `input %x: f32[1,3,9,7]
      const %n.v: f32[5,3,3,3] = ${numbers(135, 2)}
      const %n.w: f32[7,60] = ${numbers(420, 3)}
      const %n.s: i64[2] = 1, 60
      %n.a: f32[1,5,9,7] = Conv(%x, %n.v) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
      %n.b: f32[1,5,4,3] = MaxPool(%n.a) kernel_shape=[2,2] strides=[2,2]
      %n.c: f32[1,60] = Reshape(%n.b, %n.s)
      %y: f32[1,7] = Gemm(%n.c, %n.w) transB=1`,
  },
];

/** Those that have forms for 8 and 16 bits, or that compute more of the latter. */
const WIDE_CASES: readonly Case[] = [
  { name: 'quotient', text: 'input %x: f32[3,5]\n input %z: f32[3,5]\n %y: f32[3,5] = Div(%x, %z)' },
  { name: 'slopes', text: 'input %x: f32[3,5]\n input %z: f32[5]\n %y: f32[3,5] = PRelu(%x, %z)' },
  { name: 'mean', text: 'input %x: f32[3,5]\n input %z: f32[3,1]\n %y: f32[3,5] = Mean(%x, %z, %x)' },
  { name: 'tanh', text: 'input %x: f32[3,50]\n %y: f32[3,50] = Tanh(%x)' },
  {
    name: 'exp',
    text: `input %x: f32[3,50]
      %n: f32[3,50] = Exp(%x)
      %y: f32[3,50] = Mul(%n, %x)`,
  },
  {
    name: 'squares',
    text: `input %x: f32[2,3,5]\n const %n: i64[1] = 1
      %y: f32[2,5] = ReduceSumSquare(%x, %n) keepdims=0`,
  },
  {
    name: 'softmax_channels',
    text: 'input %x: f32[1,6,3,2]\n %y: f32[1,6,3,2] = Softmax(%x) axis=1',
  },
  {
    name: 'global_average_large',
    text: 'input %x: f32[1,2,40,50]\n %y: f32[1,2,1,1] = GlobalAveragePool(%x)',
  },
  {
    name: 'layer_normalization',
    text: `input %x: f32[3,20]\n const %n: f32[20] = ${numbers(20, 5)}\n const %n.b: f32[20] = ${numbers(20, 6)}
      %y: f32[3,20] = LayerNormalization(%x, %n, %n.b) axis=-1`,
  },
  {
    name: 'rms_normalization',
    text: `input %x: f32[3,20]\n const %n: f32[20] = ${numbers(20, 7)}
      %y: f32[3,20] = RMSNormalization(%x, %n) axis=-1`,
  },
  {
    name: 'instance_normalization',
    text: `input %x: f32[2,3,4,5]\n const %n: f32[3] = 1, -2, 0.5\n const %n.b: f32[3] = 1, 2, 0
      %y: f32[2,3,4,5] = InstanceNormalization(%x, %n, %n.b)`,
  },
  {
    name: 'attention',
    text: `input %x: f32[1,5,8]\n input %z: f32[1,5,8]\n input %n: f32[1,5,8]
      %y: f32[1,5,8] = Attention(%x, %z, %n) q_num_heads=2 kv_num_heads=2 is_causal=1`,
  },
  { name: 'triangle', text: 'input %x: f32[4,5]\n %y: f32[4,5] = Trilu(%x)', widths: moved },
  {
    name: 'wide_resize_nearest',
    text: `input %x: f32[1,3,3,5]\n const %n: f32[4] = 1, 1, 2, 2
      %y: f32[1,3,6,10] = Resize(%x, _, %n) mode="nearest" coordinate_transformation_mode="asymmetric" nearest_mode="floor"`,
    widths: moved,
  },
  {
    name: 'wide_resize_linear',
    text: `input %x: f32[1,3,3,5]\n const %n: f32[4] = 1, 1, 2, 2
      %y: f32[1,3,6,10] = Resize(%x, _, %n) mode="linear"`,
    widths: moved,
  },
  { name: 'log_softmax', text: 'input %x: f32[3,7]\n %y: f32[3,7] = LogSoftmax(%x)' },
  {
    name: 'log_softmax_channels',
    text: 'input %x: f32[1,6,3,2]\n %y: f32[1,6,3,2] = LogSoftmax(%x) axis=1',
  },
  {
    name: 'log_sum_exp',
    text: `input %x: f32[2,300,3]\n const %n: i64[1] = 1
      %y: f32[2,3] = ReduceLogSumExp(%x, %n) keepdims=0`,
  },
  {
    name: 'resize_thirds',
    text: `input %x: f32[1,2,3,5]\n const %n: f32[4] = 1, 1, 2.5, 3
      %y: f32[1,2,7,15] = Resize(%x, _, %n) mode="linear"`,
    widths: moved,
  },
  {
    name: 'resize_one_axis',
    text: `input %x: f32[1,2,7]\n const %n: f32[3] = 1, 1, 1.5
      %y: f32[1,2,10] = Resize(%x, _, %n) mode="linear"`,
    widths: moved,
  },
  {
    name: 'average_of_volumes',
    text: `input %x: f32[1,3,4,5,3]
      %y: f32[1,3,4,5,3] = AveragePool(%x) kernel_shape=[3,3,3] pads=[1,1,1,1,1,1]`,
  },
  {
    name: 'maximum_of_volumes',
    text: `input %x: f32[1,3,4,5,3]
      %y: f32[1,3,2,2,2] = MaxPool(%x) kernel_shape=[2,2,2] strides=[2,2,1]`,
    widths: moved,
  },
  {
    name: 'conv_of_volumes',
    text: `input %x: f32[1,4,4,5,3]\n const %n: f32[6,2,3,2,2] = ${numbers(144, 8)}\n const %n.b: f32[6] = ${numbers(6, 9)}
      %y: f32[1,6,4,4,2] = Conv(%x, %n, %n.b) kernel_shape=[3,2,2] group=2 pads=[1,0,0,1,0,0]`,
  },
];

/**
 * All cases in all their widths, side by side, and what says so to calibrate.
 * @param bits of the codes that are not of 8
 */
export function operatorsSideBySide(bits: 4 | 16 = 4): { readonly graph: Graph; readonly activations: Json } {
  const digit = bits === 16 ? '6' : '4';
  const lines: string[] = [];
  const outputs: string[] = [];
  const names: string[] = [];
  for (const { name, text, widths = WIDTHS, wideWidths = widths } of bits === 16 ? [...CASES, ...WIDE_CASES] : CASES) {
    for (const width of bits === 16 ? wideWidths : widths) {
      const id = `${name}.${width.replaceAll('4', digit)}`;
      const inputs = [`${id}.x`, `${id}.z`].filter((_, i) => text.includes(i === 0 ? '%x' : '%z'));
      lines.push(
        text.replaceAll('%x', `${id}.x`).replaceAll('%z', `${id}.z`).replaceAll('%y', id).replaceAll('%n', `${id}.n`),
      );
      outputs.push(id);
      if (width[0] === '4') names.push(...inputs);
      if (width[1] === '4') names.push(id);
    }
  }
  const graph = parseGraph([...lines, `return ${outputs.join(', ')}`].join('\n'));
  return { graph, activations: ['*', ...names].map((match) => ({ match, bits })) };
}

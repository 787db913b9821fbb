import { parseGraph } from '../../src/ir/text-parser.ts';
import type { Graph } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';

/** Lines of the text form that make %y, of inputs %x and %z; %n: a name for whatever else is needed. */
export type Cases = Readonly<Record<string, string>>;

const axes = (...numbers: number[]) => `const %n: i64[${numbers.length}] = ${numbers.join(', ')}\n`;

const spread = (count: number, seed: number) => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => Math.fround(rng.normal())).join(', ');
};

/** Operators over one tensor or several, in every form that their C tells apart. */
export const CASES: Cases = {
  reduce_max: `input %x: f32[2,5,7]\n${axes(2)}%y: f32[2,5,1] = ReduceMax(%x, %n)`,
  reduce_max_middle: `input %x: f32[2,5,7]\n${axes(1)}%y: f32[2,7] = ReduceMax(%x, %n) keepdims=0`,
  reduce_min: `input %x: f32[1,6,4,3]\n${axes(1, -1)}%y: f32[1,1,4,1] = ReduceMin(%x, %n)`,
  reduce_min_all: 'input %x: f32[3,4]\n%y: f32[1,1] = ReduceMin(%x)',
  reduce_mean: `input %x: f32[2,5,7]\n${axes(-1)}%y: f32[2,5,1] = ReduceMean(%x, %n)`,
  reduce_mean_channels: `input %x: f32[1,6,5,3]\n${axes(1)}%y: f32[1,5,3] = ReduceMean(%x, %n) keepdims=0`,
  reduce_sum: `input %x: f32[2,5,7]\n${axes(0, 2)}%y: f32[1,5,1] = ReduceSum(%x, %n)`,
  reduce_sum_one: `input %x: f32[2,1,7]\n${axes(1)}%y: f32[2,7] = ReduceSum(%x, %n) keepdims=0`,
  reduce_l1: `input %x: f32[2,5,7]\n${axes(2)}%y: f32[2,5] = ReduceL1(%x, %n) keepdims=0`,
  reduce_squares: `input %x: f32[2,5,7]\n${axes(0)}%y: f32[1,5,7] = ReduceSumSquare(%x, %n)`,
  reduce_log_sum_exp: `input %x: f32[2,5,7]\n${axes(1)}%y: f32[2,1,7] = ReduceLogSumExp(%x, %n)`,
  reduce_log_sum_exp_all: 'input %x: f32[3,4,2]\n%y: f32[] = ReduceLogSumExp(%x) keepdims=0',
  softmax_channels: 'input %x: f32[1,5,3,4]\n%y: f32[1,5,3,4] = Softmax(%x) axis=1',
  softmax_first: 'input %x: f32[6,3]\n%y: f32[6,3] = Softmax(%x) axis=0',
  log_softmax: 'input %x: f32[3,10]\n%y: f32[3,10] = LogSoftmax(%x)',
  log_softmax_channels: `input %x: f32[1,3,4,5]\nconst %n.w: f32[4,3,1,1] = ${spread(12, 7)}
    %n: f32[1,4,4,5] = Conv(%x, %n.w) kernel_shape=[1,1]
    %y: f32[1,4,4,5] = LogSoftmax(%n) axis=1`,
  arg_max: 'input %x: f32[3,9]\n%y: i64[3,1] = ArgMax(%x) axis=1',
  arg_min_last: 'input %x: f32[3,9,2]\n%y: i64[3,2] = ArgMin(%x) axis=1 keepdims=0 select_last_index=1',
  top_k: `input %x: f32[2,9]\n${axes(3)}%y: f32[2,3], %n.i: i64[2,3] = TopK(%x, %n)`,
  top_k_places: `input %x: f32[9,2]\n${axes(4)}%n.v: f32[4,2], %y: i64[4,2] = TopK(%x, %n) axis=0 largest=0`,
  max_of_two: 'input %x: f32[2,3,4]\ninput %z: f32[3,1]\n%y: f32[2,3,4] = Max(%x, %z)',
  min_of_three: `input %x: f32[4,5]\ninput %z: f32[5]
    const %n: f32[4,1] = 0.3, -0.5, 2, -9
    %y: f32[4,5] = Min(%x, %z, %n)`,
  where: 'input %x: f32[2,3,4]\ninput %z: f32[3,4]\nconst %n: bool[3,1] = 1, 0, 1\n%y: f32[2,3,4] = Where(%n, %x, %z)',
  mean_of_three: `input %x: f32[4,5]\ninput %z: f32[4,1]
    const %n: f32[5] = 0.3, -0.5, 2, -3, 1
    %y: f32[4,5] = Mean(%x, %z, %n)`,
  divide: `input %x: f32[2,3,4]\ninput %z: f32[2,3,4]
    %n: f32[2,3,4] = Sigmoid(%z)
    %y: f32[2,3,4] = Div(%x, %n)`,
  divide_broadcast: `input %x: f32[3,1]\ninput %z: f32[2,3,4]
    %n: f32[2,3,4] = Softplus(%z)
    %y: f32[2,3,4] = Div(%x, %n) clip=[0,3]`,
  divide_negative: `input %x: f32[3,4]\ninput %z: f32[1,4]
    const %n.c: f32[] = -4
    %n: f32[1,4] = Add(%z, %n.c)
    %y: f32[3,4] = Div(%x, %n)`,
  prelu: `input %x: f32[1,5,3,4]
    const %n: f32[5,1,1] = 0.25, -0.5, 1.5, 0, 0.1
    %y: f32[1,5,3,4] = PRelu(%x, %n)`,
  prelu_computed: 'input %x: f32[2,7]\ninput %z: f32[7]\n%y: f32[2,7] = PRelu(%x, %z)',
  resize_nearest: `input %x: f32[1,2,3,4]\nconst %n: f32[4] = 1, 1, 2, 2.5
    %y: f32[1,2,6,10] = Resize(%x, _, %n) mode="nearest"`,
  resize_linear: `input %x: f32[1,3,4,5]\nconst %n: f32[4] = 1, 1, 2, 2
    %y: f32[1,3,8,10] = Resize(%x, _, %n) mode="linear"`,
  resize_sizes: `input %x: f32[1,2,5,4]\nconst %n: i64[4] = 1, 2, 9, 3
    %y: f32[1,2,9,3] = Resize(%x, _, _, %n) mode="linear" coordinate_transformation_mode="align_corners"`,
  resize_line: `input %x: f32[2,3,7]\nconst %n: f32[3] = 1, 1, 1.5
    %y: f32[2,3,10] = Resize(%x, _, %n) mode="linear" coordinate_transformation_mode="asymmetric"`,
  resize_last: `const %n.w: f32[4,3,1,1] = 1, -2, 0.5, 3, 1, 1, 0.25, -1, 2, -0.5, 1, 1
    input %x: f32[1,3,4,5]
    %n: f32[1,4,4,5] = Conv(%x, %n.w) kernel_shape=[1,1]
    const %n.s: f32[4] = 1, 1, 3, 2
    %y: f32[1,4,12,10] = Resize(%n, _, %n.s) mode="linear"`,
  gather_elements: `input %x: f32[3,4]\nconst %n: i64[2,4] = 0, 2, 1, 1, 2, 0, 0, -1
    %y: f32[2,4] = GatherElements(%x, %n)`,
  gather_tuples: `input %x: f32[3,4]\nconst %n: i64[2,2] = 0, 2, 1, 1\n%y: f32[2] = GatherND(%x, %n)`,
  embedding: `input %x: i64[2,5]\nconst %n: f32[9,6] = ${spread(54, 14)}\n%y: f32[2,5,6] = Gather(%n, %x)`,
  layer_norm: `input %x: f32[3,16]\nconst %n: f32[16] = ${spread(16, 1)}\nconst %n.b: f32[16] = ${spread(16, 2)}
    %y: f32[3,16] = LayerNormalization(%x, %n, %n.b)`,
  layer_norm_axis: `input %x: f32[2,3,5]\nconst %n: f32[5] = 1, 0.5, -2, 0.1, 1
    %y: f32[2,3,5] = LayerNormalization(%x, %n) axis=1 epsilon=0.01`,
  layer_norm_long: `input %x: f32[1,700]\nconst %n: f32[1] = 1\n%y: f32[1,700] = LayerNormalization(%x, %n)`,
  layer_norm_flat: `input %x: f32[3,8]\nconst %n.k: i64[1] = 1\nconst %n.s: i64[2] = 3, 8
    %n.m: f32[3,1] = ReduceMax(%x, %n.k)
    %n: f32[3,8] = Expand(%n.m, %n.s)
    const %n.w: f32[1] = 1\nconst %n.b: f32[8] = ${spread(8, 9)}
    %y: f32[3,8] = LayerNormalization(%n, %n.w, %n.b)`,
  rms_norm: `input %x: f32[3,16]\nconst %n: f32[16] = ${spread(16, 3)}\n%y: f32[3,16] = RMSNormalization(%x, %n)`,
  group_norm: `input %x: f32[2,6,3,4]\nconst %n: f32[6] = ${spread(6, 4)}\nconst %n.b: f32[6] = ${spread(6, 5)}
    %y: f32[2,6,3,4] = GroupNormalization(%x, %n, %n.b) num_groups=2`,
  group_norm_last: `input %x: f32[1,3,4,5]\nconst %n.w: f32[4,3,1,1] = ${spread(12, 6)}
    %n.c: f32[1,4,4,5] = Conv(%x, %n.w) kernel_shape=[1,1]
    const %n: f32[4] = 1, 2, 0.5, 1\nconst %n.b: f32[4] = 0, 1, -1, 0.5
    %y: f32[1,4,4,5] = GroupNormalization(%n.c, %n, %n.b) num_groups=2`,
  instance_norm: `input %x: f32[2,3,9]\nconst %n: f32[3] = 1, -1, 2\nconst %n.b: f32[3] = 0.5, 0, -1
    %y: f32[2,3,9] = InstanceNormalization(%x, %n, %n.b)`,
  attention: `input %x: f32[2,5,12]\ninput %z: f32[2,7,12]
    %y: f32[2,5,12] = Attention(%x, %z, %z) q_num_heads=3 kv_num_heads=3`,
  attention_causal: `input %x: f32[1,2,4,6]\ninput %z: f32[1,2,4,6]
    %y: f32[1,2,4,6] = Attention(%x, %z, %x) is_causal=1 scale=0.8`,
  attention_shared: `input %x: f32[1,4,3,6]\ninput %z: f32[1,2,5,6]
    const %n: bool[3,5] = 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0
    %y: f32[1,4,3,6] = Attention(%x, %z, %z, %n)`,
  attention_added: `input %x: f32[1,3,8]\ninput %z: f32[1,3,8]
    const %n: f32[1,1,3,3] = 0, -10000, 0, 0, 0, -10000, -10000, 0, 0
    %y: f32[1,3,8] = Attention(%x, %z, %x, %n) q_num_heads=2 kv_num_heads=2 scale=2`,
  attention_numbers: `input %x: f32[1,2,3,4]\ninput %z: f32[1,2,5,4]
    const %n: f32[2,3,5] = ${spread(30, 8)}
    %y: f32[1,2,3,4] = Attention(%x, %z, %z, %n)`,
  attention_numbers_and_none: `input %x: f32[1,3,8]\ninput %z: f32[1,3,8]
    const %n: f32[3,3] = 0.5, -inf, 1, 0, 2, -inf, -10000, -3, 0
    %y: f32[1,3,8] = Attention(%x, %z, %x, %n) q_num_heads=2 kv_num_heads=2`,
  attention_computed_mask: `input %x: f32[2,2,3,4]\ninput %z: f32[2,2,5,4]\ninput %n: f32[2,1,3,5]
    %y: f32[2,2,3,4] = Attention(%x, %z, %z, %n)`,
  attention_masked_by_input: `input %x: f32[1,2,3,4]\ninput %z: f32[1,2,5,4]\ninput %n: bool[3,5]
    %y: f32[1,2,3,4] = Attention(%x, %z, %z, %n)`,
  attention_pairs: `input %x: f32[1,1,4,10]\ninput %z: f32[1,1,9,10]\n%y: f32[1,1,4,10] = Attention(%x, %z, %z)`,
  conv_3d: `input %x: f32[2,3,4,5,6]\nconst %n: f32[4,3,3,3,3] = ${spread(324, 11)}\nconst %n.b: f32[4] = 1, 0, -2, 3
    %y: f32[2,4,4,5,6] = Conv(%x, %n, %n.b) pads=[1,1,1,1,1,1] kernel_shape=[3,3,3]`,
  conv_3d_strided: `input %x: f32[1,4,7,6,5]\nconst %n: f32[6,2,2,3,2] = ${spread(144, 12)}
    %y: f32[1,6,3,3,3] = Conv(%x, %n) pads=[0,1,1,0,1,0] strides=[2,2,2] dilations=[2,1,1] group=2 kernel_shape=[2,3,2] clip=[0,inf]`,
  conv_3d_depthwise: `input %x: f32[1,3,3,4,4]\nconst %n: f32[3,1,3,3,3] = ${spread(81, 13)}
    %y: f32[1,3,3,4,4] = Conv(%x, %n) pads=[1,1,1,1,1,1] group=3 kernel_shape=[3,3,3]`,
  max_pool_3d: `input %x: f32[1,3,4,6,5]
    %y: f32[1,3,2,3,3] = MaxPool(%x) kernel_shape=[2,2,2] strides=[2,2,2] pads=[0,0,1,0,0,0]`,
  average_pool_3d: `input %x: f32[1,3,4,5,5]
    %y: f32[1,3,2,3,3] = AveragePool(%x) kernel_shape=[3,3,3] strides=[2,2,2] pads=[1,1,1,0,1,1]`,
  average_pool_3d_padded: `input %x: f32[1,3,4,4,5]
    %y: f32[1,3,3,3,3] = AveragePool(%x) kernel_shape=[2,2,3] strides=[2,2,2] pads=[1,1,1,1,1,1] count_include_pad=1`,
  triangle: 'input %x: f32[2,4,5]\n%y: f32[2,4,5] = Trilu(%x) upper=0',
  compress: `input %x: f32[4,3]\nconst %n: bool[4] = 1, 0, 1, 1\n%y: f32[3,3] = Compress(%x, %n) axis=0`,
  reverse: `input %x: f32[4,2,3]\nconst %n: i64[2] = 3, 4\n%y: f32[4,2,3] = ReverseSequence(%x, %n)`,
  product: 'input %x: f32[2,5,9]\ninput %z: f32[2,9,7]\n%y: f32[2,5,7] = MatMul(%x, %z)',
  product_spread: 'input %x: f32[3,1,4,6]\ninput %z: f32[2,6,5]\n%y: f32[3,2,4,5] = MatMul(%x, %z) clip=[0,inf]',
  product_across: `input %x: f32[2,3,5,9]\ninput %z: f32[2,3,7,9]
    %n: f32[2,3,9,7] = Transpose(%z) perm=[0,1,3,2]
    %y: f32[2,3,5,7] = MatMul(%x, %n)`,
  product_of_heads: `input %x: f32[1,6,2,8]\ninput %z: f32[1,5,2,8]
    %n.q: f32[1,2,6,8] = Transpose(%x) perm=[0,2,1,3]
    %n.k: f32[1,2,8,5] = Transpose(%z) perm=[0,2,3,1]
    %y: f32[1,2,6,5] = MatMul(%n.q, %n.k)`,
  product_turned: `input %x: f32[9,5]\ninput %z: f32[9,7]
    %n: f32[5,9] = Transpose(%x) perm=[1,0]
    %y: f32[5,7] = MatMul(%n, %z)`,
  add_rows: 'input %x: f32[2,1,4]\ninput %z: f32[3,1]\n%y: f32[2,3,4] = Add(%x, %z)',
  multiply_rows: 'input %x: f32[2,1,4]\ninput %z: f32[3,1]\n%y: f32[2,3,4] = Mul(%x, %z)',
};

/** Operators over random shapes and axes; the same seed gives the same ones. */
export function randomCases(seed: number, count: number): Cases {
  const rng = createRng(seed);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      const [name, make] = RANDOM[i % RANDOM.length]!;
      return [`${name}_${i}`, make(rng)];
    }),
  );
}

const shapeOf = (rng: Rng, rank: number) => Array.from({ length: rank }, () => rng.int(1, 6));

const RANDOM: readonly (readonly [string, (rng: Rng) => string])[] = [
  ['reduction', reduction],
  ['choice', choice],
  ['normalization', normalization],
  ['attention', attention],
];

function reduction(rng: Rng): string {
  const shape = shapeOf(rng, rng.int(1, 4));
  const reduced = shape.map(() => rng.int(0, 1) === 1);
  const list = [...shape.keys()].filter((d) => reduced[d]);
  const keep = rng.int(0, 1);
  const result = shape.flatMap((size, d) => (!reduced[d] ? [size] : keep === 1 ? [1] : []));
  const op = ['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum'][rng.int(0, 3)];
  if (list.length === 0) return `input %x: f32[${shape}]\n%y: f32[${shape}] = ${op}(%x) noop_with_empty_axes=1`;
  return `input %x: f32[${shape}]\n${axes(...list)}%y: f32[${result}] = ${op}(%x, %n) keepdims=${keep}`;
}

function normalization(rng: Rng): string {
  const op = ['LayerNormalization', 'RMSNormalization', 'GroupNormalization', 'InstanceNormalization'][rng.int(0, 3)]!;
  const numbers = (name: string, count: number) => `const ${name}: f32[${count}] = ${spread(count, rng.int(1, 99))}\n`;
  const shape = [rng.int(1, 2), 2 * rng.int(1, 3), rng.int(2, 6), rng.int(3, 9)];
  const count = op.startsWith('L') || op.startsWith('R') ? shape[3]! : shape[1]!;
  const bias = op.startsWith('R') ? '' : numbers('%n.b', count);
  const ending = op.startsWith('G') ? 'num_groups=2' : op.startsWith('L') ? 'axis=-1' : '';
  const inputs = `%x, %n${bias === '' ? '' : ', %n.b'}`;
  return `input %x: f32[${shape}]\n${numbers('%n', count)}${bias}%y: f32[${shape}] = ${op}(${inputs}) ${ending}`;
}

function attention(rng: Rng): string {
  const [batch, groups, queries, keys, size] = [
    rng.int(1, 2),
    rng.int(1, 2),
    rng.int(1, 5),
    rng.int(1, 6),
    rng.int(1, 9),
  ];
  const heads = groups * rng.int(1, 2);
  const causal = rng.int(0, 1);
  const open = Array.from({ length: queries * keys }, (_, i) => (i % keys === 0 ? 1 : rng.int(0, 1)));
  const mask = rng.int(0, 1) === 1 ? `const %n: bool[${queries},${keys}] = ${open.join(', ')}\n` : '';
  const [q, k] = [
    [batch, heads, queries, size],
    [batch, groups, keys, size],
  ];
  return `input %x: f32[${q}]\ninput %z: f32[${k}]\n${mask}%y: f32[${q}] = Attention(%x, %z, %z${mask && ', %n'}) is_causal=${causal}`;
}

function choice(rng: Rng): string {
  const shape = shapeOf(rng, rng.int(2, 4));
  const other = shape.slice(rng.int(0, shape.length - 1)).map((size) => (rng.int(0, 1) === 1 ? size : 1));
  const op = ['Max', 'Min', 'Mean', 'PRelu'][rng.int(0, 3)];
  return `input %x: f32[${shape}]\ninput %z: f32[${other}]\n%y: f32[${shape}] = ${op}(%x, %z)`;
}

/** One graph of all cases, each with an output of its name. */
export function sideBySide(cases: Cases): Graph {
  const lines = Object.entries(cases).map(([name, text]) =>
    text
      .replaceAll('%x', `${name}.x`)
      .replaceAll('%z', `${name}.z`)
      .replaceAll('%n', `${name}.n`)
      .replaceAll('%y', name),
  );
  return parseGraph([...lines, `return ${Object.keys(cases).join(', ')}`].join('\n'));
}

import { elementCount } from '../../src/ir/shape.ts';
import { dataOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Tensor } from '../../src/ir/types.ts';
import { type FileSpec, onnxFile } from '../helpers/onnx-file.ts';

/**
 * An operator (ms. before those of onnxruntime, @13 behind it for another opset than the newest, ->3 for that many
 * outputs) and its inputs: '[1,4]' an input of the model, ':[4,3]' a constant, ':i64[2]=0,9' one with these values, '_' left out.
 */
export type Contradiction = readonly [model: string, attributes: Readonly<Record<string, Attribute>>, sentence: string];

const DEFAULT_OPSET = 26;

export function specOf([model, attributes]: Contradiction): FileSpec {
  const [head, ...operands] = model.split(' ');
  const [, ms, op, opset, count] = /^(ms\.)?(\w+)(?:@(\d+))?(?:->(\d))?$/.exec(head)!;
  const inputs: Record<string, readonly [DType, number[]]> = {};
  const constants: Record<string, Tensor> = {};
  const names = operands.map((text, i) => {
    if (text === '_') return null;
    const name = 'abcdefghijklmnopqrstuvw'[i];
    const [, constant, dtype = 'f32', dims, values] = /^(:)?([a-z]+\d*)?\[([\d,]*)\](?:=(.*))?$/.exec(text)!;
    const shape = dims === '' ? [] : dims.split(',').map(Number);
    if (constant) constants[name] = tensor(dtype as DType, shape, values?.split(',').map(Number));
    else inputs[name] = [dtype as DType, shape];
    return name;
  });
  const outputs = Array.from({ length: Number(count ?? 1) }, (_, i) => (i === 0 ? 'y' : `y${i}`));
  const node = { op, domain: ms ? 'com.microsoft' : '', name: `the ${op}`, inputs: names, outputs, attributes };
  return { inputs, constants, nodes: [node], outputs, opset: Number(opset ?? DEFAULT_OPSET) };
}

export const contradictionBytes = (contradiction: Contradiction): Uint8Array => onnxFile(specOf(contradiction));

function tensor(dtype: DType, shape: number[], values: readonly number[] = []): Tensor {
  const data = Array.from({ length: elementCount(shape) }, (_, i) => values[i] ?? (i % 7 === 0 ? 1 : 0));
  const wide = dtype === 'i64' || dtype === 'u64';
  return { dtype, shape, data: dataOf(dtype, wide ? data.map(BigInt) : data) };
}

const recurrent = (op: string, gates: number): Contradiction[] => {
  const [g, b] = [3 * gates, 6 * gates];
  const w = `:[1,${g},2]`;
  const r = `:[1,${g},3]`;
  return [
    [`${op} [4,1,2] ${w} ${r}`, { hidden_size: 8 }, 'hidden_size is 8'],
    [`${op} [4,1,2] :[1,2,2] ${r}`, { hidden_size: 3 }, 'W is [1, 2, 2]'],
    [`${op} [4,1,2] :[1,${g},1] ${r}`, { hidden_size: 3 }, 'W is'],
    [`${op} [4,1,2] ${w} :[1,1,3]`, { hidden_size: 3 }, 'R is'],
    [`${op} [4,1,2] ${w} :[1,${g},1]`, { hidden_size: 3 }, 'recurrent weights R are for 1'],
    [`${op} [4,1,2] ${w} ${r} :[1,2]`, { hidden_size: 3 }, 'B is [1, 2]'],
    [`${op} [4,1,2] ${w} ${r}`, { hidden_size: 3, direction: 'bidirectional' }, 'D = 2'],
    [`${op} [4,1,2] :[2,${g},2] :[2,${g},3]`, { hidden_size: 3 }, 'D = 1'],
    [`${op} [4,1,2] ${w} ${r} :[1,${b}] _ :[1,1,1]`, { hidden_size: 3 }, 'initial_h is'],
    [`${op} [4,1,2] ${w} ${r} _ :i32[1]=9`, { hidden_size: 3 }, 'sequence_lens has a value that is 9'],
    [`${op} [4,1,2] ${w} ${r} _ :i32[1]=-1`, { hidden_size: 3 }, 'sequence_lens has a value that is -1'],
    [`${op} [4,3,2] ${w} ${r} _ :i32[1]=2`, { hidden_size: 3 }, 'sequence_lens is [1]'],
    [`${op} [1,4,2] ${w} ${r} :[1,2]`, { hidden_size: 3, layout: 1 }, 'B is [1, 2]'],
    [`${op} [1,4,2] ${w} ${r} _ _ :[1,3,3]`, { hidden_size: 3, layout: 1 }, 'initial_h is'],
  ];
};

/** One model for each thing that onnxruntime looks at only when a kernel runs, or would not look at at all. */
export const CONTRADICTIONS: readonly Contradiction[] = [
  ...recurrent('LSTM', 4),
  ...recurrent('GRU', 3),
  ...recurrent('RNN', 1),
  ['LSTM [4,1,2] :[1,12,2] :[1,12,3] _ _ _ :[1,1,1]', { hidden_size: 3 }, 'initial_c is'],
  ['LSTM [4,1,2] :[1,12,2] :[1,12,3] _ _ _ _ :[1,3]', { hidden_size: 3 }, 'P is'],
  [
    'LSTM->3 [1,4,2] :[1,12,2] :[1,12,3]',
    { hidden_size: 3, layout: 1, direction: 'sideways' },
    "direction is 'sideways'",
  ],
  ['GRU->2 [1,4,2] :[1,9,2] :[1,9,3]', { hidden_size: 3, layout: 1, direction: 1 }, 'attribute direction'],
  ['GRU->3 [1,4,2] :[1,9,2] :[1,9,3]', { hidden_size: 3, layout: 1 }, '3 outputs'],

  ['Conv [1,2,5,5] :[4,3,3,3]', {}, 'W is [4, 3, 3, 3], not [M, C/group, ...] with C = 2, group = 1'],
  ['Conv [1,4,5,5] :[4,1,3,3]', {}, 'W is'],
  ['Conv [1,4,5,5] :[3,2,3,3]', { group: 2 }, 'group 2 does not divide the 3 output channels'],
  ['Conv [1,3,5,5] :[4,2,3,3]', { group: 2 }, 'W is'],
  ['Conv [1,2,5,5] :[4,2,3,3] :[2]', {}, 'B is [2], not [M] with M = 4'],
  ['Conv [1,2,5,5] :[4,2,3,3] :[1]', {}, 'B is [1]'],
  ['Conv [1,2,5,5] :[4,2,3,3]', { kernel_shape: [2, 2] }, 'kernel_shape is [2,2]'],
  ['Conv [1,2,9] :[4,1,3] :[5]', { group: 2 }, 'B is [5]'],
  ['Conv [1,1,4,4,4] :[2,2,2,2,2]', {}, 'W is'],
  ['Conv [1,2,5,5] [4,3,3,3]', {}, 'W is'],
  ['ConvTranspose [1,4,4,4] :[3,2,3,3]', {}, 'W is'],
  ['ConvTranspose [1,3,4,4] :[3,2,3,3] :[3]', {}, 'B is [3]'],
  ['ConvTranspose [1,3,4,4] :[3,2,3,3]', { group: 2 }, 'group 2 does not divide the 3 input channels'],
  ['ConvTranspose [1,3,4,4] :[3,2,3,3]', { output_padding: [5, 5] }, 'output_padding 5'],
  ['ConvTranspose [1,3,4,4] :[3,2,3,3]', { strides: [2, 2], output_padding: [2, 0] }, 'output_padding 2'],
  ['ConvTranspose [1,3,4,4] :[3,2,3,3]', { kernel_shape: [2, 2] }, 'kernel_shape is'],
  ['ConvInteger@10 u8[1,2,4,4] :i8[4,3,2,2]', {}, 'w is'],
  ['ConvInteger@10 u8[1,2,4,4] :i8[4,2,2,2] :u8[2]', {}, 'x_zero_point is'],
  ['ConvInteger@10 u8[1,2,4,4] :i8[4,2,2,2] _ :i8[3]', {}, 'w_zero_point is'],
  ['ConvInteger@10 u8[1,4,4,4] :i8[3,2,2,2]', { group: 2 }, 'does not divide the 3 output'],
  ['QLinearConv@13 i8[1,2,4,4] :[]=1 :i8[]=0 :i8[4,3,2,2] :[]=1 :i8[] :[]=1 :i8[]', {}, 'w is [4, 3, 2, 2]'],
  ['QLinearConv@13 i8[1,2,4,4] :[]=1 :i8[] :i8[4,2,2,2] :[2] :i8[] :[]=1 :i8[]', {}, 'w_scale is [2]'],
  ['QLinearConv@13 i8[1,2,4,4] :[]=1 :i8[] :i8[4,2,2,2] :[4] :i8[3] :[]=1 :i8[]', {}, 'w_zero_point is [3]'],
  ['QLinearConv@13 i8[1,2,4,4] :[2] :i8[] :i8[4,2,2,2] :[4] :i8[4] :[]=1 :i8[]', {}, 'x_scale is [2]'],
  ['QLinearConv@13 i8[1,2,4,4] :[]=1 :i8[] :i8[4,2,2,2] :[4] :i8[4] :[3] :i8[]', {}, 'y_scale is [3]'],
  ['QLinearConv@13 i8[1,2,4,4] :[]=1 :i8[] :i8[4,2,2,2] :[4] :i8[4] :[]=1 :i8[] :i32[2]', {}, 'B is [2]'],
  ['DeformConv@19 [1,1,4,4] :[1,1,2,2] [1,2,3,3]', {}, 'offset is'],
  ['DeformConv@19 [1,1,4,4] :[1,1,2,2] [1,8,2,2]', {}, 'offset is'],
  ['DeformConv@19 [1,2,4,4] :[1,1,2,2] [1,8,3,3]', {}, 'W is'],
  ['DeformConv@19 [1,1,4,4] :[1,1,2,2] [1,8,3,3] :[2]', {}, 'B is'],
  ['DeformConv@19 [1,1,4,4] :[1,1,2,2] [1,8,3,3] _ [1,2,3,3]', {}, 'mask is'],
  ['DeformConv@19 [1,3,4,4] :[1,3,2,2] [1,16,3,3]', { offset_group: 2 }, 'offset_group 2 does not divide'],

  ['InstanceNormalization [1,4,3,3] :[2] :[4]', {}, 'scale is [2]'],
  ['InstanceNormalization [1,4,3,3] :[4] :[1]', {}, 'B is [1]'],
  ['GroupNormalization [1,4,3,3] :[4] :[2]', { num_groups: 2 }, 'Incompatible dimensions'],
  ['LayerNormalization [2,4] :[3]', {}, 'input 1 is [3]'],
  ['LayerNormalization [2,4] :[4] :[3]', {}, 'input 2 is [3]'],
  ['LayerNormalization [2,4] :[4]', { axis: 5 }, 'axis is 5'],
  ['LayerNormalization [2,4] :[2,4]', {}, 'input 1 is'],
  ['RMSNormalization [2,4] :[3]', {}, 'input 1 is [3]'],
  ['RMSNormalization [2,4] :[4]', { axis: 5 }, 'axis is 5'],
  ['ms.SkipLayerNormalization@21 [1,2,4] [1,2,4] :[3] :[4]', {}, 'gamma is'],
  ['ms.SkipLayerNormalization@21 [1,2,4] [1,2,4] :[4] :[3]', {}, 'beta is'],
  ['ms.SkipLayerNormalization@21 [1,2,4] [1,2,4] :[4] :[4] :[5]', {}, 'bias is'],
  ['ms.SkipLayerNormalization@21 [1,2,4] [1,3,4] :[4] :[4]', {}, 'input 1 is'],
  ['LpNormalization [2,4]', { axis: 4 }, 'axis is 4'],

  ['PRelu [1,4] :[3]', {}, 'input 1 is [3]'],
  ['PRelu [1,4] :[2,4]', {}, 'input 1 is [2,4]'],
  ['PRelu [4] :[1,4]', {}, 'input 1 is [1,4]'],
  ['Mod [1,4] [1,4]', {}, 'fmod'],
  ['Clip [1,4] :[2] :[]', {}, 'min is [2]'],
  ['Clip [1,4] :[] :[3]', {}, 'max is [3]'],
  ['Gemm [1,4] :[4,3] :[2]', {}, 'input 2 is [2]'],
  ['Gemm [2,4] :[4,3] :[3,3]', {}, 'input 2 is'],
  ['Gemm [2,4] :[3,4] :[4]', { transB: 1 }, 'input 2 is'],
  ['MatMulInteger@10 u8[2,4] :i8[4,3] :u8[3]', {}, 'a_zero_point is'],
  ['MatMulInteger@10 u8[2,4] :i8[4,3] _ :i8[2]', {}, 'b_zero_point is'],
  ['QLinearMatMul@21 u8[2,4] :[2] :u8[2] :u8[4,3] :[2] :u8[3] :[]=1 :u8[]', {}, 'b_scale is [2]'],
  ['QLinearMatMul@21 u8[2,4] :[3] :u8[] :u8[4,3] :[] :u8[] :[]=1 :u8[]', {}, 'a_scale is [3]'],
  ['Einsum [1,4] :[3,2]', { equation: 'ij,jk->ik' }, "operand 1 is [3,2], but 'j' is 4 elsewhere"],
  ['Einsum [2,3] :[2,4]', { equation: 'ij,ij->i' }, "operand 0 is [2,3], but 'j' is 4"],

  ['QuantizeLinear [1,4] :[3]', { axis: 1 }, 'its scale is [3], not [4]'],
  ['QuantizeLinear [1,4] :[4] :u8[3]', { axis: 1 }, 'its zero point is [3]'],
  ['QuantizeLinear [1,4] :[4]', { axis: 2 }, 'axis is 2'],
  ['QuantizeLinear [2,4] :[2,3]', { axis: 1, block_size: 2 }, 'its scale is [2,3], not [2,2]'],
  ['DequantizeLinear i8[4,3] :[2]', { axis: 0 }, 'its scale is [2]'],
  ['DequantizeLinear i8[4,3] :[4]', { axis: 9 }, 'axis is 9'],
  ['DequantizeLinear i8[4,3] :[4] :i8[2]=1,2', { axis: 0 }, 'its zero point is [2]'],
  ['DequantizeLinear i8[4,3] :[4] :i8[]', { axis: 0 }, 'its zero point is []'],
  ['DequantizeLinear i8[4,3] :[]=1 :i8[4]', { axis: 0 }, 'as many zero points'],
  ['DequantizeLinear :i8[4,4] :[2,3]', { axis: 0, block_size: 2 }, 'its scale is [2,3], not [2,4]'],
  ['DequantizeLinear i8[4] :[1,4]', { axis: 0 }, 'its scale is [1,4]'],
  ['ms.QLinearSigmoid@21 u8[4] :[2] :u8[] :[]=1 :u8[]', {}, 'X_scale must be a scalar'],
  ['ms.QLinearLeakyRelu@21 u8[4] :[]=1 :u8[] :[3] :u8[]', { alpha: 0.5 }, 'Y_scale must be a scalar'],
  ['ms.QLinearGlobalAveragePool@21 u8[1,2,3,3] :[2] :u8[] :[]=1 :u8[]', {}, 'X_scale is [2]'],
  ['ms.QLinearConcat@21 :[2] :u8[] u8[2,3] :[]=1 :u8[]', { axis: 0 }, 'input 0 is [2]'],
  ['ms.QLinearConcat@21 :[]=1 :u8[] u8[2,3] :[3] :u8[]', { axis: 0 }, 'input 3 is [3]'],
  ['ms.QGemm@21 u8[2,4] :[2] :u8[] :u8[4,3] :[]=1 :u8[] _ :[]=1 :u8[]', {}, 'a_scale is [2]'],
  ['ms.QGemm@21 u8[2,4] :[]=1 :u8[] :u8[4,3] :[2] :u8[2] _ :[]=1 :u8[]', {}, 'b_scale is [2]'],
  ['ms.QGemm@21 u8[2,4] :[]=1 :u8[] :u8[4,3] :[]=1 :u8[] :i32[2] :[]=1 :u8[]', {}, 'input 6 is [2]'],
  ['ms.QGemm@21 u8[2,4] :[]=1 :u8[] :u8[4,3] :[]=1 :u8[] _ :[2] :u8[]', {}, 'y_scale is [2]'],

  [
    'RoiAlign@16 [1,1,6,6] :[1,4] :i64[1]=7',
    { output_height: 2, output_width: 2 },
    'batch_indices has a value that is 7',
  ],
  ['RoiAlign@16 [1,1,6,6] :[1,4] :i64[1]=-1', { output_height: 2, output_width: 2 }, 'batch_indices has'],
  ['RoiAlign@16 [1,1,6,6] :[1,3] :i64[1]=0', {}, 'rois is [1, 3]'],
  ['RoiAlign@16 [1,1,6,6] :[2,4] :i64[1]=0', {}, 'batch_indices is [1]'],
  ['RoiAlign [1,1,6,6] :[1,4]', {}, 'input 2 is missing'],
  ['RoiAlign [1,1,6,6] :[1,4] :i64[1]=0', { mode: 3 }, 'attribute mode'],
  ['RoiAlign [1,1,6,6] :[1,4] :i64[1]=0', { mode: 'median' }, "mode is 'median'"],
  ['RoiAlign [1,1,6,6] :[1,4] :i64[1]=0', { output_height: 0 }, 'output_height is 0'],
  ['RoiAlign [1,1,6,6] :[1,4] :i64[1]=0', { sampling_ratio: -1 }, 'sampling_ratio is -1'],
  ['MaxUnpool [1,1,2,2] :i64[1,1,2,2]=0,5,99,3', { kernel_shape: [2, 2], strides: [2, 2] }, 'I has a value that is 99'],
  ['MaxUnpool [1,1,2,2] :i64[1,1,2,2]=0,5,-3,3', { kernel_shape: [2, 2], strides: [2, 2] }, 'I has a value that is -3'],
  ['MaxUnpool [1,1,2,2] i64[1,1,2,1]', { kernel_shape: [2, 2], strides: [2, 2] }, 'I is [1, 1, 2, 1]'],
  ['Col2Im@18 [1,4,5] :i64[2]=5,5 :i64[2]=2,2', {}, 'input is [1, 4, 5]'],
  ['Col2Im@18 [1,3,16] :i64[2]=5,5 :i64[2]=2,2', {}, 'input is [1, 3, 16]'],
  ['Col2Im@18 [1,4,9] :i64[2]=5,5 :i64[2]=2,2', { dilations: [2, 2], strides: [2, 2] }, 'input is'],
  ['MaxPool [1,2,4,4]', { kernel_shape: [2, 2], pads: [5, 5, 5, 5] }, 'Pad should be smaller than kernel'],
  ['MaxPool [1,2,4,4]', { kernel_shape: [9, 9] }, 'Invalid dimension'],
  ['LRN [1,3,2,2]', { size: 0 }, 'its size must be above 0'],
  ['GlobalMaxPool [1,2,1,0]', {}, 'is empty'],
  ['GlobalAveragePool [1,2,1,0]', {}, 'is empty'],
  ['AffineGrid@20 [2,2,3] :i64[4]=1,1,2,2', {}, 'size has a batch of 1'],
  ['LpPool@18 [1,3,2,2]', { kernel_shape: [2, 2], p: 0 }, 'p is 0'],

  ['Gather [1,4] :i64[2]=0,9', { axis: 1 }, 'indices has a value that is 9'],
  ['Gather [1,4] :i64[1]=-5', { axis: 1 }, 'indices has a value that is -5'],
  ['Gather [1,4] :i32[]=4', { axis: 1 }, 'indices has a value that is 4'],
  ['GatherElements [1,4] :i64[1,2]=0,9', { axis: 1 }, 'indices has a value that is 9'],
  ['GatherElements [1,4] :i64[3,2]', { axis: 1 }, 'indices are [3,2]'],
  ['GatherElements [1,4] :i64[1,2]', { axis: 3 }, 'axis is 3'],
  ['GatherElements [1,4] i64[3,2]', { axis: 1 }, 'indices are [3,2]'],
  ['GatherND [1,4] :i64[1,2]=0,9', {}, 'indices have 9 for a dimension of 4'],
  ['GatherND [1,4] :i64[1,2]=0,-5', {}, 'indices have -5'],
  ['GatherND [2,3,4] i64[3,1]', { batch_dims: 1 }, 'the batches of its inputs are [2] and [3]'],
  ['ScatterElements [1,4] :i64[1,2]=0,9 :[1,2]', { axis: 1 }, 'indices has a value that is 9'],
  ['ScatterElements [1,4] :i64[1,3]=0,1,2 :[1,2]', { axis: 1 }, 'updates is [1, 2]'],
  ['ScatterElements [1,4] :i64[1,2]=0,1 :[1,2]', { axis: 4 }, 'axis is 4'],
  ['ScatterElements [1,4] :i64[2,2] :[2,2]', { axis: 1 }, 'indices are [2,2]'],
  ['ScatterElements [1,4] :i64[2]=0,1 :[2]', {}, 'indices are [2]'],
  ['Scatter@9 [1,4] :i64[1,2]=0,9 :[1,2]', { axis: 1 }, 'indices has a value that is 9'],
  ['ScatterND [4,2] :i64[1,1]=7 :[1,2]', {}, 'indices have 7 for a dimension of 4'],
  ['ScatterND [4,2] :i64[1,1]=0 :[1,3]', {}, 'updates are [1,3], not [1,2]'],
  ['ScatterND [4,2] :i64[2,1]=0,1 :[1,2]', {}, 'updates are [1,2], not [2,2]'],
  ['ScatterND [4,2] :i64[1,3]=0,0,0 :[1]', {}, 'indices name 3 of 2 dimensions'],
  ['TensorScatter [1,2,4,3] :[1,2,9,3] :i64[1]=3', {}, 'update is [1,2,9,3]'],
  ['TensorScatter [1,2,4,3] :[1,2,2,3] :i64[1]=3', {}, 'write_indices has a value that is 3, not from 0 to 2'],
  ['TensorScatter [1,2,4,3] :[1,2,2,3] :i64[1]=-1', {}, 'write_indices has a value that is -1'],
  ['ReverseSequence [4,2] :i64[2]=9,1', { batch_axis: 1, time_axis: 0 }, 'sequence_lens has a value that is 9'],
  ['ReverseSequence [4,2] :i64[2]=-1,1', { batch_axis: 1, time_axis: 0 }, 'sequence_lens has a value that is -1'],
  ['ReverseSequence [4,3] :i64[1]=2', { batch_axis: 1, time_axis: 0 }, 'sequence_lens is [1]'],
  ['Pad [1,4] :i64[4]=0,9,0,9', { mode: 'reflect' }, 'reflect pads of 9 and 9'],
  ['Pad [1,4] :i64[4]=0,4,0,0', { mode: 'reflect' }, 'reflect pads of 4 and 0'],
  ['Pad [1,4] :i64[4]=0,-5,0,2', {}, 'pads cut -5 and 2'],
  ['Pad [1,4] :i64[4]=0,1,0,1 :[2]', {}, 'constant_value is [2]'],
  ['Reshape [1,4] :i64[2]=3,3', {}, '[1,4] does not have as many elements as [3,3]'],
  ['Reshape [0,4] :i64[2]=2,2', {}, 'as many elements'],
  ['DepthToSpace [1,4,2,2]', { blocksize: 3 }, 'the square of blocksize 9 does not divide the 4 channels'],
  ['SpaceToDepth [1,4,3,4]', { blocksize: 2 }, 'blocksize 2 does not divide the 3 rows'],
  ['SpaceToDepth [1,4,4,3]', { blocksize: 2 }, 'blocksize 2 does not divide the 3 columns'],
  ['CumSum [1,4] :i64[]=4', {}, 'axis has a value that is 4'],
  ['CumSum [1,4] :i64[2]=0,1', {}, 'axis is [2]'],
  ['CumProd [1,4] :i64[]=-3', {}, 'axis has a value that is -3'],
  ['ArgMax [2,0]', { axis: 1 }, 'axis 1 is empty'],
  ['DFT@20 [1,4,3]', {}, 'input is [1, 4, 3]'],

  ['RotaryEmbedding [1,2,3,4] :[1,1,1] :[1,1,1]', {}, 'cos_cache is [1, 1, 1]'],
  ['RotaryEmbedding [1,2,3,4] :[1,3,2] :[1,3,1]', {}, 'sin_cache is [1, 3, 1]'],
  ['RotaryEmbedding [1,2,3,4] :[5,2] :[5,2] :i64[1,3]=0,1,9', {}, 'position_ids has a value that is 9'],
  ['RotaryEmbedding [1,2,3,4] :[5,2] :[5,2] :i64[1,2]=0,1', {}, 'position_ids is [1, 2]'],
  ['RotaryEmbedding [1,2,3,4] :[5,1] :[5,1] :i64[1,3]=0,1,2', {}, 'cos_cache is [5, 1]'],
  ['RotaryEmbedding [1,3,8] :[1,3,2] :[1,3,2]', { num_heads: 3 }, 'num_heads 3 does not divide the 8'],
  ['RotaryEmbedding [1,2,3,4] :[1,3,3] :[1,3,3]', { rotary_embedding_dim: 6 }, 'it turns 6 numbers of a head of 4'],
  ['Attention [1,2,3,4] [1,2,5,3] [1,2,4,4]', {}, 'K is [1, 2, 5, 3]'],
  ['Attention [1,2,3,4] [1,2,5,4] [1,2,4,4]', {}, 'V is [1, 2, 4, 4]'],
  ['Attention [1,3,3,4] [1,2,5,4] [1,2,5,4]', {}, 'the number of key heads 2 does not divide the 3 query heads'],
  ['Attention [1,2,3,4] [1,2,5,4] [1,2,5,4] [7,5]', {}, 'attn_mask is [7,5]'],
  ['Attention [1,2,3,4] [1,2,5,4] [1,2,5,4] [1,3,3,5]', {}, 'attn_mask is'],
  ['Attention [1,2,3,4] [1,2,5,4] [1,2,5,4] [3,9]', {}, 'attn_mask is'],
  ['Attention->3 [1,2,3,4] [1,2,5,4] [1,2,5,4] _ [1,2,1,3] [1,2,1,4]', {}, 'past_key is'],
  ['Attention->3 [1,2,3,4] [1,2,5,4] [1,2,5,4] _ [1,2,1,4] [1,2,2,4]', {}, 'past_value is'],
  ['Attention [1,3,8] [1,5,8] [1,5,8]', { q_num_heads: 3, kv_num_heads: 1 }, 'K is'],
  ['Attention [1,3,8] [2,5,8] [1,5,8]', { q_num_heads: 2, kv_num_heads: 2 }, 'K is'],
  ['LinearAttention [1,3,8] [1,3,4] [1,3,8]', { q_num_heads: 2, kv_num_heads: 2, update_rule: 'linear' }, 'key is'],
  ['LinearAttention [1,3,8] [1,3,8] [1,2,8]', { q_num_heads: 2, kv_num_heads: 2, update_rule: 'linear' }, 'value is'],
  [
    'LinearAttention [1,3,8] [1,3,8] [1,3,8]',
    { q_num_heads: 2, kv_num_heads: 2, update_rule: 'square' },
    "update_rule is 'square'",
  ],
  [
    'LinearAttention [1,3,8] [1,3,8] [1,3,8] [1,2,3,4]',
    { q_num_heads: 2, kv_num_heads: 2, update_rule: 'linear' },
    'past_state is',
  ],
  [
    'LinearAttention [1,3,8] [1,3,8] [1,3,8] _ [1,3,3]',
    { q_num_heads: 2, kv_num_heads: 2, update_rule: 'gated' },
    'decay is',
  ],
  [
    'LinearAttention [1,3,8] [1,3,8] [1,3,8] _ _ [1,3,3]',
    { q_num_heads: 2, kv_num_heads: 2, update_rule: 'delta' },
    'beta is',
  ],
  ['CausalConvWithState [1,2,5] :[3,1,3]', {}, 'weight is [3, 1, 3]'],
  ['CausalConvWithState [1,2,5] :[2,2,3]', {}, 'weight is'],
  ['CausalConvWithState [1,2,5] :[2,1,3] :[3]', {}, 'bias is'],
  ['CausalConvWithState [1,2,5] :[2,1,3] _ [1,2,3]', {}, 'past_state is'],
  ['CausalConvWithState [1,2,5] :[2,1,3]', { activation: 'cube' }, "activation is 'cube'"],
  [
    'TfIdfVectorizer@9 i64[6]',
    {
      mode: 'TF',
      min_gram_length: 1,
      max_gram_length: 1,
      max_skip_count: 0,
      ngram_counts: [0],
      ngram_indexes: [0, 1, 2],
      pool_int64s: [1, 2],
    },
    'names 3 places for 2',
  ],
];

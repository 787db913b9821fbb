import type { KernelInstance } from '../ir/program.ts';
import { DECODER_NAMES, FREE_DECODER_NAMES, WIDE_DECODER_NAMES } from '../kernels/decoders.ts';
import { FORM_SUFFIXES, SUFFIXES_BY_FOURS } from '../kernels/forms.ts';

/** Weights that are one element each, and packed ones that are read where they lie. */
const ELEMENTS = ['s8', 'w16'];
const PACKED = ['int4', 'int2', 'ternary', 'pow2'];
const WEIGHTS = [...ELEMENTS, ...PACKED];

/** nn_rnn_NAME_f32. */
const ACTIVATIONS = [
  ...['affine', 'elu', 'hardsigmoid', 'leakyrelu', 'relu', 'scaledtanh', 'sigmoid', 'softplus', 'softsign', 'tanh'],
  'thresholdedrelu',
];

const form = FORM_SUFFIXES;

/**
 * Kernels of which the templates hold names, all of them. A template says nn_rows_{{weights}}{{form}}; no call of ours goes
 * through a pointer, and the name of a kernel says what it calls: nn_gru_step_relu_tanh_f32 calls nn_rnn_relu_f32 and
 * nn_rnn_tanh_f32.
 */
export const NAMED_INSTANCES: readonly KernelInstance[] = [
  // By storage of the weights; the ones of few bits unpack some columns at a time.
  ...all('nn_weight_packed', { weights: PACKED }, 'nn_weight'),
  ...all('nn_row', { weights: ELEMENTS }),
  ...all('nn_row_packed', { weights: PACKED }, 'nn_row'),
  ...all('nn_block4', { weights: ELEMENTS }),
  ...all('nn_block4_packed', { weights: ['ternary', 'pow2'] }, 'nn_block4'),
  ...all('nn_block4x2', { weights: [...ELEMENTS, 'int4', 'int2'] }),
  ...all('nn_block4x2_packed', { weights: ['ternary', 'pow2'] }, 'nn_block4x2'),
  ...all('nn_packed', { weights: ELEMENTS }),
  ...WIDE_DECODER_NAMES.flatMap((decoder) => all(`nn_unpack_${decoder}`, { weights: ELEMENTS })),

  // By storage of the weights and form of requantization.
  ...all('nn_rows', { weights: WEIGHTS, form }),
  ...all('nn_rows2', { weights: WEIGHTS, form }),
  ...all('nn_dense', { weights: WEIGHTS, form }),
  ...all('nn_dense_a4', { weights: WEIGHTS, form }),
  ...all('nn_dense_a4_part', { weights: WEIGHTS, form }),
  ...all('nn_conv2d', { weights: WEIGHTS, form }),
  ...all('nn_conv2d_part', { weights: WEIGHTS, form }),
  ...all('nn_conv2d_a4', { weights: WEIGHTS, form }),
  ...all('nn_conv2d_a4_part', { weights: WEIGHTS, form }),
  ...all('nn_depthwise2d', { weights: ELEMENTS, form }),
  ...all('nn_depthwise2d_a4', { weights: ELEMENTS, form }),

  // By decoder as well: some weights at a time.
  ...unpacking('nn_dense_blocks'),
  ...unpacking('nn_dense_chunks'),
  ...unpacking('nn_dense_a4_blocks'),
  ...unpacking('nn_conv2d_blocks'),
  ...unpacking('nn_conv2d_a4_blocks'),
  ...all('nn_four_rows', { unpack: DECODER_NAMES }),
  ...all('nn_stream_s8', { unpack: DECODER_NAMES }),
  ...all('nn_stream_helium', { unpack: DECODER_NAMES }),
  ...all('nn_depthwise_stream_s8', { unpack: DECODER_NAMES }),
  ...all('nn_depthwise_four_s8', { unpack: FREE_DECODER_NAMES }),
  ...all('nn_depthwise3x3_runs_s8', { unpack: FREE_DECODER_NAMES, form: SUFFIXES_BY_FOURS }),
  ...all('nn_depthwise3x3_eights_s8', { unpack: FREE_DECODER_NAMES, form: SUFFIXES_BY_FOURS }),

  // Of codes of 16 bits, by what their sums take.
  ...wideCodes('nn_row_s16', { weights: ELEMENTS }),
  ...wideCodes('nn_block4_s16', { weights: ELEMENTS }),
  ...wideCodes('nn_row_s16_s8', {}),
  ...wideCodes('nn_block4_s16_s8', {}),
  ...wideCodes('nn_rows_s16', { weights: ELEMENTS }),
  ...wideCodes('nn_dense_s16', { weights: ELEMENTS }),
  ...wideCodes('nn_conv2d_s16', { weights: ELEMENTS }),
  ...wideCodes('nn_conv2d_s16_part', { weights: ELEMENTS }),
  ...wideCodes('nn_depthwise2d_s16', { weights: ELEMENTS }),
  ...wideCodes('nn_depthwise_pixel_s16', { weights: ELEMENTS }),
  ...ELEMENTS.map((weights) => ({
    name: `nn_depthwise_pixel_s16_${weights}`,
    template: 'nn_depthwise_pixel_s16_sum32',
    params: { weights, load: weights === 's8' ? 'vldrbq_z_s32' : 'vldrhq_z_s32' },
  })),
  ...unpackingWide('nn_dense_s16_blocks'),
  ...unpackingWide('nn_dense_s16_chunks'),
  ...unpackingWide('nn_conv2d_s16_blocks'),
  ...wideCodes('nn_averagepool2d_s16', {}),

  // By the type of codes.
  { name: 'nn_slab_s8', template: 'nn_slab', params: { ctype: 'int8_t' } },
  { name: 'nn_slab_s16', template: 'nn_slab', params: { ctype: 'int16_t' } },
  { name: 'nn_norm_s8_wide', template: 'nn_norm_wide', params: { ctype: 'int8_t' } },
  { name: 'nn_norm_s16', template: 'nn_norm_wide', params: { ctype: 'int16_t' } },

  // By form of requantization.
  ...all('nn_averagepool2d_s8', { form }),
  ...all('nn_averagepool2d_even_s8', { form }),
  ...all('nn_mean_row_s8', { form }),
  ...all('nn_averagepool2d_a4', { form }),
  ...all('nn_averagepool4_s8', { form }),
  ...all('nn_averagepool8_a4', { form }),
  ...all('nn_depthwise2d_s8', { form }),
  ...all('nn_rows_s8', { form }),
  ...all('nn_rows2_s8', { form }),
  ...all('nn_dense_step', { form: SUFFIXES_BY_FOURS }),
  ...all('nn_gemm_4x2_s8', { form: SUFFIXES_BY_FOURS }),
  ...all('nn_gemm_4x2_pairs', { form: SUFFIXES_BY_FOURS }),
  ...all('nn_pointwise_4x2', { weights: ['s8'], form: SUFFIXES_BY_FOURS }),
  ...inPairs('nn_pointwise_4x2'),
  ...adding('nn_pointwise_4x2'),
  ...all('nn_conv2d_4x2', { weights: ['s8'], form: SUFFIXES_BY_FOURS }),
  ...inPairs('nn_conv2d_4x2'),
  ...adding('nn_conv2d_4x2'),
  ...all('nn_conv2d_patch_4x2', { weights: ['s8'], form: SUFFIXES_BY_FOURS }),
  ...inPairs('nn_conv2d_patch_4x2'),
  ...adding('nn_conv2d_patch_4x2'),
  ...all('nn_depthwise3x3_s8', { form: SUFFIXES_BY_FOURS }),
  ...all('nn_depthwise3x3_pixel_s8', { form: SUFFIXES_BY_FOURS }),
  ...all('nn_depthwise3x3_run_s8', { form: SUFFIXES_BY_FOURS }),
  ...all('nn_depthwise3x3_runs_s8', { unpack: [''], form: SUFFIXES_BY_FOURS }),
  ...all('nn_depthwise3x3_eights_s8', { unpack: [''], form: SUFFIXES_BY_FOURS }),
  ...all('nn_mul4_s8', { form: ['', '_wide'] }),
  { name: 'nn_max4_s8', template: 'nn_extreme4_s8', params: { least: false } },
  { name: 'nn_min4_s8', template: 'nn_extreme4_s8', params: { least: true } },
  ...all('nn_depthwise2d_helium_s8', { form: ['', '_wide'] }),
  ...all('nn_depthwise2d_run_helium_s8', { form: ['', '_wide'] }),
  ...all('nn_depthwise3x3_helium_s8', { form: ['', '_wide'] }),
  ...all('nn_depthwise3x3_narrow_helium_s8', { form: ['', '_wide'] }),
  ...all('nn_depthwise3x3_slices_helium_a4', { form: ['', '_wide'] }),
  ...all('nn_depthwise3x3_run_helium_s8', { form: ['', '_wide'] }),
  ...all('nn_rows_adds', { form: ['', '_shift'] }),
  ...all('nn_rows2_adds', { form: ['', '_shift'] }),
  ...all('nn_dense_adds', { form: ['', '_shift'] }),
  ...all('nn_conv2d_adds', { form: ['', '_shift'] }),
  ...all('nn_depthwise2d_adds', { form: ['', '_shift'] }),
  ...all('nn_averagepool2d_adds', { requantize: ['', '_wide', '_rne', '_odd'], shift: [''] }),
  ...all('nn_averagepool2d_adds', { requantize: [''], shift: ['_shift'] }),

  // By activations.
  ...all('nn_rnn_step', { f: ACTIVATIONS, real: ['f32'] }),
  ...all('nn_gru_step', { f: ACTIVATIONS, g: ACTIVATIONS, real: ['f32'] }),
  ...all('nn_lstm_step', { f: ACTIVATIONS, g: ACTIVATIONS, h: ACTIVATIONS, real: ['f32'] }),
];

const byName = new Map<string, KernelInstance[]>();
for (const instance of NAMED_INSTANCES) {
  byName.set(instance.name, [...(byName.get(instance.name) ?? []), instance]);
}

/** Instances of that name, in whichever set their templates are. */
export function namedInstances(name: string): readonly KernelInstance[] {
  return byName.get(name) ?? [];
}

/** Every choice of `names`, in their order: FAMILY_weights, and a form as it is. */
function all(
  template: string,
  names: Readonly<Record<string, readonly string[]>>,
  family = template,
): KernelInstance[] {
  let found: KernelInstance[] = [{ name: family, template, params: {} }];
  for (const [key, values] of Object.entries(names)) {
    found = found.flatMap(({ name, params }) =>
      values.map((value) => ({
        name: value === '' || value.startsWith('_') ? name + value : `${name}_${value}`,
        template,
        params: { ...params, [key]: value },
      })),
    );
  }
  return found;
}

function wideCodes(template: string, names: Readonly<Record<string, readonly string[]>>): KernelInstance[] {
  const sums = {
    '': { sum: 'int32_t', smlad: 'nn_smlad', dot: 'vmladavaq_s16' },
    _s64: { sum: 'int64_t', smlad: 'nn_smlald', dot: 'vmlaldavaq_s16' },
  };
  return Object.entries(sums).flatMap(([form, sum]) =>
    all(template, { ...names, form: [form] }).map((one) => ({ ...one, params: { ...one.params, ...sum } })),
  );
}

function unpackingWide(template: string): KernelInstance[] {
  return [
    ...wideCodes(template, { unpack: DECODER_NAMES, weights: ['s8'] }),
    ...wideCodes(template, { unpack: WIDE_DECODER_NAMES, weights: ['w16'] }),
  ];
}

/** Weights that are looked up two at a time. */
function inPairs(template: string): KernelInstance[] {
  const named = all(template, { weights: ['pairs'], form: SUFFIXES_BY_FOURS });
  return named.map((one) => ({ ...one, params: { ...one.params, pairs: true } }));
}

/** With an operand that is added to the results. */
function adding(template: string): KernelInstance[] {
  return [{ name: `${template}_s8_sum`, template, params: { weights: 's8', form: '_sum', sum: true } }];
}

function unpacking(template: string): KernelInstance[] {
  return [
    ...all(template, { unpack: DECODER_NAMES, weights: ['s8'], form }),
    ...all(template, { unpack: WIDE_DECODER_NAMES, weights: ['w16'], form }),
  ];
}

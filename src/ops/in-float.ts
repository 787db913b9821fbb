import type { OpDef } from './op-def.ts';

/** Why operators stay in float in a quantized model: each of those without an integer form has one of these reasons. */
export const IN_FLOAT: Readonly<Record<string, readonly string[]>> = {
  'makes or takes codes itself, or computes on integers as the file says': words(
    'Cast CastLike BitCast QuantizeLinear DequantizeLinear DynamicQuantizeLinear MatMulInteger ConvInteger LookupTable ShiftCodes ' +
      'BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor',
  ),
  'its result is not made of real numbers that it reads': words(
    'EyeLike OneHot TfIdfVectorizer NonZero Unique CheckedCount',
  ),
  'overlaps are quotients of areas, which need more than 8 bits': words('NonMaxSuppression'),
  'writes into a copy at places that are computed: all parts would need one scale': words(
    'ScatterElements ScatterND TensorScatter MaxUnpool',
  ),
  'fills with zeros at places of its own': words('CenterCropPad'),
  'a running result, rounded at every step, would drift': words('CumProd CumSum CausalConvWithState LinearAttention'),
  'transforms of signals need more than 8 bits between their steps': words('DFT STFT'),
  'products of many factors have no range that 8 bits could cover': words('Det ReduceProd'),
  'samples at positions that are computed in real numbers': words('AffineGrid DeformConv GridSample RoiAlign'),
  'pairs are turned by angles that need more than 8 bits': words('RotaryEmbedding'),
  'roots and powers of sums over windows: no model of the field has it': words('GlobalLpPool LpPool LRN'),
  'thresholds are compared with real features': words('TreeEnsembleRegressor'),
  'not met in a quantized model so far': words('Col2Im Hardmax'),
};

/** Why this operator of a quantized model stays in float; null when it has an integer form. */
export function reasonForFloat({ op }: OpDef): string | null {
  const known = Object.entries(IN_FLOAT).find(([, operators]) => operators.includes(op));
  return known?.[0] ?? null;
}

function words(names: string): string[] {
  return names.split(' ');
}

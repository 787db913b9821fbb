/** Why operators have no gradient: each of those without a rule has one of these reasons. */
export const NO_GRADIENT: Readonly<Record<string, readonly string[]>> = {
  'its result is a choice, a place or a truth': words(
    'NonMaxSuppression NonZero Unique CheckedCount ArgMax ArgMin Hardmax OneHot EyeLike Not IsNaN IsInf And Or Xor Equal Greater GreaterOrEqual Less LessOrEqual',
  ),
  'piecewise constant': words('Floor Ceil Round Sign Mod TreeEnsembleRegressor'),
  'of integers': words(
    'BitwiseNot BitwiseAnd BitwiseOr BitwiseXor BitShift Cast CastLike BitCast MatMulInteger ConvInteger TfIdfVectorizer',
  ),
  'rounding is passed straight through by the training graph itself': words(
    'QuantizeLinear DequantizeLinear DynamicQuantizeLinear LookupTable ShiftCodes',
  ),
  'spelled out before training': words(
    'GRU LSTM RNN Einsum SkipLayerNormalization LpNormalization MeanVarianceNormalization',
  ),
  'in no model that was trained here so far': words(
    'RotaryEmbedding LinearAttention CausalConvWithState Det DFT STFT GatherElements GatherND Tile CenterCropPad ' +
      'DepthToSpace SpaceToDepth Compress ReverseSequence ScatterElements ScatterND TensorScatter Trilu LRN ' +
      'ReduceProd CumProd CumSum AffineGrid ' +
      'Col2Im DeformConv GlobalLpPool GridSample LpPool MaxUnpool RoiAlign ThresholdedRelu Selu Celu Swish Softsign ' +
      'Mish Shrink Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh',
  ),
};

function words(names: string): string[] {
  return names.split(' ');
}

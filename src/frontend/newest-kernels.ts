import type { DType } from '../ir/types.ts';

/**
 * The newest operator set in which onnxruntime has a kernel for an operator and element type, where the newest of all has
 * none (its opset 26 of version 1.30.0). Written by scripts/newest-kernels.ts; a test asks again.
 */
export const NEWEST_KERNELS: Readonly<Record<string, Readonly<Partial<Record<DType, number>>>>> = {
  Elu: { f64: 18 },
  GlobalLpPool: { f32: 21 },
  HardSigmoid: { f64: 18 },
  HardSwish: { f64: 18 },
  LeakyRelu: { f64: 18 },
  Mish: { f64: 18 },
  PRelu: { f64: 18, i32: 18, i64: 18 },
  ReduceLogSumExp: { u32: 18, u64: 18 },
  Relu: { i64: 18 },
  RoiAlign: { f32: 21, f64: 21 },
  Selu: { f64: 18 },
  Softplus: { f64: 18 },
  Softsign: { f64: 18 },
  Swish: { f32: 24, f64: 24 },
  ThresholdedRelu: { f64: 18 },
};

/** Operators that it computes in float32, and in float64 in no operator set. */
export const WITHOUT_FLOAT64: ReadonlySet<string> = new Set([
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'AveragePool',
  'Celu',
  'Col2Im',
  'Conv',
  'ConvTranspose',
  'Cosh',
  'Det',
  'Erf',
  'Gelu',
  'GlobalAveragePool',
  'GlobalLpPool',
  'GlobalMaxPool',
  'Hardmax',
  'InstanceNormalization',
  'LRN',
  'LpPool',
  'MaxUnpool',
  'Mean',
  'MeanVarianceNormalization',
  'OneHot',
  'QuantizeLinear',
  'RNN',
  'Resize',
  'RotaryEmbedding',
  'Sinh',
  'Tan',
]);

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

/** For the types of an operator that it has a kernel for in no operator set: one in which it computes the same. */
export const STAND_INS: Readonly<Record<string, Readonly<Partial<Record<DType, DType>>>>> = {
  Acos: { f64: 'f32' },
  Acosh: { f64: 'f32' },
  Asin: { f64: 'f32' },
  Asinh: { f64: 'f32' },
  Atan: { f64: 'f32' },
  Atanh: { f64: 'f32' },
  AveragePool: { f64: 'f32' },
  Celu: { f64: 'f32' },
  Col2Im: { f64: 'f32' },
  Conv: { f64: 'f32' },
  ConvTranspose: { f64: 'f32' },
  Cosh: { f64: 'f32' },
  Det: { f64: 'f32' },
  Erf: { f64: 'f32' },
  Gelu: { f64: 'f32' },
  GlobalAveragePool: { f64: 'f32' },
  GlobalLpPool: { f64: 'f32' },
  GlobalMaxPool: { f64: 'f32' },
  Hardmax: { f64: 'f32' },
  InstanceNormalization: { f64: 'f32' },
  LRN: { f64: 'f32' },
  LpPool: { f64: 'f32' },
  Max: { i16: 'i32', u16: 'i32' },
  MaxUnpool: { f64: 'f32' },
  Mean: { f64: 'f32' },
  MeanVarianceNormalization: { f64: 'f32' },
  Min: { i16: 'i32', u16: 'i32' },
  OneHot: { f64: 'f32' },
  PRelu: { u32: 'i64', u64: 'i64' },
  QuantizeLinear: { f64: 'f32' },
  RNN: { f64: 'f32' },
  Relu: { i16: 'i32' },
  Resize: { f64: 'f32' },
  RotaryEmbedding: { f64: 'f32' },
  Sinh: { f64: 'f32' },
  Tan: { f64: 'f32' },
  Where: { i8: 'i32', i16: 'i32', u16: 'i32', u32: 'i64', u64: 'i64', bool: 'u8' },
};

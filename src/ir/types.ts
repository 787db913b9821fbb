/** Element types, named as in ONNX text form. Sub-byte types hold one element per byte in memory. */
export const DTYPES = [
  'f32',
  'f16',
  'f64',
  'bf16',
  'i8',
  'i16',
  'i32',
  'i64',
  'u8',
  'u16',
  'u32',
  'u64',
  'bool',
  'i4',
  'u4',
  'i2',
  'u2',
  'string',
] as const;
export type DType = (typeof DTYPES)[number];

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

export type Shape = readonly number[];

/**
 * How stored integer codes stand for real numbers: real = scale[c] * (code - zeroPoint[c]),
 * c the index along `axis` (null: one scale and one zero point for the whole tensor).
 */
export interface Quant {
  readonly scheme: 'affine';
  readonly bits: number;
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number | null;
  /** Constants: how the codes lie in flash ('int4', 'ternary+huffman', see formats). It changes no code. Absent: one per element. */
  readonly format?: string;
}

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Set when the elements are codes; then dtype is the integer type that holds one code per element. */
  readonly quant: Quant | null;
}

/** A constant: C order, one element per array slot (f16 and bf16 as their bits, bool as 0/1). Never written after creation. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TypedArray;
}

/** A value's name, unique in its graph: the ONNX name, or one derived from it. May be hostile text: never print it into C. */
export type ValueName = string;

export type Attribute = number | string | readonly number[] | readonly string[] | Tensor;

export interface Node {
  /** ONNX operator name; `domain` is '' for ai.onnx, 'com.microsoft' for onnxruntime's own, 'ai.onnx.ml' for trees. */
  readonly op: string;
  readonly domain: string;
  /** For people: the ONNX node name, or its first output's name. */
  readonly name: string;
  /** ONNX order; null = optional input left out. */
  readonly inputs: readonly (ValueName | null)[];
  readonly outputs: readonly (ValueName | null)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Fused Relu or Clip: the result is clamped to these real numbers (infinite = open). */
  readonly clip: readonly [min: number, max: number] | null;
  /** How real numbers become codes where they lie halfway between two. Absent: up. */
  readonly rounding?: Rounding;
}

/**
 * A tie goes to the even one of two neighbours: of steps from the zero point, as QuantizeLinear does, or of codes, as
 * onnxruntime's QLinearAdd and QLinearMul do, which round after adding the zero point.
 */
export type Rounding = 'even-steps' | 'even-codes';

/**
 * What is computed: ONNX semantics of the newest opset, static shapes, nodes in topological order.
 * Immutable; change it through editGraph().
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueName[];
  readonly outputs: readonly ValueName[];
  readonly nodes: readonly Node[];
  /** Type of every value: inputs, constants and node outputs. */
  readonly types: ReadonlyMap<ValueName, TensorType>;
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  /** What calibration saw of each float value, when it has run. */
  readonly ranges?: ReadonlyMap<ValueName, Range>;
  /** Outputs that are as long as the data make them. */
  readonly sizes?: readonly OutputSize[];
  /** Groups of values that get one scale when they become codes, as the steps of an unrolled loop do. */
  readonly ties?: readonly (readonly ValueName[])[];
  /** Inputs that hold, in each run but the first, what an output gave in the run before; zeros in the first. */
  readonly states?: readonly State[];
  /** What the file of a quantized model says beside the graph. */
  readonly annotations?: Annotations;
  /** Values that took the place of others: they are what these were in the file, and not what their own names were there. */
  readonly origins?: ReadonlyMap<ValueName, ValueName>;
}

/**
 * A dimension of an output that is as long as the data make it: `count`, an output as well (int32, a scalar), says how long; in
 * the output's shape it is the most that fits.
 */
export interface OutputSize {
  readonly output: ValueName;
  readonly axis: number;
  readonly count: ValueName;
}

/** An input and an output of one type and shape. */
export interface State {
  readonly input: ValueName;
  readonly output: ValueName;
}

/** What a model with QuantizeLinear and DequantizeLinear has no words for. Names are those of integer values. */
export interface Annotations {
  /** Inputs and outputs that are quantized are to be codes. */
  readonly codesAtBorders: boolean;
  readonly codes: ReadonlyMap<ValueName, CodeNote>;
  /** Results of operators that compute in real numbers, though what they read and make may be quantized. */
  readonly real: ReadonlySet<ValueName>;
}

export interface CodeNote {
  /** How the codes of a constant lie in flash. */
  readonly format?: string;
  /** Of its codes, when these are fewer than the integers have. */
  readonly bits?: number;
  /** A constant that a series of computed values begins with, see firstsOf(). */
  readonly first?: true;
}

/** Real numbers that an activation takes, and the bits of the codes it was chosen for (default 8). */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly bits?: number;
}

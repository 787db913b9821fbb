import { roundHalfEven } from '../numerics/float16.ts';
import { invariant } from '../support/errors.ts';

/** real = scale * (code - zeroPoint); scale is a positive float32. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Inclusive range of codes. */
export interface CodeRange {
  readonly min: number;
  readonly max: number;
}

/** Ranges narrower than this stand for "always zero": their scale would not be a normal float32. */
const SMALLEST_RANGE = 2 ** -100;

/** Signed codes of `bits` bits; `narrow` leaves out the lowest one, so that the range is symmetric. */
export function codeRange(bits: number, narrow = false): CodeRange {
  return { min: -(2 ** (bits - 1)) + (narrow ? 1 : 0), max: 2 ** (bits - 1) - 1 };
}

/**
 * Scale and zero point that spread the codes over [min, max] (finite), first widened to contain 0, which is always
 * represented exactly. A value in the range is off by at most one step, and by half a step where no code saturates.
 * A range that is only zero gets scale 1 and the lowest code as zero point.
 */
export function affineOfRange(min: number, max: number, codes: CodeRange = codeRange(8)): Affine {
  invariant(Number.isFinite(min) && Number.isFinite(max) && min <= max, `[${min}, ${max}] is not a range`);
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  if (high - low < SMALLEST_RANGE) return { scale: 1, zeroPoint: codes.min };
  const scale = Math.fround((high - low) / (codes.max - codes.min));
  const zeroPoint = roundHalfEven(codes.min - low / scale);
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, codes.min), codes.max) };
}

/**
 * The codes of an activation: those of 16 bits are symmetric, as is usual for them (zero point 0, -2^15 not used), which
 * spares every kernel a subtraction; others as affineOfRange() spreads them.
 */
export function activationAffine(min: number, max: number, bits: number): Affine {
  if (bits !== 16) return affineOfRange(min, max, codeRange(bits));
  return { scale: symmetricScale(Math.max(-min, max, 0), codeRange(bits).max), zeroPoint: 0 };
}

/**
 * Scale of symmetric codes -maxCode .. maxCode (zero point 0) for magnitudes up to `maxAbs`, at least `minScale`.
 * A larger minScale keeps a bias representable: |bias| / (inputScale * scale) must stay below 2^31.
 */
export function symmetricScale(maxAbs: number, maxCode = 127, minScale = 0): number {
  invariant(Number.isFinite(maxAbs) && maxAbs >= 0, `${maxAbs} is not a magnitude`);
  const scale = Math.fround(Math.max(maxAbs / maxCode, minScale));
  return scale < SMALLEST_RANGE ? 1 : scale;
}

/** The real numbers the lowest and highest code stand for. */
export function realRange({ scale, zeroPoint }: Affine, codes: CodeRange = codeRange(8)): { min: number; max: number } {
  return { min: scale * (codes.min - zeroPoint), max: scale * (codes.max - zeroPoint) };
}

/**
 * The code of one finite real number: clamp(roundHalfEven(float32(x / scale)) + zeroPoint), as ONNX QuantizeLinear
 * computes it for float32 x.
 */
export function quantizeValue(x: number, { scale, zeroPoint }: Affine, codes: CodeRange = codeRange(8)): number {
  const code = roundHalfEven(Math.fround(x / scale)) + zeroPoint;
  return Math.min(Math.max(code, codes.min), codes.max);
}

/** Codes of a whole tensor, one per element: int8, or int16 where they have more than 8 bits. */
export function quantizeArray(
  data: Float32Array,
  affine: Affine,
  codes: CodeRange = codeRange(8),
): Int8Array | Int16Array {
  const result = codes.max > 127 ? new Int16Array(data.length) : new Int8Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = quantizeValue(data[i], affine, codes);
  return result;
}

/** The float32 numbers the codes stand for. */
export function dequantizeArray(codes: ArrayLike<number>, { scale, zeroPoint }: Affine): Float32Array {
  const result = new Float32Array(codes.length);
  for (let i = 0; i < result.length; i++) result[i] = scale * (codes[i] - zeroPoint);
  return result;
}

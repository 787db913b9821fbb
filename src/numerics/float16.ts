/** A binary format of 16 bits: sign, exponent, fraction, as IEEE 754 orders them. */
interface Format {
  readonly fractionBits: number;
  /** Exponent of the smallest normal number. */
  readonly minExponent: number;
  /** Bits of +infinity; larger ones are NaN. */
  readonly infinity: number;
}

const F16: Format = { fractionBits: 10, minExponent: -14, infinity: 0x7c00 };
const BF16: Format = { fractionBits: 7, minExponent: -126, infinity: 0x7f80 };

/** Bits of the nearest float16, ties to even; too large becomes infinite, NaN becomes 0x7e00. */
export function toFloat16Bits(x: number): number {
  return encode(x, F16);
}

export function fromFloat16Bits(bits: number): number {
  return decode(bits, F16);
}

/** Bits of the nearest bfloat16, ties to even; too large becomes infinite, NaN becomes 0x7fc0. */
export function toBfloat16Bits(x: number): number {
  return encode(x, BF16);
}

export function fromBfloat16Bits(bits: number): number {
  return decode(bits, BF16);
}

/** Nearest integer, ties to even. Exact for every double. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

function encode(x: number, { fractionBits, minExponent, infinity }: Format): number {
  if (Number.isNaN(x)) return infinity | (1 << (fractionBits - 1));
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  if (!Number.isFinite(x)) return sign | infinity;
  const exponent = Math.max(exponentOf(x), minExponent);
  // In units of the last place; includes the hidden bit, which adds 1 to the exponent field of normal numbers,
  // and so does a carry out of the fraction.
  const units = roundHalfEven(Math.abs(x) * 2 ** (fractionBits - exponent));
  const bits = (exponent - minExponent) * 2 ** fractionBits + units;
  return sign | Math.min(bits, infinity);
}

function decode(bits: number, { fractionBits, minExponent, infinity }: Format): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const magnitude = bits & 0x7fff;
  if (magnitude >= infinity) return magnitude === infinity ? sign * Infinity : Number.NaN;
  const field = magnitude >>> fractionBits;
  const fraction = magnitude & ((1 << fractionBits) - 1);
  const hidden = field === 0 ? 0 : 1 << fractionBits;
  return sign * (fraction + hidden) * 2 ** (Math.max(field, 1) - 1 + minExponent - fractionBits);
}

const scratch = new DataView(new ArrayBuffer(8));

/** floor(log2 |x|) of a normal double; -1023 for zero and subnormal ones. */
function exponentOf(x: number): number {
  scratch.setFloat64(0, x);
  return ((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

/** The definition in whole numbers: clamp(zeroPoint + ((acc * 2^leftShift * multiplier + 2^31) >> 32)). */
export function requantize(
  acc: number,
  multiplier: number,
  leftShift: number,
  zeroPoint: number,
  codes = { min: -128, max: 127 },
): number {
  const shifted = BigInt.asIntN(32, BigInt(acc) << BigInt(leftShift));
  const y = zeroPoint + Number((shifted * BigInt(multiplier) + 2n ** 31n) >> 32n);
  return Math.min(Math.max(y, codes.min), codes.max);
}

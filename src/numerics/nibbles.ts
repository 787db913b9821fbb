/** Signed codes of 4 bits, two to a byte: code 2i in the low half of byte i, 2i + 1 in the high half; a half left over is 0. */
export function packNibbles(codes: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(codes.length / 2));
  for (let i = 0; i < codes.length; i++) bytes[i >> 1] |= (codes[i] & 15) << (4 * (i & 1));
  return bytes;
}

/** The first `count` codes, -8 .. 7. */
export function unpackNibbles(bytes: Uint8Array, count: number): Int8Array {
  return Int8Array.from({ length: count }, (_, i) => (bytes[i >> 1] << (28 - 4 * (i & 1))) >> 28);
}

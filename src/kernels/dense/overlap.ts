/** Bytes below x at which y of a dense layer may start: row r is written while row r is still read. */
export function denseOverlap(rows: number, inBytes: number, outBytes: number): number {
  let distance = 0;
  for (let r = 0; r < rows; r++) {
    distance = Math.max(distance, Math.ceil((r + 1) * outBytes) - Math.floor(r * inBytes));
  }
  return distance;
}

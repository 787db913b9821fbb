import { type Codes, type RowOrder, storedBytes, type WeightFormat } from '../../formats/index.ts';

/** Codes that a kernel unpacks at a time, four rows or a part of them: words begin at a whole byte each time. */
const MOST_CODES = 1024;

/** Bytes that a format takes for the rows of a layer, tables included. The codes must not be refused. */
export function storedSize(format: WeightFormat, codes: Codes, depth: number, order?: RowOrder): number {
  const run = Math.ceil((4 * depth) / Math.ceil((4 * depth) / MOST_CODES));
  const runs = Array.from({ length: Math.ceil(codes.length / run) }, (_, i) => Math.min(run, codes.length - i * run));
  return storedBytes(format.encode(codes, runs, order), codes.BYTES_PER_ELEMENT);
}

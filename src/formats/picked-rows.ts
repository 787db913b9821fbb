import { type Codes, narrowed, type StoredWeights, type WeightFormat } from './format.ts';
import type { RowOrder } from './row-order.ts';

/** A table whose rows are read one by one, in any order. */
export interface PickedRows {
  readonly codes: Int8Array;
  readonly order: RowOrder;
  /** Null: the codes as they are. */
  readonly stored: StoredWeights | null;
  /** Row i begins at i * rowBytes. */
  readonly rowBytes: number;
}

/** Why nobody finds a row of this format by its number: what a decoder kept of the row before, or how long it was; null: it is found. */
export function pickingRefusal({ name, unpack, grid }: WeightFormat): string | null {
  if (unpack?.keeps) return `rows of ${name} are read one after the other, those of a table in any order`;
  return grid?.kind === 'widths'
    ? `rows of ${name} differ in length, those of a table are found by their number`
    : null;
}

/** Rows of `depth` codes, each a run that is encoded by itself. Or why the format cannot store them so. */
export function pickedRows(format: WeightFormat, given: Codes, depth: number): PickedRows | string {
  const codes = narrowed(given);
  if (codes instanceof Int16Array) return `rows of ${format.name} have codes of more than 8 bits`;
  const rows = codes.length / depth;
  const order = { rows, perGroup: 1, depth };
  const reason = pickingRefusal(format) ?? format.refuse(codes, order);
  if (reason !== null) return reason;
  if (format.unpack === null) return { codes, order, stored: null, rowBytes: depth };
  const stored = format.encode(codes, new Array<number>(rows).fill(depth), order);
  return { codes, order, stored, rowBytes: stored.bytes.length / rows };
}

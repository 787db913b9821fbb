import { type Codes, findFormat, pickedRows } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { must } from '../../support/errors.ts';
import { packedParams, type WeightParams } from './read-weights.ts';

/** Template parameters of rows that are picked from a table: of packed ones or of bytes. */
export type PickedRowParams = {
  readonly depth: number;
  /** Of a packed row. */
  readonly row_bytes: number;
  readonly packed: WeightParams['packed'];
  readonly table: string | null;
};

/** Adds the table of a layer's rows in their format, or says why that cannot store them. */
export function storePickedRows(
  codes: Codes,
  depth: number,
  { format: formatName, name }: { readonly format: string; readonly name: string },
  lower: LowerBuilder,
): PickedRowParams | string {
  const format = findFormat(formatName);
  const picked = pickedRows(format, codes, depth);
  if (typeof picked === 'string') return `its table cannot be stored as ${formatName}: ${picked}`;
  const { order, stored, rowBytes: row_bytes } = picked;
  const comment = `${formatName} rows [${order.rows}][${depth}] of ${name}`;
  if (!stored) {
    const table = lower.table('weights', 'i8', picked.codes, 'weights', comment);
    return { depth, row_bytes, packed: null, table };
  }
  const packed = packedParams(lower, stored, must(format.unpack, 'a decoder'), comment, { kind: 's8', order });
  return { depth, row_bytes, packed, table: null };
}

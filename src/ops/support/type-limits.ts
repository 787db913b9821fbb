import type { DType } from '../../ir/types.ts';
import { integerRange } from '../../numerics/dtype.ts';
import { integerLiteral } from './c-text.ts';
import { isReal, number } from './scalar.ts';

/** Nothing of this type is smaller: -INFINITY or the smallest integer, as C text. */
export function lowest(dtype: DType): string {
  if (isReal(dtype)) return number(dtype, Number.NEGATIVE_INFINITY);
  if (dtype === 'i64') return 'INT64_MIN';
  return integerLiteral(integerRange(dtype)?.min ?? 0, dtype);
}

/** Nothing of this type is larger. */
export function highest(dtype: DType): string {
  if (isReal(dtype)) return number(dtype, Number.POSITIVE_INFINITY);
  if (dtype === 'i64') return 'INT64_MAX';
  return dtype === 'u64' ? 'UINT64_MAX' : integerLiteral(integerRange(dtype)!.max, dtype);
}

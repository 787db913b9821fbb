import type { DType, TypedArray } from '../../ir/types.ts';
import { InvariantError } from '../../support/errors.ts';

const C_TYPES: Partial<Record<DType, string>> = {
  f32: 'float',
  f64: 'double',
  f16: 'uint16_t',
  bf16: 'uint16_t',
  i8: 'int8_t',
  i16: 'int16_t',
  i32: 'int32_t',
  i64: 'int64_t',
  u8: 'uint8_t',
  u16: 'uint16_t',
  u32: 'uint32_t',
  u64: 'uint64_t',
  bool: 'uint8_t',
  i4: 'int8_t',
  u4: 'uint8_t',
  i2: 'int8_t',
  u2: 'uint8_t',
};

/** The C type that holds one element. */
export function cType(dtype: DType): string {
  const ctype = C_TYPES[dtype];
  if (!ctype) throw new InvariantError(`no C type for ${dtype}`);
  return ctype;
}

/** Shortest literal that reads back as the same float; infinities and NaN as the macros of math.h. */
export function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return 'NAN';
  if (!Number.isFinite(value)) return value < 0 ? '-INFINITY' : 'INFINITY';
  const magnitude = Math.fround(Math.abs(value));
  const digits = (magnitude >= 1e-6 && magnitude < 10 && fewestPlaces(magnitude)) || withPoint(fewestDigits(magnitude));
  return `${value < 0 && magnitude > 0 ? '-' : ''}${digits}f`;
}

/** Powers of ten whose product with a float is exact: 24 bits of the float and 28 of 5^12 fit into the 53 of a number. */
const EXACT_POWERS = Array.from({ length: 13 }, (_, places) => 10 ** places);

/**
 * What most weights are, by arithmetic: below 10 fewest digits are fewest places. The product is exact and the quotient is
 * rounded once, as reading the decimal would be. null where 12 places are not enough.
 */
function fewestPlaces(magnitude: number): string | null {
  for (let places = 0; places < EXACT_POWERS.length; places++) {
    const power = EXACT_POWERS[places];
    const scaled = Math.round(magnitude * power);
    if (Math.fround(scaled / power) !== magnitude) continue;
    const whole = Math.floor(scaled / power);
    return `${whole}.${String(scaled - whole * power).padStart(places, '0')}`;
  }
  return null;
}

function fewestDigits(magnitude: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(magnitude.toPrecision(digits));
    if (Math.fround(decimal) === magnitude) return String(decimal);
  }
  return String(Number(magnitude.toPrecision(9))); // 9 digits tell any two floats apart
}

export function doubleLiteral(value: number): string {
  if (Number.isNaN(value)) return '(double)NAN';
  if (!Number.isFinite(value)) return value < 0 ? '-(double)INFINITY' : '(double)INFINITY';
  return Object.is(value, -0) ? '-0.0' : withPoint(String(value));
}

function withPoint(text: string): string {
  const shown = text === '0' ? '0.0' : text;
  return /[.e]/.test(shown) ? shown : `${shown}.0`;
}

/** An integer constant of exactly this C type's range: INT32_MIN and INT64_MIN cannot be written as one literal. */
export function integerLiteral(value: number | bigint, dtype: DType): string {
  const v = BigInt(value);
  if (dtype === 'i64') return v === -(2n ** 63n) ? 'INT64_MIN' : `INT64_C(${v})`;
  if (dtype === 'u64') return `UINT64_C(${v})`;
  if (dtype === 'u32') return `${v}u`;
  if (dtype === 'i32' && v === -(2n ** 31n)) return 'INT32_MIN';
  return `${v}`;
}

export function literal(value: number | bigint, dtype: DType): string {
  if (dtype === 'f32') return Object.is(value, -0) ? '-0.0f' : floatLiteral(Number(value));
  if (dtype === 'f64') return doubleLiteral(Number(value));
  return integerLiteral(value, dtype);
}

/** The body of an array initialiser: lines of at most 110 characters, indented by four spaces. */
export function arrayText(data: TypedArray, dtype: DType): string {
  const lines: string[] = [];
  let items: string[] = [];
  let width = 3;
  for (const value of data) {
    const item = literal(value, dtype);
    width += item.length + 2;
    if (width > 110) {
      lines.push(`    ${items.join(', ')},`);
      items = [];
      width = 3 + item.length + 2;
    }
    items.push(item);
  }
  if (items.length > 0) lines.push(`    ${items.join(', ')},`);
  return lines.join('\n');
}

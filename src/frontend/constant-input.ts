import { elementCount } from '../ir/shape.ts';
import { createData } from '../ir/tensor.ts';
import type { DType, Shape, Tensor } from '../ir/types.ts';
import { elementReader } from '../numerics/convert.ts';
import { integerRange } from '../numerics/dtype.ts';
import { toBfloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { UserError } from '../support/errors.ts';
import { show } from './bad-model.ts';
import type { RawValue } from './border/raw-model.ts';
import { dtypeOfCode, nameOfCode } from './data-types.ts';

/**
 * What stands in the place of an input: the value in its type and shape. A value of as many elements takes the shape that the
 * file declares; one open dimension follows from their number. Throws UserError BAD_ARGUMENT.
 */
export function constantFor(input: RawValue, given: Tensor): Tensor {
  const { name, type } = input;
  if (!type || typeof type === 'string') return refuse(name, `it is ${type ?? 'of no type'}, not a tensor`);
  const dtype = dtypeOfCode(type.code);
  if (!dtype || dtype === 'string') return refuse(name, `its element type ${nameOfCode(type.code)} is not supported`);
  const shape = type.shape === null ? given.shape : shapeFor(type.shape, given);
  if (!shape) {
    const declared = (type.shape ?? []).map((dimension) => dimension ?? '?').join(',');
    return refuse(name, `it has the shape [${declared}], the value [${given.shape}]`, formsOf(type.shape ?? []));
  }
  if (given.dtype === dtype) return { ...given, shape };
  return { dtype, shape, data: cast(given, dtype, name) };
}

/** Longer lists are for files. */
const LONGEST_LIST = 16;

/** How a value of this shape may be given. */
function formsOf(declared: readonly (number | string | null)[]): string {
  const open = declared.filter((dimension) => !isNumber(dimension)).length;
  const known = elementCount(declared.filter(isNumber));
  const file = 'an array of that shape, @file.npy';
  if (open > 1 || known > LONGEST_LIST) return `give ${file}`;
  if (open === 1)
    return `give a list of ${known > 1 ? `${known}, ${2 * known}, ... numbers` : 'numbers, 1,2,3'}, or ${file}`;
  return known === 1 ? `give one number, or ${file}` : `give a list of its ${known} numbers, or ${file}`;
}

function isNumber(dimension: number | string | null): dimension is number {
  return typeof dimension === 'number' && dimension >= 0;
}

function shapeFor(declared: readonly (number | string | null)[], given: Tensor): Shape | null {
  const fits = (dimension: number | string | null, i: number) => !isNumber(dimension) || dimension === given.shape[i];
  if (declared.length === given.shape.length && declared.every(fits)) return given.shape;
  // A scalar or a list says nothing of the shape but its number of elements.
  if (given.shape.length > 1) return null;
  const count = elementCount(given.shape);
  const known = elementCount(declared.filter(isNumber));
  const open = declared.filter((dimension) => !isNumber(dimension)).length;
  if (open > 1 || (open === 0 ? known !== count : known === 0 || count % known !== 0)) return null;
  return declared.map((dimension) => (isNumber(dimension) ? Number(dimension) : count / known));
}

/** Whole numbers stay exact; a number that the type does not have is refused, but for the rounding of floats. */
function cast(given: Tensor, dtype: DType, name: string): Tensor['data'] {
  const data = createData(dtype, given.data.length);
  const read = elementReader(given);
  for (let i = 0; i < data.length; i++) {
    const element = given.data[i];
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      const whole = typeof element === 'bigint' ? element : wholeNumber(read(i), dtype, name);
      if (BigInt[dtype === 'i64' ? 'asIntN' : 'asUintN'](64, whole) !== whole) refuseNumber(String(whole), dtype, name);
      data[i] = whole;
    } else {
      data[i] = asElement(read(i), dtype, name);
    }
  }
  return data;
}

function asElement(value: number, dtype: DType, name: string): number {
  if (dtype === 'f16') return toFloat16Bits(value);
  if (dtype === 'bf16') return toBfloat16Bits(value);
  const range = integerRange(dtype);
  if (range && !(Number.isInteger(value) && value >= range.min && value <= range.max)) {
    refuseNumber(String(value), dtype, name);
  }
  return value;
}

function wholeNumber(value: number, dtype: DType, name: string): bigint {
  return Number.isInteger(value) ? BigInt(value) : refuseNumber(String(value), dtype, name);
}

function refuseNumber(value: string, dtype: DType, name: string): never {
  return refuse(name, `${value} is no ${dtype}`);
}

function refuse(name: string, because: string, hint?: string): never {
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `the input ${show(name)} cannot be this constant`,
    because: [because],
    ...(hint && { hint }),
  });
}

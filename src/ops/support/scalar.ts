import { bitsOf } from '../../ir/tensor.ts';
import type { DType } from '../../ir/types.ts';
import { cType, literal } from './c-text.ts';

/** C expressions of scalar arithmetic. Operands are names (or bracketed expressions) of the C type of `dtype`. */

export function isReal(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f64';
}

/** ' || v != v' for real numbers: of two extremes NaN wins. */
export function orNaN(dtype: DType, v: string): string {
  return isReal(dtype) ? ` || ${v} != ${v}` : '';
}

/** The integer types ONNX computes with: not bool, not the sub-byte types. */
export function isInteger(dtype: DType): boolean {
  return /^[iu](8|16|32|64)$/.test(dtype);
}

export function isSigned(dtype: DType): boolean {
  return dtype.startsWith('i');
}

/** `name` of math.h for this float type: expf or exp. */
export function mathCall(dtype: DType, name: string, ...args: readonly string[]): string {
  return `${name}${dtype === 'f32' ? 'f' : ''}(${args.join(', ')})`;
}

/** A constant of this type. */
export function number(dtype: DType, value: number): string {
  return literal(value, dtype);
}

/** f32, s32, u64, ...: the element type as kernels name it; types below 32 bits are computed in 32. */
export function kernelSuffix(dtype: DType): string {
  if (isReal(dtype)) return dtype;
  return `${isSigned(dtype) ? 's' : 'u'}${bitsOf(dtype) === 64 ? 64 : 32}`;
}

/** a op b for + - * & | ^: integers modulo 2^bits, computed unsigned so that no signed overflow happens. */
export function arithmetic(dtype: DType, operator: string, a: string, b: string): string {
  const ctype = cType(dtype);
  if (isReal(dtype) || ctype === 'uint32_t' || ctype === 'uint64_t') return `${a} ${operator} ${b}`;
  const wide = bitsOf(dtype) === 64 ? 'uint64_t' : 'uint32_t';
  return `(${ctype})((${wide})${a} ${operator} (${wide})${b})`;
}

/** -a, modulo 2^bits. */
export function negated(dtype: DType, a: string): string {
  return isReal(dtype) ? `-${a}` : arithmetic(dtype, '-', '0', a);
}

/** Brings a value computed in a wider type back to the element type. */
export function narrowed(dtype: DType, expression: string): string {
  return isReal(dtype) || bitsOf(dtype) >= 32 ? expression : `(${cType(dtype)})${expression}`;
}

import type { ValueName } from '../../ir/types.ts';
import { wordParts } from '../../quant/half-even.ts';
import type { CodeRange } from '../../quant/quantized.ts';
import type { Requantization } from '../../quant/requantize.ts';
import type { OracleBuilder } from '../op-def.ts';

/** ONNX data type numbers for Cast. */
export const ONNX_F32 = 1;
export const ONNX_U8 = 2;
export const ONNX_I8 = 3;
export const ONNX_I32 = 6;
export const ONNX_I64 = 7;
export const ONNX_F64 = 11;

/** Codes of a value minus its zero point, as integer-valued floats (exact). */
export function centred(oracle: OracleBuilder, value: ValueName, zeroPoint: number, type = ONNX_F32): ValueName {
  const real = oracle.node('Cast', [value], { to: type });
  if (zeroPoint === 0) return real;
  const zero =
    type === ONNX_F32
      ? oracle.tensor('f32', [], [zeroPoint])
      : type === ONNX_F64
        ? oracle.tensor('f64', [], [zeroPoint])
        : oracle.tensor('i64', [], [BigInt(zeroPoint)]);
  return oracle.node('Sub', [real, zero]);
}

/**
 * clamp(zeroPoint + ((acc * 2^leftShift * M + 2^31) >> 32)) over int64 tensors. ONNX's Div truncates, so 2^62 is added
 * before and 2^30 taken off after it: |acc * 2^leftShift| < 2^31 and M < 2^31 keep the sum between 0 and 2^63.
 * @param shape of the multipliers, to broadcast against acc: [C, 1, 1] or []
 */
export function requantized(
  oracle: OracleBuilder,
  acc: ValueName,
  { multiplier, leftShift, tieParity }: Requantization,
  shape: readonly number[],
  zeroPoint: number,
  range: CodeRange,
): ValueName {
  if (tieParity !== undefined) {
    const step = halfEvenStep(
      oracle,
      acc,
      [...multiplier].map((word) => wordParts(word, leftShift)),
      shape,
      tieParity,
    );
    const code = oracle.node('Add', [step, oracle.tensor('i64', [], [BigInt(zeroPoint)])]);
    return clampedToInt8(oracle, code, range);
  }
  const factors = [...multiplier].map((m) => BigInt(m) << BigInt(leftShift));
  const product = oracle.node('Mul', [acc, oracle.tensor('i64', shape, factors)]);
  const raised = oracle.node('Add', [product, oracle.tensor('i64', [], [(1n << 62n) + (1n << 31n)])]);
  const quotient = oracle.node('Div', [raised, oracle.tensor('i64', [], [1n << 32n])]);
  const code = oracle.node('Add', [quotient, oracle.tensor('i64', [], [BigInt(zeroPoint) - (1n << 30n)])]);
  return clampedToInt8(oracle, code, range);
}

/** The step of half-even.ts over int64 tensors: |acc| < 2^31 keeps everything below 2^59. */
function halfEvenStep(
  oracle: OracleBuilder,
  acc: ValueName,
  parts: readonly { readonly mantissa: number; readonly shift: number }[],
  shape: readonly number[],
  parity: 0 | 1,
): ValueName {
  const list = (value: (part: (typeof parts)[number]) => bigint) => oracle.tensor('i64', shape, parts.map(value));
  const product = oracle.node('Mul', [acc, list(({ mantissa }) => BigInt(mantissa))]);
  const half = oracle.node('Add', [product, list(({ shift }) => 1n << BigInt(shift - 1))]);
  const error = oracle.node('Abs', [acc]);
  const sum = oracle.node('Add', [half, error]);
  const raised = oracle.node('Add', [sum, oracle.tensor('i64', [], [1n << 62n])]);
  const quotient = oracle.node('Div', [raised, list(({ shift }) => 1n << BigInt(shift))]);
  const up = oracle.node('Sub', [quotient, list(({ shift }) => 1n << BigInt(62 - shift))]);
  const whole = oracle.node('Mul', [up, list(({ shift }) => 1n << BigInt(shift))]);
  const rest = oracle.node('Sub', [sum, whole]);
  const twice = oracle.node('Add', [error, error]);
  const tie = oracle.node('Not', [oracle.node('Greater', [rest, twice])]);
  const shifted = oracle.node('Add', [up, oracle.tensor('i64', [], [BigInt(parity)])]);
  const odd = oracle.node('Mod', [shifted, oracle.tensor('i64', [], [2n])]);
  return oracle.node('Sub', [up, oracle.node('Mul', [odd, oracle.node('Cast', [tie], { to: ONNX_I64 })])]);
}

export function clampedToInt8(oracle: OracleBuilder, code: ValueName, range: CodeRange): ValueName {
  const bound = (value: number) => oracle.tensor('i64', [], [BigInt(value)]);
  return oracle.node('Cast', [oracle.node('Clip', [code, bound(range.min), bound(range.max)])], { to: ONNX_I8 });
}

/** floor(value / 2^shift) for int64 |value| < 2^62. */
export function shiftedRight(oracle: OracleBuilder, value: ValueName, shift: number): ValueName {
  const raised = oracle.node('Add', [value, oracle.tensor('i64', [], [1n << 62n])]);
  const quotient = oracle.node('Div', [raised, oracle.tensor('i64', [], [1n << BigInt(shift)])]);
  return oracle.node('Sub', [quotient, oracle.tensor('i64', [], [1n << BigInt(62 - shift)])]);
}

import type { Node, Quant, ValueName } from '../../ir/types.ts';
import type { CodeRange } from '../../quant/affine.ts';
import { fractionBits } from '../../quant/fine-bias.ts';
import { type ScaleParts, scaleParts } from '../../quant/imported-scales.ts';
import type { Requantization } from '../../quant/requantize.ts';
import type { OracleBuilder } from '../op-def.ts';

/** ONNX data type numbers for Cast. */
export const ONNX_F32 = 1;
export const ONNX_U8 = 2;
export const ONNX_U16 = 4;
export const ONNX_I16 = 5;
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

/** int64 sums and their bias, in its steps; `shape` to broadcast it. */
export function withBias(oracle: OracleBuilder, node: Node, acc: ValueName, shape: readonly number[]): ValueName {
  const bias = oracle.constant(node.inputs[2]);
  if (!bias) return acc;
  const bits = fractionBits(oracle.graph, node);
  const sums = bits === 0 ? acc : oracle.node('Mul', [acc, oracle.tensor('i64', [], [1n << BigInt(bits)])]);
  return oracle.node('Add', [sums, oracle.tensor('i64', shape, Array.from(bias.data as Int32Array, BigInt))]);
}

/**
 * clamp(zeroPoint + ((acc * 2^leftShift * M + 2^31) >> 32)) over int64 tensors. ONNX's Div truncates, so 2^62 is added
 * before and 2^30 taken off after it: |acc * 2^leftShift| < 2^31 and M < 2^31 keep the sum between 0 and 2^63.
 * @param shape of the multipliers, to broadcast against acc: [C, 1, 1] or []
 */
export function requantized(
  oracle: OracleBuilder,
  acc: ValueName,
  requantization: Requantization,
  shape: readonly number[],
  zeroPoint: number,
  range: CodeRange,
): ValueName {
  const { multiplier, leftShift, form, tieParity } = requantization;
  if (form === 'sum32' || form === 'sum64') {
    return asCodes(oracle, wideStep(oracle, acc, requantization, shape), zeroPoint, range);
  }
  if (form) {
    const parts = [...multiplier].map((m) => scaleParts(requantization, m));
    const step = nearestStep(oracle, acc, parts, shape, tieParity);
    return asCodes(oracle, step, zeroPoint, range);
  }
  const factors = [...multiplier].map((m) => BigInt(m) << BigInt(leftShift));
  const product = oracle.node('Mul', [acc, oracle.tensor('i64', shape, factors)]);
  const raised = oracle.node('Add', [product, oracle.tensor('i64', [], [(1n << 62n) + (1n << 31n)])]);
  const quotient = oracle.node('Div', [raised, oracle.tensor('i64', [], [1n << 32n])]);
  const code = oracle.node('Add', [quotient, oracle.tensor('i64', [], [BigInt(zeroPoint) - (1n << 30n)])]);
  return clampedCodes(oracle, code, range);
}

function asCodes(oracle: OracleBuilder, step: ValueName, zeroPoint: number, range: CodeRange): ValueName {
  return clampedCodes(oracle, oracle.node('Add', [step, oracle.tensor('i64', [], [BigInt(zeroPoint)])]), range);
}

/**
 * floor((acc * M + 2^(31 + r)) / 2^(32 + r)) as quant/wide-codes.ts has it, for any acc of an int64 below 2^62: the product in
 * two halves, acc = high * 2^32 + low. With r <= 0 sums beyond 32 bits are clamped first.
 */
function wideStep(
  oracle: OracleBuilder,
  acc: ValueName,
  { multiplier, leftShift }: Requantization,
  shape: readonly number[],
): ValueName {
  const number = (value: bigint) => oracle.tensor('i64', [], [value]);
  const factors = oracle.tensor('i64', shape, Array.from(multiplier, BigInt));
  if (leftShift <= 0) {
    const largest = 2n ** 31n - 1n;
    const product = oracle.node('Mul', [bounded(oracle, acc, -largest, largest), factors]);
    const half = oracle.node('Add', [product, number(1n << BigInt(31 + leftShift))]);
    return flooredHalves(oracle, half, 32 + leftShift).quotient;
  }
  const { quotient: high, rest: low } = flooredHalves(oracle, acc, 32);
  const lower = oracle.node('Div', [oracle.node('Mul', [low, factors]), number(1n << 32n)]);
  const upper = oracle.node('Add', [oracle.node('Mul', [high, factors]), lower]);
  const half = oracle.node('Add', [upper, number(1n << BigInt(leftShift - 1))]);
  return flooredHalves(oracle, half, leftShift).quotient;
}

/**
 * Sums of products with codes less their zero point: `sum` computes them in float32, exactly where the codes have 8 bits, and
 * casts them to int64. Those of 16 are summed by bytes.
 */
export function sumsOfCodes(
  oracle: OracleBuilder,
  value: ValueName,
  { bits, zeroPoint }: Quant,
  sum: (input: ValueName) => ValueName,
): ValueName {
  if (bits <= 8) return sum(centred(oracle, value, zeroPoint[0]));
  const { quotient, rest } = flooredHalves(oracle, centred(oracle, value, zeroPoint[0], ONNX_I64), 8);
  const [high, low] = [quotient, rest].map((bytes) => sum(oracle.node('Cast', [bytes], { to: ONNX_F32 })));
  return oracle.node('Add', [oracle.node('Mul', [high, oracle.tensor('i64', [], [256n])]), low]);
}

/** value = quotient * 2^shift + rest, 0 <= rest < 2^shift, over int64 tensors. */
export function flooredHalves(
  oracle: OracleBuilder,
  value: ValueName,
  shift: number,
): { quotient: ValueName; rest: ValueName } {
  const unit = oracle.tensor('i64', [], [1n << BigInt(shift)]);
  const rest = oracle.node('Mod', [value, unit]);
  return { quotient: oracle.node('Div', [oracle.node('Sub', [value, rest]), unit]), rest };
}

/** int64 within bounds. onnxruntime's Clip, Min and Max look at 32 bits of int64 (findings/int64-extremes.sh), Where at all. */
export function bounded(oracle: OracleBuilder, value: ValueName, min: bigint, max: bigint): ValueName {
  const bound = (number: bigint) => oracle.tensor('i64', [], [number]);
  if (!oracle.wide) return oracle.node('Clip', [value, bound(min), bound(max)]);
  return lesser(oracle, greater(oracle, value, bound(min)), bound(max));
}

export function greater(oracle: OracleBuilder, a: ValueName, b: ValueName): ValueName {
  return oracle.node('Where', [oracle.node('Greater', [a, b]), a, b]);
}

export function lesser(oracle: OracleBuilder, a: ValueName, b: ValueName): ValueName {
  return oracle.node('Where', [oracle.node('Less', [a, b]), a, b]);
}

/** The step that imported-scales.ts defines, over int64 tensors; without `parity` ties go up. */
function nearestStep(
  oracle: OracleBuilder,
  acc: ValueName,
  parts: readonly ScaleParts[],
  shape: readonly number[],
  parity: 0 | 1 | undefined,
): ValueName {
  const list = (value: (part: ScaleParts) => bigint) => oracle.tensor('i64', shape, parts.map(value));
  const product = oracle.node('Mul', [acc, list(({ mantissa }) => BigInt(mantissa))]);
  const half = oracle.node('Add', [product, list(({ shift }) => 1n << BigInt(shift - 1))]);
  const error = parts[0].snaps ? oracle.node('Abs', [acc]) : oracle.tensor('i64', [], [0n]);
  const sum = oracle.node('Add', [half, error]);
  const raised = oracle.node('Add', [sum, oracle.tensor('i64', [], [1n << 62n])]);
  const quotient = oracle.node('Div', [raised, list(({ shift }) => 1n << BigInt(shift))]);
  const up = oracle.node('Sub', [quotient, list(({ shift }) => 1n << BigInt(62 - shift))]);
  if (parity === undefined) return up;
  const whole = oracle.node('Mul', [up, list(({ shift }) => 1n << BigInt(shift))]);
  const rest = oracle.node('Sub', [sum, whole]);
  const tie = oracle.node('Not', [oracle.node('Greater', [rest, oracle.node('Add', [error, error])])]);
  const shifted = oracle.node('Add', [up, oracle.tensor('i64', [], [BigInt(parity)])]);
  const odd = oracle.node('Mod', [shifted, oracle.tensor('i64', [], [2n])]);
  return oracle.node('Sub', [up, oracle.node('Mul', [odd, oracle.node('Cast', [tie], { to: ONNX_I64 })])]);
}

/** int64 codes as the node's output holds them. */
export function clampedCodes(oracle: OracleBuilder, code: ValueName, range: CodeRange): ValueName {
  return oracle.node('Cast', [bounded(oracle, code, BigInt(range.min), BigInt(range.max))], { to: oracle.carrier });
}

/** floor(value / 2^shift) for int64 |value| < 2^62. */
export function shiftedRight(oracle: OracleBuilder, value: ValueName, shift: number): ValueName {
  const raised = oracle.node('Add', [value, oracle.tensor('i64', [], [1n << 62n])]);
  const quotient = oracle.node('Div', [raised, oracle.tensor('i64', [], [1n << BigInt(shift)])]);
  return oracle.node('Sub', [quotient, oracle.tensor('i64', [], [1n << BigInt(62 - shift)])]);
}

/** One less where nothing lies below the last bit and the code has not this parity. */
export function evenAtTies(
  oracle: OracleBuilder,
  sum: ValueName,
  code: ValueName,
  shift: number,
  parity: 0 | 1,
): ValueName {
  const whole = oracle.node('Mul', [code, oracle.tensor('i64', [], [1n << BigInt(shift)])]);
  const tie = oracle.node('Cast', [oracle.node('Equal', [whole, sum])], { to: ONNX_I64 });
  const shifted = oracle.node('Add', [code, oracle.tensor('i64', [], [BigInt(parity)])]);
  const odd = oracle.node('Mod', [shifted, oracle.tensor('i64', [], [2n])]);
  return oracle.node('Sub', [code, oracle.node('Mul', [odd, tie])]);
}

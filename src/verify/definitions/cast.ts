import type { TypedArray } from '../../ir/types.ts';
import { type Definition, numbers } from './definition.ts';

const [INT32, INT64] = [2 ** 31, 2 ** 63];

/**
 * Real numbers to integers, where they are beyond those: ONNX does not define it, and onnxruntime gives what the processor does. The
 * C takes the nearest of int32, or of the type itself where that has 32 bits and more; narrower ones keep its low bits. Negative ones
 * count modulo 2^32 or 2^64 in types without a sign.
 */
export const castBeyond: Definition = (node, inputs, { ofC, ofRuntime }) => {
  const [x, range] = [numbers(inputs, 0), rangeOf(ofC)];
  const few = Number(node.attributes.to ?? 0) > LAST_OF_BYTES || /^[iu][24]$/.test(inputs[1]?.dtype ?? '');
  if (!x || !range || few || !x.some((v) => !range.holds(v))) return null;
  const result = ofC.slice();
  for (const [i, v] of x.entries()) result[i] = range.holds(v) ? ofRuntime[i]! : range.nearest(v);
  return { result, beyond: (i) => !range.holds(x[i]!) };
};

/** Of ONNX's types the last before those of 4 bits. */
const LAST_OF_BYTES = 20;

interface Range {
  holds(x: number): boolean;
  nearest(x: number): number | bigint;
}

function rangeOf(y: TypedArray): Range | null {
  if (y instanceof Float32Array || y instanceof Float64Array) return null;
  const wide = y instanceof BigInt64Array || y instanceof BigUint64Array;
  const least = wide ? -INT64 : -INT32;
  const end = y instanceof BigUint64Array ? 2 * INT64 : wide ? INT64 : y instanceof Uint32Array ? 2 * INT32 : INT32;
  const unsigned = end > -least;
  const largest = wide ? BigInt(end) - 1n : end - 1;
  const smallest = wide ? BigInt(least) : least;
  return {
    holds: (x) => x > least - 1 && x < end,
    nearest: (x) => (x >= end ? largest : Number.isNaN(x) && unsigned ? (wide ? 0n : 0) : smallest),
  };
}

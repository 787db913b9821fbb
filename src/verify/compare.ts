import type { Port } from '../ir/program.ts';
import type { TypedArray } from '../ir/types.ts';

/** How one value of the generated C compares with onnxruntime's, over all samples so far. */
export interface Comparison {
  readonly layer: string;
  readonly value: string;
  /** Integers must be equal; floats close. */
  readonly exact: boolean;
  /** Elements that differ (exact), and the largest difference. */
  readonly different: number;
  readonly maxError: number;
  /** Largest magnitude of the reference: closeness is maxError / range. */
  readonly range: number;
}

export interface Comparer {
  /** Adds one sample: what the C computed and what onnxruntime computed, both in ONNX order. */
  add(actual: TypedArray, expected: TypedArray): void;
  result(): Comparison;
}

/** Never mixes the two judges: integers are compared for equality, floats for closeness. */
export function comparer(layer: string, port: Port): Comparer {
  const { dtype } = port.type;
  const exact = dtype !== 'f32' && dtype !== 'f64' && dtype !== 'f16' && dtype !== 'bf16';
  let different = 0;
  let maxError = 0;
  let range = 0;
  return {
    add(actual, expected) {
      for (let i = 0; i < expected.length; i++) {
        const [a, e] = [Number(actual[i]), Number(expected[i])];
        if (actual[i] === expected[i] || (Number.isNaN(a) && Number.isNaN(e))) {
          if (Number.isFinite(e)) range = Math.max(range, Math.abs(e));
          continue;
        }
        different++;
        maxError = Math.max(maxError, Number.isFinite(a - e) ? Math.abs(a - e) : Number.POSITIVE_INFINITY);
        range = Math.max(range, Math.abs(e));
      }
    },
    result: () => ({ layer, value: port.value, exact, different, maxError, range }),
  };
}

/** True when nothing differs (integers) or the error stays below `tolerance` times the range (floats). */
export function agrees(comparison: Comparison, tolerance: number): boolean {
  if (comparison.exact) return comparison.different === 0;
  return comparison.maxError <= tolerance * Math.max(comparison.range, Number.MIN_VALUE);
}

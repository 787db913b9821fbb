import type { Port } from '../ir/program.ts';
import { isFloat } from '../ir/tensor.ts';
import type { DType, TypedArray } from '../ir/types.ts';
import { fromBfloat16Bits, fromFloat16Bits } from '../numerics/float16.ts';

/**
 * How far a value may be from its reference.
 * equal  integers, and real numbers that are only moved, chosen or rounded: every element.
 * close  real numbers that are computed: see agrees().
 * codes  integers made of computed real numbers: as many codes as the tolerance of their source spans, at least one.
 */
export interface Rule {
  readonly kind: 'equal' | 'close' | 'codes';
  /** close: error of the reference itself that does not shrink with the values. */
  readonly floor: number;
  /** close: a sum or product of sums, whose terms may cancel until little more than their last bits is left. */
  readonly cancels: boolean;
}

/** How one value of the generated C compares with its reference, over all samples so far. */
export interface Comparison extends Difference {
  readonly layer: string;
  readonly value: string;
  readonly rule: Rule;
  /** Integers, or real numbers that must be equal all the same. */
  readonly exact: boolean;
  /** How far the reference itself moves when its inputs move in their last bit: 0 where that was not asked for. */
  readonly noise: number;
  /** What onnxruntime gave where it was off, and the operator's definition was the reference instead. */
  readonly off: Off | null;
}

/** Where onnxruntime does not compute what the operator is defined to: the element that it misses by the largest part of itself. */
export interface Off extends OffElement {
  /** How many have such elements. */
  readonly samples: number;
}

/** One number, as it is defined, and as the two computed it. */
export interface OffElement {
  /** Numbers leave their type on the way: none of the two is off. */
  readonly beyond: boolean;
  readonly defined: number;
  readonly ofRuntime: number;
  readonly ofC: number;
}

export interface Difference {
  /** Elements that differ at all. */
  readonly different: number;
  /** Infinity where one is NaN or infinite and the other is not; elements of 16 bits that are neighbours do not count. */
  readonly maxError: number;
  /** Largest finite magnitude of the reference. */
  readonly range: number;
}

const NO_DIFFERENCE: Difference = { different: 0, maxError: 0, range: 0 };

/** Compares two tensors of one type, element by element; NaN equals NaN, an infinity only itself. */
export function difference(actual: TypedArray, expected: TypedArray, dtype: DType): Difference {
  if (actual.length !== expected.length) return { different: Infinity, maxError: Infinity, range: 0 };
  const real = REAL[dtype];
  let [different, maxError, range] = [0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = real ? [real(Number(actual[i])), real(Number(expected[i]))] : [actual[i], expected[i]];
    const size = Math.abs(Number(e));
    if (Number.isFinite(size) && size > range) range = size;
    if (isSameNumber(a, e)) continue;
    different++;
    const error = distance(a, e);
    if (real && error < Infinity && Math.abs(Number(actual[i]) - Number(expected[i])) === 1) continue;
    maxError = Math.max(maxError, error);
  }
  return { different, maxError, range };
}

/** Elements that are stored as bits. */
const REAL: Readonly<Partial<Record<DType, (bits: number) => number>>> = {
  f16: fromFloat16Bits,
  bf16: fromBfloat16Bits,
};

/** The same number, or both none. */
export function isSameNumber(a: number | bigint, e: number | bigint): boolean {
  return a === e || (Number.isNaN(a) && Number.isNaN(e));
}

function distance(a: number | bigint, e: number | bigint): number {
  if (typeof a === 'bigint' && typeof e === 'bigint') return Number(a > e ? a - e : e - a);
  const error = Math.abs(Number(a) - Number(e));
  return Number.isFinite(error) ? error : Infinity;
}

function worse(a: Difference, b: Difference): Difference {
  return {
    different: a.different + b.different,
    maxError: Math.max(a.maxError, b.maxError),
    range: Math.max(a.range, b.range),
  };
}

/** A value and what its elements are. */
export type TypedValue = Pick<Port, 'value' | 'type'>;

/** Collects the differences of one value over samples. */
export interface Comparer {
  readonly port: TypedValue;
  readonly rule: Rule;
  /** Adds one sample: what the C computed and its reference, both in ONNX order. */
  add(actual: TypedArray, expected: TypedArray): Difference;
  /** The reference moved so far (with inputs that differ in their last bit). */
  addNoise(error: number): void;
  /** On a sample whose reference was the definition: what onnxruntime gave, `actual` and `expected` as in add(). */
  addOff(actual: TypedArray, expected: TypedArray, ofRuntime: TypedArray, beyond?: (index: number) => boolean): void;
  result(): Comparison;
}

export function comparer(layer: string, port: TypedValue, rule: Rule): Comparer {
  const { dtype } = port.type;
  let sum = NO_DIFFERENCE;
  let noise = 0;
  let off: Off | null = null;
  return {
    port,
    rule,
    add(actual, expected) {
      const one = difference(actual, expected, dtype);
      sum = worse(sum, one);
      return one;
    },
    addNoise(error) {
      noise = Math.max(noise, error);
    },
    addOff(actual, expected, ofRuntime, beyond = () => false) {
      let worst: OffElement | null = off;
      for (let i = 0; i < expected.length; i++) {
        const [defined, ofC] = [Number(expected[i]), Number(actual[i])];
        const one = { beyond: beyond(i), defined, ofRuntime: Number(ofRuntime[i]), ofC };
        if (!worst || isWorse(one, worst)) worst = one;
      }
      if (worst) off = { ...worst, samples: (off?.samples ?? 0) + 1 };
    },
    result: () => {
      const exact = rule.kind !== 'close' || !isFloat(dtype);
      return { layer, value: port.value, rule, exact, ...sum, noise, off };
    },
  };
}

/** What is wrong counts more than what has no one result. */
function isWorse(one: OffElement, other: OffElement): boolean {
  const [miss, before] = [missedBy(one), missedBy(other)];
  if (one.beyond !== other.beyond && miss > 0 && before > 0) return other.beyond;
  return miss > before;
}

/** Error of onnxruntime as a part of what is right. */
function missedBy({ defined, ofRuntime }: Pick<OffElement, 'defined' | 'ofRuntime'>): number {
  if (isSameNumber(defined, ofRuntime)) return 0;
  const error = distance(defined, ofRuntime);
  return error === Infinity ? error : error / Math.max(Math.abs(defined), Number.MIN_VALUE);
}

/** Below it float32 has ever fewer digits, and some processors and functions have none. */
export const SMALLEST_NORMAL = 2 ** -126;

/** Last bits of inputs may move a result four times as far as one draw of them did. */
const NOISE_FACTOR = 4;

type Judgeable = Pick<Comparison, 'rule'> & Difference & { readonly noise?: number };

/**
 * equal: nothing differs. close: the error is at most `tolerance` times the range, or the reference's own floor, or what
 * inputs that differ in their last bit make (a sum that cancels). codes: the tolerance in codes, rounded up.
 */
export function agrees(one: Judgeable, tolerance: number): boolean {
  if (one.rule.kind === 'equal') return one.different === 0;
  return one.maxError < Infinity && one.maxError <= allowedError(one, tolerance);
}

export function allowedError({ rule, range, noise = 0 }: Judgeable, tolerance: number): number {
  if (rule.kind === 'equal') return 0;
  if (rule.kind === 'codes') return Math.max(1, Math.ceil(tolerance * range));
  return Math.max(tolerance * range, rule.floor, NOISE_FACTOR * noise, SMALLEST_NORMAL);
}

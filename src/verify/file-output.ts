import type { Port } from '../ir/program.ts';
import { isFloat } from '../ir/tensor.ts';
import type { DType, Tensor, TypedArray } from '../ir/types.ts';
import { elementReader } from '../numerics/convert.ts';
import { powerRatioDb } from '../numerics/stats.ts';
import { isSameNumber, type Rule, SMALLEST_NORMAL } from './compare.ts';
import { areNeighbours } from './open-clips.ts';

/** What is asked of an output: to be close, to be the same codes, or only how good it is. */
export type Judgement = 'close' | 'codes' | 'quality';

/** One output of the model, the C beside the file, over all samples. */
export interface FileOutput {
  readonly value: string;
  readonly elements: number;
  /** Elements that differ; codes that differ where the C has codes. */
  readonly different: number;
  /** In codes when `inCodes`, else in real numbers. */
  readonly maxError: number;
  /** The judgement is about codes, and the C has them at this output. */
  readonly inCodes: boolean;
  /** Largest finite magnitude of the file's output. */
  readonly range: number;
  /** The largest error that agrees; null: none is asked for. */
  readonly allowed: number | null;
  /** Largest difference between onnxruntime's results at the levels 'disabled' and 'basic'; null: not measured. */
  readonly distance: number | null;
  /** Signal to quantization noise, dB; Infinity without noise. */
  readonly sqnrDb: number;
  /** It does not agree, but onnxruntime's run of the graph does, and so does each layer, step by step. */
  readonly steps: boolean;
  /** Codes differ at ties of float32, or behind such: layer by layer no other code does. */
  readonly ties: boolean;
  /** Layers before it on which onnxruntime is off, where it does not agree for their sake. */
  readonly off: readonly string[];
  readonly agrees: boolean;
}

export interface OutputMeter {
  /** How many elements differ. `actual`: of the C, codes where it has codes. `optimized`: onnxruntime at level 'basic'. */
  add(actual: TypedArray, expected: Tensor, optimized: Tensor | null): number;
  result(tolerance: number): FileOutput;
}

/** The C may be this many times as far from onnxruntime as onnxruntime is from itself. */
const DISTANCES = 4;
/** Steps of 16-bit floats of the largest magnitude: the file rounds each result to them, the C computes in float32. */
const HALF_STEPS = 8;
const STEP: Readonly<Partial<Record<DType, number>>> = { f16: 2 ** -11, bf16: 2 ** -8 };
/** Share of codes that may differ by one: those whose exact result lies within a float32 error of a tie. */
const NEAR_TIES = 0.05;
/** Share of the range that one code of the last codes is worth at most behind real numbers that are computed from them. */
const ONE_OF_CODES = 1 / 64;

export interface OutputTerms {
  /** What the graph makes of the value: close, or integers with or without real numbers before them. */
  readonly rule: Rule;
  readonly judgement: Judgement;
  /** Of the output in the file. */
  readonly fileDtype: DType | null;
  /** codes: the real number that a code stands for, where it is known. */
  readonly step: number | null;
  /** codes: float32 computes them exactly, so that none may differ. */
  readonly closed: boolean;
  /** An infinity may be the largest number of its sign (open-clips.ts). */
  readonly openClip: boolean;
}

export function outputMeter(port: Port, terms: OutputTerms): OutputMeter {
  const { rule, judgement, fileDtype, step, closed, openClip } = terms;
  const { dtype, quant } = port.type;
  const scale = quant?.scale[0] ?? 1;
  const zeroPoint = quant?.zeroPoint[0] ?? 0;
  const inCodes = judgement === 'codes' && step !== null;
  const sum = { elements: 0, different: 0, maxError: 0, range: 0, signal: 0, noise: 0 };
  let distance: number | null = null;
  // A difference of codes times the scale is rounded like the scale: to a whole number of codes again.
  const codes = (a: number, e: number) => Math.round((error(a, e) / (step ?? 1)) * 2 ** 10) / 2 ** 10;

  return {
    add(actual, expected, optimized) {
      const c = elementReader({ dtype, shape: expected.shape, data: actual });
      const file = elementReader(expected);
      const count = expected.data.length;
      const before = sum.different;
      // A file that is quantized may have codes at its outputs itself.
      const coded = quant !== null && isFloat(expected.dtype);
      if (actual.length !== count) {
        sum.different += Math.abs(actual.length - count);
        sum.maxError = Infinity;
      }
      for (let i = 0; i < Math.min(count, actual.length); i++) {
        const e = file(i);
        const a = coded ? Math.fround(scale * (c(i) - zeroPoint)) : c(i);
        sum.elements++;
        if (Number.isFinite(e)) sum.range = Math.max(sum.range, Math.abs(e));
        if (Number.isFinite(e - a)) {
          sum.signal += e * e;
          sum.noise += (e - a) ** 2;
        }
        if (openClip && areNeighbours(a, e)) continue;
        if (isSameNumber(a, e) && (coded || actual[i] === expected.data[i] || isFloat(dtype))) continue;
        sum.different++;
        sum.maxError = Math.max(sum.maxError, inCodes && isFloat(expected.dtype) ? codes(a, e) : error(a, e));
      }
      if (optimized) distance = Math.max(distance ?? 0, largestDistance(expected, optimized));
      return sum.different - before;
    },
    result(tolerance) {
      const { elements, different, maxError, range, signal, noise } = sum;
      const allowed = allowance();
      const few = !inCodes || different <= NEAR_TIES * elements;
      const agrees = allowed === null || different === 0 || (maxError <= allowed && maxError < Infinity && few);
      const sqnrDb = powerRatioDb(signal, noise);
      return {
        value: port.value,
        elements,
        different,
        maxError,
        inCodes,
        range,
        allowed,
        distance,
        sqnrDb,
        steps: false,
        ties: false,
        off: [],
        agrees,
      };

      function allowance(): number | null {
        if (judgement === 'quality') return null;
        if (inCodes) return closed ? 0 : 1;
        if (judgement === 'codes' && !closed) return Math.max(tolerance, ONE_OF_CODES) * range;
        const own = DISTANCES * (distance ?? 0);
        if (rule.kind === 'equal') return own;
        if (rule.kind === 'codes') return Math.max(1, Math.ceil(tolerance * range), own);
        const half = HALF_STEPS * ((fileDtype && STEP[fileDtype]) ?? 0) * range;
        return Math.max(tolerance * range, rule.floor, own, half, SMALLEST_NORMAL);
      }
    },
  };
}

/** Infinity where one is no finite number and the other is another. */
function error(a: number, e: number): number {
  const difference = Math.abs(a - e);
  return Number.isFinite(difference) ? difference : Infinity;
}

/** Between finite elements of two results. */
export function largestDistance(one: Tensor, other: Tensor): number {
  const [a, b] = [elementReader(one), elementReader(other)];
  let largest = 0;
  for (let i = 0; i < one.data.length; i++) {
    const difference = isSameNumber(a(i), b(i)) ? 0 : Math.abs(a(i) - b(i));
    if (Number.isFinite(difference)) largest = Math.max(largest, difference);
  }
  return largest;
}

/** Of finite elements. */
export function magnitude(tensor: Tensor): number {
  const read = elementReader(tensor);
  let largest = 0;
  for (let i = 0; i < tensor.data.length; i++) {
    const size = Math.abs(read(i));
    if (Number.isFinite(size) && size > largest) largest = size;
  }
  return largest;
}

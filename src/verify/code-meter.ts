import { producerOf, typeOf } from '../ir/graph.ts';
import { isFloat, tensorOf } from '../ir/tensor.ts';
import type { DType, Graph, Quant, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { elementReader } from '../numerics/convert.ts';
import { integerRange } from '../numerics/dtype.ts';
import { type CodeRange, codeRange, quantizeValue } from '../quant/affine.ts';
import type { ExactLayer } from './exact/index.ts';
import type { RealCodes } from './integer-file-layers.ts';

/** How the C holds a value that is codes, or just left them. */
export interface Coded {
  /** Of the C. */
  readonly dtype: DType;
  readonly quant: Quant;
}

/** Null for all other values, and where channels have scales of their own. */
export function codedAs(graph: Graph, value: ValueName): Coded | null {
  const { dtype, quant } = typeOf(graph, value);
  const producer = producerOf(graph, value);
  const source = producer?.op === 'DequantizeLinear' && isFloat(dtype) ? producer.inputs[0] : null;
  const codes = quant ?? (source == null ? null : typeOf(graph, source).quant);
  return codes?.scale.length === 1 ? { dtype, quant: codes } : null;
}

/** One value of a quantized file, the C beside it, over all samples. */
export interface CodeVerdict {
  readonly value: ValueName;
  readonly elements: number;
  /** Codes that differ by one, where the real result lies on a tie within the error of float32. */
  readonly atTies: number;
  /** Codes of onnxruntime that are not what the file's layer is defined to give, those of the C are. */
  readonly off: number;
  /** All other differences; the first of them. */
  readonly wrong: number;
  readonly first: Wrong | null;
}

export interface Wrong {
  readonly ofC: number;
  readonly ofFile: number;
  /** Of the real result from the tie between the two, and what float32 may be off by, in codes; null: nothing is rounded here. */
  readonly toTie: number | null;
  readonly error: number | null;
}

export interface CodeMeter {
  /** How many codes differ; `exact`, and `defined` of the file's own layer, are asked for where one does. */
  add(
    actual: TypedArray,
    file: Tensor,
    exact: () => Promise<ExactLayer | null>,
    defined?: () => RealCodes | null,
  ): Promise<number>;
  result(): CodeVerdict;
}

export function codeMeter(value: ValueName, coded: Coded): CodeMeter {
  const zeroPoint = coded.quant.zeroPoint[0];
  let [elements, atTies, off, wrong] = [0, 0, 0, 0];
  let first: Wrong | null = null;
  return {
    async add(actual, file, exact, defined) {
      const ofC = codesIn({ ...file, dtype: coded.dtype, data: actual }, coded);
      const ofFile = codesIn(file, coded);
      const different = Array.from({ length: file.data.length }, (_, i) => i).filter((i) => ofC(i) !== ofFile(i));
      const layer = different.length === 0 ? null : await exact();
      const wrongOnes = different.map(
        (i) => [i, differenceOf(ofC(i), ofFile(i), zeroPoint, layer?.(i) ?? null)] as const,
      );
      const ofLayer = wrongOnes.some(([, one]) => one !== null) ? defined?.() : null;
      const shift = offsetOf(file.dtype) - offsetOf(coded.dtype);
      elements += file.data.length;
      for (const [i, one] of wrongOnes) {
        if (one === null) atTies++;
        else if (ofLayer && isOff(one, ofLayer(i) - shift, integerRange(coded.dtype), layer?.(i)?.error ?? 0)) off++;
        else {
          wrong++;
          first ??= one;
        }
      }
      return different.length;
    },
    result: () => ({ value, elements, atTies, off, wrong, first }),
  };
}

/** Null: one code, at a tie, or as many as straight lines between points are off. */
function differenceOf(
  ofC: number,
  ofFile: number,
  zeroPoint: number,
  exact: ReturnType<ExactLayer> | null,
): Wrong | null {
  const tie = (ofC + ofFile) / 2 - zeroPoint;
  const toTie = exact && Math.abs(exact.steps - tie);
  const most = Math.max(1, Math.floor(exact?.lines ?? 0));
  if (exact && toTie !== null && Math.abs(ofC - ofFile) <= most && toTie <= exact.error) return null;
  return { ofC, ofFile, toTie, error: exact?.error ?? null };
}

/** Whether the real result is rounded to the code of the C, and not to that of the file, whatever float32 makes of it. */
function isOff({ ofC, ofFile }: Wrong, real: number, range: CodeRange | null, error: number): boolean {
  const inside = Math.min(Math.max(real, range?.min ?? -Infinity), range?.max ?? Infinity);
  return Math.abs(ofC - inside) <= 0.5 + error && Math.abs(ofFile - inside) > 0.5 + error;
}

/** Element `i` in codes of the C; numbers are rounded as QuantizeLinear does. */
function codesIn(tensor: Tensor, { dtype, quant }: Coded): (i: number) => number {
  const read = elementReader(tensor);
  if (isFloat(tensor.dtype)) {
    const affine = { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
    const range = rangeOf(dtype, quant);
    return (i) => quantizeValue(read(i), affine, range);
  }
  const shift = offsetOf(tensor.dtype) - offsetOf(dtype);
  return (i) => read(i) - shift;
}

function rangeOf(dtype: DType, { bits }: Quant): CodeRange {
  return (dtype.startsWith('u') && integerRange(dtype)) || codeRange(bits);
}

/** What unsigned codes are above the signed ones of the same numbers. */
export function offsetOf(dtype: DType): number {
  return dtype === 'u8' ? 128 : dtype === 'u16' ? 32768 : 0;
}

/** Codes of the C as the file holds the value. */
export function asInFile(
  codes: TypedArray,
  { dtype, quant }: Coded,
  { dtype: inFile, shape }: Pick<Tensor, 'dtype' | 'shape'>,
): Tensor {
  const [scale, zeroPoint] = [quant.scale[0], quant.zeroPoint[0]];
  if (inFile === 'f32')
    return { dtype: inFile, shape, data: Float32Array.from(codes as Int8Array, (code) => scale * (code - zeroPoint)) };
  const shift = offsetOf(inFile) - offsetOf(dtype);
  const data = Array.from(codes as Int8Array, (code) => code + shift);
  return tensorOf(inFile, shape, data);
}

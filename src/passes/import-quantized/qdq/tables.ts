import { constantOf, typeOf } from '../../../ir/graph.ts';
import { carrierOf, tensorOf } from '../../../ir/tensor.ts';
import type { Tensor, ValueName } from '../../../ir/types.ts';
import { codeRange } from '../../../quant/affine.ts';
import { affineOf } from '../../../quant/quantized.ts';
import { WIDE_POINTS, wideTable } from '../../../quant/wide-table.ts';
import type { CodeGraph, Codes } from './code-graph.ts';
import { dequantizeTensor, quantizeTensor } from './constant-codes.ts';
import { codeType, inTarget, type Target } from './scales.ts';

/** The real numbers that the codes stand for, in order; of codes of 16 bits one more. */
export function codePoints({ quant }: Target): Float32Array {
  const { min, max } = codeRange(quant.bits);
  const count = quant.bits > 8 ? WIDE_POINTS : max - min + 1;
  const all = Array.from({ length: count }, (_, i) => min + i);
  return dequantizeTensor(tensorOf('i32', [all.length], all), quant).data as Float32Array;
}

/**
 * The same real numbers in the codes of `target`: exactly QuantizeLinear(DequantizeLinear(codes)), as a table of
 * all codes; constants are computed; nothing happens when the codes are in the target already.
 * @param home the value of the user's graph that the result is, if any
 */
export function recoded(code: CodeGraph, held: Codes, target: Target, home?: ValueName): Codes {
  const { quant, range } = target;
  if (inTarget(held, target)) return held;
  const constant = constantOf(code.view, held.name);
  if (!constant && isWideCodes(held)) return rescaled(code, held, target, home);
  if (!constant) return lookUp(code, held, codePoints(held), target, { title: 'Rescale', ...(home && { home }) });
  const codes = quantizeTensor(dequantizeTensor(constant, held.quant), target);
  return { quant, range, name: code.constant(`${held.name}.recoded`, codes, quant) };
}

function isWideCodes({ quant }: Target): boolean {
  return carrierOf(quant) === 'i16';
}

/** Points with straight lines between them. */
function linesOf(values: Float32Array, { quant, range }: Target): Tensor {
  const { entries } = wideTable(values, affineOf(quant), range);
  return { dtype: 'i16', shape: [entries.length], data: entries };
}

/** Codes of 16 bits have no table of all of them: a sum of one term is exact, half up. */
function rescaled(code: CodeGraph, held: Codes, target: Target, home?: ValueName): Codes {
  const { quant, range } = target;
  const name = home ? code.nameFor(home) : code.fresh(`${held.name}.recoded`);
  const { min, max } = codeRange(quant.bits);
  const real = (bound: number, open: number, none: number) =>
    bound === open ? none : quant.scale[0] * (bound - quant.zeroPoint[0]);
  const clip = [real(range.min, min, -Infinity), real(range.max, max, Infinity)] as const;
  const narrowed = Number.isFinite(clip[0]) || Number.isFinite(clip[1]);
  const spec = { op: 'Sum', name: 'Rescale', inputs: [held.name], ...(narrowed && { clip }) };
  code.node(spec, name, codeType(typeOf(code.view, held.name).shape, quant));
  return { quant, range, name };
}

/** The function whose results for all codes are `values`, as a table: y = table[x + 2^(bits - 1)]. `title` is for people. */
export function lookUp(
  code: CodeGraph,
  held: Codes,
  values: Float32Array,
  target: Target,
  { title, home }: { readonly title: string; readonly home?: ValueName },
): Codes {
  const { quant, range } = target;
  const table: Tensor = isWideCodes(held)
    ? linesOf(values, target)
    : quantizeTensor({ dtype: 'f32', shape: [values.length], data: values }, target);
  const name = home ? code.nameFor(home) : code.fresh(`${held.name}.recoded`);
  const inputs = [held.name, code.constant(`${name}.table`, table)];
  code.node(
    { op: 'LookupTable', domain: 'nibblec', name: title, inputs },
    name,
    codeType(typeOf(code.view, held.name).shape, quant),
  );
  return { quant, range, name };
}

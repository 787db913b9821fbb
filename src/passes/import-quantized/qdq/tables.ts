import { constantOf, typeOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Tensor, ValueName } from '../../../ir/types.ts';
import { codeRange } from '../../../quant/affine.ts';
import type { CodeGraph, Codes } from './code-graph.ts';
import { dequantizeTensor, quantizeTensor } from './constant-codes.ts';
import { codeType, inTarget, type Target } from './scales.ts';

/** The real numbers that the codes stand for, in order. */
export function codePoints({ quant }: Target): Float32Array {
  const { min, max } = codeRange(quant.bits);
  const all = Array.from({ length: max - min + 1 }, (_, i) => min + i);
  return dequantizeTensor(tensorOf('i8', [all.length], all), quant).data as Float32Array;
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
  if (!constant) return lookUp(code, held, codePoints(held), target, { title: 'Rescale', ...(home && { home }) });
  const codes = quantizeTensor(dequantizeTensor(constant, held.quant), target);
  return { quant, range, name: code.constant(`${held.name}.recoded`, codes, quant) };
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
  const table: Tensor = quantizeTensor({ dtype: 'f32', shape: [values.length], data: values }, target);
  const name = home ? code.nameFor(home) : code.fresh(`${held.name}.recoded`);
  const inputs = [held.name, code.constant(`${name}.table`, table)];
  code.node(
    { op: 'LookupTable', domain: 'nibblec', name: title, inputs },
    name,
    codeType(typeOf(code.view, held.name).shape, quant),
  );
  return { quant, range, name };
}

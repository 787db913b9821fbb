import { STAND_INS } from '../../frontend/newest-kernels.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { own } from '../../support/own.ts';
import { type Definition, numbers, withBeyond } from './definition.ts';

/** Whether float64 is computed in float32 for the operator. */
export function hasStandIn(op: string): boolean {
  return own(STAND_INS, op)?.f64 !== undefined;
}

/** Whether onnxruntime computes the node in float32 for us, as it has no kernel for float64 (frontend/runnable-graph.ts). */
export function isInFloat32({ domain, op }: Node, inputs: readonly (Tensor | null)[]): boolean {
  return domain === '' && hasStandIn(op) && inputs.some((tensor) => tensor?.dtype === 'f64');
}

/** Steep or large somewhere: a number that was rounded to float32 may give another result there, or an infinity. */
const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  Acos: Math.acos,
  Acosh: Math.acosh,
  Asin: Math.asin,
  Asinh: Math.asinh,
  Atan: Math.atan,
  Atanh: Math.atanh,
  Cosh: Math.cosh,
  Sinh: Math.sinh,
  Tan: Math.tan,
};

/** Other operators are judged as far as float32 reaches. */
export const inFloat64: Definition = ({ op }, inputs, { ofC, ofRuntime }) => {
  const compute = own(FUNCTIONS, op);
  if (compute) return numbers(inputs, 0)?.map(compute) ?? null;
  const reached = Float64Array.from(ofRuntime as Float64Array);
  const all = inputs.every((tensor) => !tensor || numbers([tensor], 0)!.every(Number.isFinite));
  return withBeyond(
    reached,
    ofC,
    (i) => all && !Number.isFinite(reached[i]),
    (i) => Number(ofC[i]),
  );
};

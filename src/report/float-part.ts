import type { Compilation } from '../compile.ts';
import { floatInstructions, floatWork } from './float-price.ts';
import type { LayerReport } from './layer-reports.ts';

/** Layers of an int8 model that compute in float, and what that costs. */
export interface FloatPart {
  /** By index; conversions between codes and real numbers are counted, not listed. */
  readonly layers: readonly number[];
  readonly conversions: number;
  /** Of one inference, about: by the cost model, or by what a layer of its size does (float-price.ts). */
  readonly instructions: number;
  /** Of all libraries that are linked in; null: not measured. */
  readonly libraryBytes: number | null;
  /** False: every operation is a call of a library. */
  readonly fpu: boolean;
}

const CONVERSIONS: readonly string[] = ['QuantizeLinear', 'DequantizeLinear'];

/** `libraryBytes`: of all that are linked in. */
export function floatPart(
  { precision, program, target }: Compilation,
  layers: readonly LayerReport[],
  libraryBytes: number | null,
): FloatPart | null {
  if (precision !== 'int8') return null;
  const real = layers.filter(({ index }) =>
    program.calls[index]?.arguments.some(({ ctype }) => ctype === 'float' || ctype === 'double'),
  );
  const [conversions, computing] = [true, false].map((wanted) =>
    real.filter(({ op }) => CONVERSIONS.includes(op) === wanted),
  );
  if (computing!.length === 0) return null;
  const fpu = target.toolchain.name === 'host-gcc' || target.features.has('fpu');
  const prices = computing!.map((layer) => layer.estimate?.instructions ?? floatInstructions(floatWork(layer), fpu));
  return {
    layers: computing!.map(({ index }) => index),
    conversions: conversions!.length,
    instructions: prices.reduce((sum, count) => sum + count, 0),
    libraryBytes,
    fpu,
  };
}

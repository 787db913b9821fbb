import type { Builder } from '../../autodiff/builder.ts';
import type { CustomGradient } from '../../autodiff/custom-gradient.ts';
import type { Tensor, ValueName } from '../../ir/types.ts';
import type { QuantizedWeights } from './quantized-weights.ts';

/** Weights that depend on parameters: a value of the simulation, and the codes that it stands for. */
export interface TrainedWeights {
  /** Real weights, of the constant's shape. */
  readonly value: ValueName;
  readonly parameters: readonly WeightParameter[];
  /** Where rounding has a gradient of its own. */
  readonly custom: ReadonlyMap<ValueName, CustomGradient>;
  /** Whether scales of rows are trained beside them; false: the method has its own, or they must stay. */
  readonly freeScales: boolean;
  /** What the parameters stand for. */
  read(values: ReadonlyMap<ValueName, Tensor>): StoredCodes;
}

export interface WeightParameter {
  readonly name: ValueName;
  /** Factor on the learning rate: about the size of the parameter's elements. */
  readonly rate: number;
  /** Only a part of it may be trained. */
  readonly masked?: boolean;
}

export interface StoredCodes {
  readonly codes: Float32Array;
  /** One per row, as in the constant's type. */
  readonly scale: readonly number[];
  /** Null: as it was. */
  readonly format: string | null;
}

/** How weights are trained. */
export type WeightMethod = (build: Builder, weights: QuantizedWeights) => TrainedWeights;

/** Codes stay; only what stands beside them is trained. */
export const fixedCodes: WeightMethod = (build, weights) => ({
  value: build.mul(build.constant('codes', weights.shape, weights.codes), scaleConstant(build, weights)),
  parameters: [],
  custom: new Map(),
  freeScales: true,
  read: () => ({ codes: weights.codes, scale: weights.quant.scale, format: null }),
});

export function scaleConstant(build: Builder, { quant, scaleShape }: QuantizedWeights): ValueName {
  return build.constant('scale', scaleShape, quant.scale);
}

/** A factor for each row or layer, exp(parameter), which starts at 1; the size of a step does not depend on the factor's. */
export function factorOf(build: Builder, hint: string, shape: readonly number[]): FactorParameter {
  const count = shape.reduce((product, size) => product * size, 1);
  const name = build.constant(hint, shape, new Float32Array(count));
  return { parameter: { name, rate: 1 }, factor: build.unary('Exp', name) };
}

export interface FactorParameter {
  readonly parameter: WeightParameter;
  readonly factor: ValueName;
}

/** Root of the mean square, at least a little. */
export function sizeOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum / Math.max(values.length, 1)) || 1;
}

import { createAdaptiveRounder } from '../../quant/fewbit/adaptive.ts';
import { createRounder, type Rounder } from '../../quant/fewbit/compensate.ts';
import { correctMoments } from '../../quant/fewbit/correct-moments.ts';
import { type FitOptions, fitLayer } from '../../quant/fewbit/fit-layer.ts';
import { type Moments, outputLoss, type RoundingProblem, roundingProblem } from '../../quant/fewbit/moments.ts';
import {
  type CompensateOptions,
  type RoundedRows,
  roundAgain,
  roundCompensated,
  roundNearest,
} from '../../quant/fewbit/round-rows.ts';
import type { RowGrid } from '../../quant/grids/grid.ts';
import type { LayerChoice } from './choose-layers.ts';
import type { Encoding } from './encode-layer.ts';
import type { WeightLayer } from './weight-layer.ts';

export interface How extends FitOptions {
  /** Shares of the mean diagonal to try. */
  readonly damping: readonly number[];
  readonly skips: boolean;
}

/** Moments of every group, from the samples to fit to and from those to judge by. */
export interface SplitMoments {
  readonly fit: readonly Moments[];
  readonly held: readonly Moments[];
}

/**
 * The ways to encode a layer that are worth trying: rounded to the nearest level, and compensated. Unless the correction
 * is fixed: with the bias as it was and with the mean error taken out.
 */
export function encodings(layer: WeightLayer, choice: LayerChoice, moments: SplitMoments, options: How): Encoding[] {
  const { format, method, correction, fit } = choice;
  const how = { ...options, ...fit };
  const { weights, rows, bias, takesBias } = layer;
  const importance = importanceOf(layer, moments.fit);
  const nearest = roundNearest(weights, fitLayer(format, { weights, importance, rows }, how));
  const rounded = [...(method === 'nearest' ? [] : [compensated(layer, choice, moments, how)]), nearest];
  if (correction === 'none') return rounded.map((own) => ({ rows: own, bias, format }));
  if (correction === 'weights') return rounded.map((own) => ({ ...withMoments(layer, own, moments.fit), format }));
  return [
    ...rounded.map((own) => ({ rows: own, bias: correctedBias(layer, own, moments.fit), format })),
    ...(takesBias ? [{ rows: nearest, bias, format }] : []),
  ];
}

/** With the mean and deviation of the float weights; the mean by way of the bias, where there is one. */
function withMoments(layer: WeightLayer, rounded: RoundedRows, moments: readonly Moments[]) {
  const { weights, bias, depth, takesBias } = layer;
  const { rows, shifts } = correctMoments(weights, rounded);
  const inputs = bias.map((_, r) => moments[groupOf(layer, r * depth)].quantizedMean.reduce((a, b) => a + b, 0));
  return { rows, bias: takesBias ? bias.map((b, r) => b + shifts[r] * inputs[r]) : bias };
}

/**
 * Rounded adaptively as well where the method says so. With the damping that serves the held samples best; it matters
 * where inputs are many and samples few.
 */
function compensated(layer: WeightLayer, { format, method }: LayerChoice, { fit, held }: SplitMoments, how: How) {
  const round = (damping: number, factors: readonly number[] | null, again = false): RoundedRows => {
    const problems = roundingProblems(layer, fit, damping);
    const target = joined(problems.map((problem) => problem.target));
    const importance = target.map((_, i) => problems[groupOf(layer, i)].hessian[(i % layer.depth) * (layer.depth + 1)]);
    const grids = fitLayer(format, { weights: target, importance, rows: layer.rows }, how);
    const rows = roundProblems(layer, problems, grids, { factors });
    return again ? roundProblemsAgain(layer, problems, rows) : rows;
  };
  const losses = how.damping.map((damping) =>
    how.damping.length > 1 ? heldLoss(layer, round(damping, [1]), fit, held) : 0,
  );
  const damping = how.damping[losses.indexOf(Math.min(...losses))];
  const factors = how.scales === 'channel' ? null : how.scales === 'channel-pow2' ? [1, 0.5, 2] : [1];
  return round(damping, factors, method === 'adaptive');
}

/** One for each group. */
export function roundingProblems(
  layer: WeightLayer,
  moments: readonly Moments[],
  damping: number,
): (RoundingProblem & { readonly rounder: Rounder })[] {
  return perGroup(layer, layer.weights).map((weights, g) => {
    const problem = roundingProblem(weights, moments[g], { damping, centred: layer.takesBias });
    return { ...problem, rounder: createRounder(problem.hessian, layer.depth) };
  });
}

export function roundProblems(
  layer: WeightLayer,
  problems: ReturnType<typeof roundingProblems>,
  grids: readonly RowGrid[],
  options: CompensateOptions,
): RoundedRows {
  return joinedRows(
    problems.map((problem, g) => roundCompensated(problem, perGroup(layer, grids)[g], problem.rounder, options)),
  );
}

/** Adaptively, from what compensation made of them. */
function roundProblemsAgain(
  layer: WeightLayer,
  problems: ReturnType<typeof roundingProblems>,
  { codes, grids }: RoundedRows,
): RoundedRows {
  const parts = problems.map((problem, g) => {
    const rows = { codes: perGroup(layer, codes)[g], grids: perGroup(layer, grids)[g] };
    return roundAgain(problem, rows, createAdaptiveRounder(problem.hessian, layer.depth, problem.rounder));
  });
  return joinedRows(parts);
}

function joinedRows(parts: readonly RoundedRows[]): RoundedRows {
  return { codes: joined(parts.map(({ codes }) => codes)), grids: parts.flatMap(({ grids }) => grids) };
}

export function heldLoss(
  layer: WeightLayer,
  rows: RoundedRows,
  fit: readonly Moments[],
  held: readonly Moments[],
): number {
  const rounded = rows.codes.map((code, i) => code * rows.grids[Math.floor(i / layer.depth)].scale);
  const shift = correctedBias(layer, rows, fit).map((b, r) => layer.bias[r] - b);
  const parts = {
    weights: perGroup(layer, layer.weights),
    rounded: perGroup(layer, rounded),
    shift: perGroup(layer, shift),
  };
  return held.reduce((sum, own, g) => sum + outputLoss(parts.weights[g], parts.rounded[g], parts.shift[g], own), 0);
}

/** Equal parts of an array, one for each group. */
export function perGroup<T extends Float64Array | readonly unknown[]>({ groups }: WeightLayer, all: T): T[] {
  const size = all.length / groups;
  return Array.from({ length: groups }, (_, g) => all.slice(g * size, (g + 1) * size) as T);
}

/** The group of weight i. */
function groupOf({ rows, depth, groups }: WeightLayer, i: number): number {
  return Math.floor((Math.floor(i / depth) * groups) / rows);
}

export function joined(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Mean square of the input that every weight meets. */
export function importanceOf(layer: WeightLayer, moments: readonly Moments[]): Float64Array {
  return layer.weights.map((_, i) => moments[groupOf(layer, i)].quantized[(i % layer.depth) * (layer.depth + 1)]);
}

/** b + W E x + E d - Q E x^: the mean of the wanted outputs. */
export function correctedBias(
  layer: WeightLayer,
  { codes, grids }: RoundedRows,
  moments: readonly Moments[],
): Float64Array {
  const { weights, bias, rows, depth, groups, takesBias } = layer;
  if (!takesBias) return bias;
  return bias.map((b, r) => {
    const { floatMean, quantizedMean, shortfallMean } = moments[groupOf(layer, r * depth)];
    let sum = b + shortfallMean[r % (rows / groups)];
    for (let i = 0; i < depth; i++) {
      sum += weights[r * depth + i] * floatMean[i] - grids[r].scale * codes[r * depth + i] * quantizedMean[i];
    }
    return sum;
  });
}

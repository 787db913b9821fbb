import type { Dataset } from '../data/dataset.ts';
import { typeOf } from '../ir/graph.ts';
import { isFloat, numbersOf } from '../ir/tensor.ts';
import type { Graph, TensorType } from '../ir/types.ts';
import type { MetricName } from '../metrics/index.ts';
import { integerRange } from '../numerics/dtype.ts';
import { must } from '../support/errors.ts';

/** Samples that are looked at, spread over the set. */
const LOOKED_AT = 64;

/** Float models see numbers near 1; a raw byte or sensor count is far beyond, and whole. */
const LARGE = 100;
const RAW = 2;

/** Share of the values that may lie beyond the range of the calibration samples. */
const FEW = 0.01;

/** Fewer tell nothing about guessing. */
const ENOUGH = 16;

/** What part of the way from guessing to always right a score must have gone. */
const LEARNT = 0.15;

/**
 * What is probably wrong with data of a model, a sentence each: an all-zero input, raw integers where the model saw scaled ones,
 * and values beyond those that it was calibrated on.
 */
export function dataWarnings(
  { floatGraph, graph }: { readonly floatGraph: Graph; readonly graph: Graph },
  dataset: Dataset,
): string[] {
  const states = new Set(floatGraph.states?.map(({ input }) => input));
  return floatGraph.inputs.flatMap((input) => {
    // Runs hand it on to one another; no data have it.
    if (states.has(input)) return [];
    if (!isFloat(typeOf(floatGraph, input).dtype)) return [];
    const seen = look(dataset, input, rangeOf(graph.types.get(input)));
    const at = `input '${input}' of ${dataset.name}`;
    if (seen.largest === 0) return [`${at} is all zeros`];
    const raw = seen.largest > LARGE || (seen.whole && seen.largest > RAW);
    const beyond = seen.beyond > FEW * seen.count;
    const kind = seen.whole ? 'whole numbers' : 'numbers';
    return [
      ...(raw
        ? [
            `${at} holds ${kind} up to ${short(seen.largest)}: where the model saw scaled ones, a JSON data set has "scale" and "offset"`,
          ]
        : []),
      ...(beyond
        ? [`${percent(seen.beyond / seen.count)} of ${at} lie beyond what the calibration samples had, and are cut off`]
        : []),
    ];
  });
}

/** Null, or that the float model itself does no better than guessing: neither quantization nor C is to blame. */
export function chanceWarning(
  {
    metric,
    floatScore,
    samples,
  }: { readonly metric: MetricName; readonly floatScore: number; readonly samples: number },
  classes: number,
): string | null {
  if (metric !== 'top1' || classes < 2 || samples < ENOUGH) return null;
  const chance = 1 / classes;
  if (floatScore - chance >= LEARNT * (1 - chance)) return null;
  return `float32 has ${percent(floatScore)}, and guessing among ${classes} classes ${percent(chance)}: are samples scaled as in training, and labels those of this model?`;
}

/** The real numbers that codes of a quantized input stand for, with half a step around them. */
function rangeOf(type: TensorType | undefined): readonly [number, number] {
  const codes = type?.quant ? integerRange(type.dtype) : null;
  if (!type?.quant || !codes) return [-Infinity, Infinity];
  const { scale, zeroPoint } = type.quant;
  return [scale[0] * (codes.min - 0.5 - zeroPoint[0]), scale[0] * (codes.max + 0.5 - zeroPoint[0])];
}

function look(dataset: Dataset, input: string, [low, high]: readonly [number, number]) {
  const samples = Math.min(LOOKED_AT, dataset.count);
  let [largest, whole, beyond, count] = [0, true, 0, 0];
  for (let i = 0; i < samples; i++) {
    const sample = dataset.sample(Math.floor((i * dataset.count) / samples));
    for (const value of numbersOf(must(sample.get(input), input))) {
      largest = Math.max(largest, Math.abs(value));
      whole &&= Number.isInteger(value);
      if (value < low || value > high) beyond++;
      count++;
    }
  }
  return { largest, whole, beyond, count };
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

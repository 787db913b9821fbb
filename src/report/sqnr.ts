import type { Dataset } from '../data/dataset.ts';
import type { Graph, TensorType, ValueName } from '../ir/types.ts';
import { integerRange } from '../numerics/dtype.ts';
import { dequantizeArray } from '../quant/affine.ts';
import { type Diagnosis, diagnose } from '../quant/diagnose.ts';
import { createQualityMeter, type LayerQuality, type QualityMeter } from '../quant/report-sqnr.ts';
import { must, UserError } from '../support/errors.ts';
import { type Pair, runBoth } from './run-both.ts';

/** How well each layer of the quantized model follows the float model. */
export interface SqnrReport {
  readonly samples: number;
  /** In execution order; `value`: the graph value that was compared. */
  readonly layers: readonly (LayerQuality & { readonly value: ValueName })[];
  /** The first layer that loses accuracy; null: all are good. */
  readonly diagnosis: Diagnosis | null;
}

export interface SqnrOptions {
  /** Default 32. */
  readonly samples?: number;
  progress?(done: number, total: number): void;
}

/**
 * Runs the float graph and the oracle in onnxruntime on samples spread over the data set and compares every value that
 * both have. Throws UserError BAD_ARGUMENT for a model in float32, RUNTIME.
 */
export async function measureSqnr(model: Pair, dataset: Dataset, options: SqnrOptions = {}): Promise<SqnrReport> {
  const { floatGraph, graph, oracle } = model;
  const values = sharedValues(floatGraph, graph, oracle);
  if (values.length === 0) {
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: 'no value of this model is quantized, so there is no noise to measure',
      hint: 'give calibration data with --calibrate',
    });
  }
  const names = values.map(({ value }) => value);
  const count = Math.min(options.samples ?? 32, dataset.count);
  await runBoth(model, dataset, { ...options, samples: count, outputs: names }, (_, expected, actual) => {
    for (const { value, type, meter } of values) {
      meter.add(numbers(must(expected.get(value), value).data), real(must(actual.get(value), value).data, type));
    }
  });
  const layers = values.map(({ value, meter }) => ({ ...meter.quality(), value }));
  return { samples: count, layers, diagnosis: diagnose(layers) };
}

interface SharedValue {
  readonly value: ValueName;
  readonly type: TensorType;
  readonly meter: QualityMeter;
}

/** Float values, all of whose noise comes from before, have no codes that could saturate. */
const UNBOUNDED = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

/** Results of nodes that stand for real numbers in both graphs; values keep their names. */
function sharedValues(floatGraph: Graph, graph: Graph, oracle: Graph): SharedValue[] {
  if (![...graph.types.values()].some(({ quant }) => quant)) return [];
  const computed = new Set(floatGraph.nodes.flatMap((node) => node.outputs));
  return graph.nodes.flatMap((node) =>
    node.outputs.flatMap((value) => {
      const type = value === null ? undefined : graph.types.get(value);
      if (value === null || !type || !computed.has(value) || !oracle.types.has(value)) return [];
      if (floatGraph.types.get(value)?.dtype !== 'f32' || (!type.quant && type.dtype !== 'f32')) return [];
      const affine = { scale: type.quant?.scale[0] ?? 1, zeroPoint: type.quant?.zeroPoint[0] ?? 0 };
      const codes = (type.quant && integerRange(type.dtype)) ?? UNBOUNDED;
      return [{ value, type, meter: createQualityMeter(node.name, type.shape, affine, codes) }];
    }),
  );
}

function real(data: ArrayLike<number | bigint>, { quant }: TensorType): ArrayLike<number> {
  const codes = numbers(data);
  return quant ? dequantizeArray(codes, { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] }) : codes;
}

function numbers(data: ArrayLike<number | bigint>): ArrayLike<number> {
  return Float64Array.from(data, Number);
}

import { createHash } from 'node:crypto';
import type { Compilation } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import { typeOf } from '../ir/graph.ts';
import { bytesOf } from '../ir/tensor.ts';
import type { Graph, Tensor } from '../ir/types.ts';
import type { MetricName } from '../metrics/index.ts';
import { openMeter, truthOf } from '../metrics/truth.ts';
import { powerRatioDb } from '../numerics/stats.ts';
import { realNumbers } from '../quant/real-numbers.ts';
import type { Report } from '../report/report.ts';
import { runBoth } from '../report/run-both.ts';
import { must } from '../support/errors.ts';

/** What the C answers on a data set, short enough for a lock file. */
export interface OutputFigures {
  readonly samples: number;
  /** SHA-256 of all output codes; null: some are computed in float, where processors differ in the last digit. */
  readonly integers: string | null;
  /** Instead: some of the real numbers of each output, in ONNX order. */
  readonly floats: Readonly<Record<string, FloatOutput>> | null;
  /** Against the labels of the data; null without any. */
  readonly score: OutputScore | null;
  /** Of the worst output, against float32; null: no noise, or no float model to compare with. */
  readonly sqnrDb: number | null;
}

export interface FloatOutput {
  /** Largest magnitude. */
  readonly range: number;
  /** By how much a value may differ: a part of the range, and two steps where it is a code. */
  readonly tolerance: number;
  readonly values: readonly number[];
}

export interface OutputScore {
  readonly metric: MetricName;
  /** A share 0 .. 1, or an error. */
  readonly value: number;
  /** Of the float model; null where the file came quantized. */
  readonly float32: number | null;
}

/** So many numbers of a float output are kept. */
const KEPT = 64;

/** Of the range: ten times what each layer may be off. */
const CLOSE = 1e-4;

/**
 * Runs what the C computes over the data set, in onnxruntime, beside the float model.
 * @param floatGraph null: the file came quantized
 * @throws UserError BAD_DATA for labels that do not fit, RUNTIME.
 */
export async function judgeOutputs(
  { graph, oracle }: Compilation,
  floatGraph: Graph | null,
  report: Report,
  dataset: Dataset,
  progress: (done: number, total: number) => void,
): Promise<OutputFigures> {
  const truth = truthOf(dataset);
  const { shape } = typeOf(graph, graph.outputs[0]);
  const [ofFloat, ofC] = truth ? [0, 1].map(() => openMeter(truth, shape, dataset.name)) : [];
  const outputs = graph.outputs.map((name) => openOutput(name, graph, dataset.count));
  const hash = createHash('sha256');
  await runBoth({ floatGraph: floatGraph ?? oracle, graph, oracle }, dataset, { progress }, (index, float, actual) => {
    const labels = truth?.sample(index);
    for (const [o, output] of outputs.entries()) {
      const tensor = must(actual.get(output.name), output.name);
      hash.update(bytesOf(tensor));
      const expected = floatGraph && realNumbers(must(float.get(output.name), output.name), { quant: null });
      const real = output.add(tensor, expected);
      if (o > 0 || !labels) continue;
      ofC?.add(real, labels);
      if (expected) ofFloat?.add(expected, labels);
    }
  });
  const exact = isExact(graph, report);
  const noisy = outputs.map((output) => output.sqnrDb()).filter((db) => db !== null);
  const float32 = floatGraph && ofFloat ? ofFloat.value() : null;
  return {
    samples: dataset.count,
    integers: exact ? hash.digest('hex') : null,
    floats: exact ? null : Object.fromEntries(outputs.map((output) => [output.name, output.kept()])),
    score: truth && ofC ? { metric: truth.metric, value: ofC.value(), float32 } : null,
    sqnrDb: noisy.length === 0 ? null : Math.min(...noisy),
  };
}

/** The same on every processor: codes, behind integers alone. */
function isExact(graph: Graph, { precision, inFloat }: Report): boolean {
  const codes = graph.outputs.every((output) => typeOf(graph, output).dtype !== 'f32');
  return precision === 'int8' && inFloat === null && codes;
}

/** Adds up one output sample by sample. */
function openOutput(name: string, graph: Graph, count: number) {
  const type = typeOf(graph, name);
  const each = Math.max(1, Math.floor(KEPT / count));
  const values: number[] = [];
  let [range, signal, noise] = [0, 0, 0];
  return {
    name,
    /** Returns what the elements stand for. */
    add(tensor: Tensor, expected: ArrayLike<number> | null): ArrayLike<number> {
      const real = realNumbers(tensor, type);
      for (let i = 0; i < real.length; i++) {
        range = Math.max(range, Math.abs(real[i]));
        if (!expected) continue;
        signal += expected[i] ** 2;
        noise += (expected[i] - real[i]) ** 2;
      }
      for (let i = 0; i < each && values.length < KEPT; i++) {
        const value = real[Math.floor((i * real.length) / each)];
        if (value !== undefined) values.push(Number(value.toPrecision(7)));
      }
      return real;
    },
    sqnrDb: () => (noise === 0 ? null : Number(powerRatioDb(signal, noise).toFixed(2))),
    kept: (): FloatOutput => ({
      range: Number(range.toPrecision(7)),
      tolerance: Math.max(CLOSE * range, 2 * (type.quant?.scale[0] ?? 0)),
      values,
    }),
  };
}

import type { Dataset } from '../data/dataset.ts';
import type { Graph, Tensor } from '../ir/types.ts';
import { withGraph } from '../runtime/graph-session.ts';
import { must, UserError } from '../support/errors.ts';
import { asModelInput } from '../verify/samples.ts';

/** How often a model is right on labelled samples, before and after quantization. */
export interface Accuracy {
  /** Labels that were compared: one per row of each sample's batch. */
  readonly samples: number;
  /** Share of rows whose largest output is the label's, 0 .. 1. */
  readonly floatTop1: number;
  readonly top1: number;
  /** Share of rows in which both models have the same largest output. */
  readonly agreement: number;
  /** [label][largest output of the quantized model]: how many rows. */
  readonly confusion: readonly (readonly number[])[];
}

export interface AccuracyOptions {
  progress?(done: number, total: number): void;
}

/**
 * Runs the float graph and the oracle (the same integers as the C) over all labelled samples in onnxruntime. Judged is
 * the first output, [batch, classes].
 * @throws UserError BAD_DATA for labels that are no class of the output, RUNTIME.
 */
export async function measureAccuracy(
  model: { readonly floatGraph: Graph; readonly graph: Graph; readonly oracle: Graph },
  dataset: Dataset & { readonly labels: Int32Array },
  options: AccuracyOptions = {},
): Promise<Accuracy> {
  const { floatGraph, graph, oracle } = model;
  const { labels, count } = dataset;
  const rows = labels.length / count;
  const judged: Judged[] = [];
  let classes = 0;
  await withGraph(floatGraph, {}, (float) =>
    withGraph(oracle, {}, async (quantized) => {
      for (let i = 0; i < count; i++) {
        const sample = dataset.sample(i);
        const codes = graph.inputs.map((input) => {
          const type = must(graph.types.get(input), input);
          return [input, asModelInput(must(sample.get(input), input), type)] as const;
        });
        const expected = firstOutput(await float.run(sample), floatGraph);
        const actual = firstOutput(await quantized.run(new Map(codes)), oracle);
        classes = expected.data.length / rows;
        for (let row = 0; row < rows; row++) {
          judged.push({
            label: labels[i * rows + row],
            float: largest(expected, row, classes),
            quantized: largest(actual, row, classes),
          });
        }
        options.progress?.(i + 1, count);
      }
    }),
  );
  return summary(judged, classes, dataset.name);
}

interface Judged {
  readonly label: number;
  readonly float: number;
  readonly quantized: number;
}

function summary(judged: readonly Judged[], classes: number, name: string): Accuracy {
  const stranger = judged.find(({ label }) => label < 0 || label >= classes);
  if (stranger) {
    throw new UserError({
      code: 'BAD_DATA',
      message: `the label ${stranger.label} is no class of a model with ${classes} outputs`,
      where: name,
      hint: 'labels are numbers of outputs, from 0 on',
    });
  }
  const share = (right: (row: Judged) => boolean) => judged.filter(right).length / judged.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { label, quantized } of judged) confusion[label][quantized]++;
  return {
    samples: judged.length,
    floatTop1: share(({ label, float }) => float === label),
    top1: share(({ label, quantized }) => quantized === label),
    agreement: share(({ float, quantized }) => float === quantized),
    confusion,
  };
}

function firstOutput(outputs: ReadonlyMap<string, Tensor>, { outputs: [name] }: Graph): Tensor {
  return must(outputs.get(name), name);
}

/** The first of the largest outputs of a row. */
function largest({ data }: Tensor, row: number, classes: number): number {
  let best = 0;
  for (let i = 1; i < classes; i++) if (data[row * classes + i] > data[row * classes + best]) best = i;
  return best;
}

import type { Json } from '../../src/ir/program.ts';
import type { Step } from '../../src/passes/pass.ts';
import { must } from '../../src/support/errors.ts';
import { ACCURACY_ROWS, type AccuracyRow } from '../accuracy-rows.ts';
import type { AccuracyRun } from '../accuracy-run.ts';
import { type BenchTable, markdownTable, percent, readRows, updateTable } from '../table.ts';

/** A row of accuracy.json. */
interface Written {
  readonly model: string;
  readonly method: string;
  /** Of a stored weight; of an entropy-coded one with all tables. */
  readonly bits: number;
  readonly seeds: number;
  readonly top1Mean: number;
  readonly top1Min: number;
  readonly floatTop1: number | null;
  /** Of the float model, trained further. */
  readonly retrainedFloatTop1: number | null;
  /** Codes of all weights and the tables that decode them. */
  readonly bytes: number;
  /** Against float32 weights. */
  readonly compression: number;
  /** Passes over the training set, of as many samples. */
  readonly epochs: number;
  readonly minutes: number;
  readonly peakMemoryMB: number;
  readonly runs: readonly AccuracyRun[];
}

const TRAINING_SAMPLES: Readonly<Record<string, number>> = { resnet20_cifar: 18000, ic: 3600, kws_float: 720 };
const MNIST_SAMPLES = 54000;

export function titleOf({ model, method, bits }: AccuracyRow): string {
  return `${model} ${method}${bits === null || bits === 32 ? '' : ` ${bits} bits`}`;
}

/** Means depend on other rows (the float model, trained on or not), so all are written anew. */
export const accuracyTable: BenchTable<Written> = {
  name: 'accuracy',
  unit: (row) => titleOf(rowOf(row)),
  units: ACCURACY_ROWS.map(titleOf),
  page,
};

/** Runs of earlier calls, by title of the row; none before the first. */
export async function readAccuracy(): Promise<Map<string, readonly AccuracyRun[]>> {
  const rows = await readRows(accuracyTable);
  return new Map(rows.map((row) => [titleOf(rowOf(row)), row.runs]));
}

export async function writeAccuracy(runs: ReadonlyMap<string, readonly AccuracyRun[]>): Promise<void> {
  const rows = ACCURACY_ROWS.flatMap((row) => {
    const own = runs.get(titleOf(row));
    return own ? [written(row, own, runs)] : [];
  });
  await updateTable(accuracyTable, rows);
}

function rowOf({ model, method, bits }: Written): AccuracyRow {
  const row = ACCURACY_ROWS.find(
    (row) => row.model === model && row.method === method && (row.bits === null || row.bits === bits),
  );
  return must(row, `${model} ${method}`);
}

function written(
  row: AccuracyRow,
  own: readonly AccuracyRun[],
  all: ReadonlyMap<string, readonly AccuracyRun[]>,
): Written {
  const { model, method, bits } = row;
  const mean = (of: (run: AccuracyRun) => number) => own.reduce((sum, run) => sum + of(run), 0) / own.length;
  const other = (name: string) => {
    const found = ACCURACY_ROWS.find((candidate) => candidate.model === model && candidate.method === name);
    const runs = found && all.get(titleOf(found));
    return runs ? runs.reduce((sum, run) => sum + run.top1, 0) / runs.length : null;
  };
  const bytes = Math.round(mean((run) => run.bytes));
  return {
    model,
    method,
    bits: bits ?? (8 * bytes) / own[0].weights,
    seeds: own.length,
    top1Mean: mean((run) => run.top1),
    top1Min: Math.min(...own.map((run) => run.top1)),
    floatTop1: other('float32'),
    retrainedFloatTop1: other('float32, trained on'),
    bytes,
    compression: (4 * own[0].weights) / bytes,
    epochs: epochsOf(row),
    minutes: mean((run) => run.minutes),
    peakMemoryMB: Math.max(...own.map((run) => run.peakMemoryMB)),
    runs: own,
  };
}

/** Passes over the training set. */
function epochsOf({ model, pipeline }: AccuracyRow): number {
  const total = TRAINING_SAMPLES[model] ?? MNIST_SAMPLES;
  return pipeline.reduce((sum, entry) => {
    const options = 'pass' in entry ? entry.options : {};
    const share = typeof options.samples === 'number' && options.samples > 0 ? Math.min(1, options.samples / total) : 1;
    return sum + ('pass' in entry ? share * ownEpochs(entry) : 0);
  }, 0);
}

function ownEpochs({ pass, options }: Step): number {
  const number = (name: string) => Number((options[name] as Json) ?? 0);
  if (pass.name === 'inq')
    return ((options.portions as readonly number[]).length - 1) * number('epochs') + number('settle');
  if (pass.name === 'prune') return number('parts') * number('epochs') + number('settle');
  return 'epochs' in options ? number('epochs') : 0;
}

function page(rows: readonly Written[]): string {
  return `# Accuracy after re-training

Written by \`npm run bench:accuracy\`; do not edit. Top-1 is that of the C on the host over the whole test set, with int8
activations unless the row says otherwise; each run's C was compared with onnxruntime layer by layer, under sanitizers.
Test data give these numbers and nothing else: a tenth of the training set is held back to choose by. Training began at
the compensated few-bit point of [ptq.md](ptq.md) and learnt from labels and the float model; ic and kws_float learnt from
the float model alone. kws_float is cross-validated in five parts: no sample is both tuned on (without its label) and
scored. "Trained on" is the float model trained further, for the epochs that its own row says; the test set of resnet20 and
ic has 1,000 images, so that half a point is noise. Minutes are those of one processor, compilation and test included
(but not the training of caffe_lenet, whose float model is made here); memory is that of the whole process.

${markdownTable<Written>(
  {
    model: (row) => row.model,
    method: (row) => row.method,
    bits: (row) => row.bits.toFixed(row.bits % 1 === 0 ? 0 : 2),
    seeds: (row) => row.seeds,
    'top-1, mean': (row) => percent(row.top1Mean),
    least: (row) => percent(row.top1Min),
    float32: (row) => percent(row.floatTop1),
    'trained on': (row) => percent(row.retrainedFloatTop1),
    points,
    'wanted (goal)': (row) => limits(rowOf(row)),
    'weights, B': (row) => row.bytes,
    'against float32': (row) => `${row.compression.toFixed(1)}x`,
    epochs: (row) => row.epochs.toFixed(1),
    minutes: (row) => row.minutes.toFixed(1),
    'memory, MB': (row) => String(row.peakMemoryMB),
  },
  rows,
)}
`;
}

function points({ bits, floatTop1, top1Mean }: Written): string | null {
  if (floatTop1 === null || bits === 32) return null;
  const difference = 100 * (top1Mean - floatTop1);
  return `${difference > 0 ? '+' : ''}${difference.toFixed(2)}`;
}

function limits({ limits }: AccuracyRow): string | null {
  return limits ? `-${limits[0]} (-${limits[1]})` : null;
}

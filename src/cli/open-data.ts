import { type Dataset, type DatasetSource, loadDataset } from '../data/dataset.ts';
import { datasetInputs, stateInputs } from '../data/graph-inputs.ts';
import { fromReset } from '../data/in-sequence.ts';
import { randomDataset } from '../data/random-dataset.ts';
import type { Graph } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';

/** For CompileOptions.calibration: the data set of these files, once the inputs are known. */
export function opener(
  paths: readonly string[],
  memory: MemoryBudget | undefined,
  labels?: string,
): (graph: Graph) => Promise<Dataset> {
  const source = withLabels(paths, labels);
  return (graph) => loadDataset(source, datasetInputs(graph), memory, stateInputs(graph));
}

/** The data to verify with: what the user gave, else what the model was calibrated on, else random numbers. */
export async function testData(
  model: { readonly floatGraph: Graph; readonly dataset: Dataset | null; readonly memory: MemoryBudget },
  flags: { readonly data?: readonly string[]; readonly labels?: string; readonly seed: number },
  count: number,
): Promise<Dataset> {
  if (flags.data) {
    const data = await opener(flags.data, model.memory, flags.labels)(model.floatGraph);
    return fromReset(data, model.floatGraph);
  }
  if (flags.labels) throw badLabels('--labels says nothing without --data');
  const random = () => randomDataset(datasetInputs(model.floatGraph), count, flags.seed);
  return model.dataset ?? fromReset(random(), model.floatGraph);
}

function withLabels(paths: readonly string[], labels: string | undefined): DatasetSource {
  if (labels === undefined) return paths.length === 1 ? paths[0] : paths;
  if (paths.some((path) => path.endsWith('.json'))) throw badLabels('a JSON data set names its labels itself');
  return { files: paths, labels };
}

function badLabels(message: string): UserError {
  return new UserError({ code: 'BAD_ARGUMENT', message, hint: 'give --data FILES and --labels FILE together' });
}

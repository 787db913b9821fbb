import { typeOf } from '../../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../../ir/types.ts';
import { createRng } from '../../numerics/rng.ts';
import { must, UserError } from '../../support/errors.ts';
import { stackTensors, type TrainingData } from '../../train/training-data.ts';
import type { Dataset } from '../pass.ts';
import { type Augmentation, drawMove, type Move, moved, moveImage } from './augment.ts';

/** Name of the input that holds the classes of a batch. */
export const LABELS: ValueName = 'labels';

export interface SampleOptions {
  /** Adds the classes, of which there are so many, of the samples or of their places; null: without. */
  readonly classes: number | null;
  readonly augmentation?: Augmentation;
  readonly seed: number;
}

/** The samples of a data set as batches for a graph in real numbers. Throws UserError BAD_DATA for samples and labels that do not fit. */
export function labelledSamples(dataset: Dataset, graph: Graph, options: SampleOptions): TrainingData {
  const { classes, augmentation = { shift: 0, flip: false }, seed } = options;
  if (classes !== null && !dataset.maps) checkLabels(dataset, classes);
  return {
    length: dataset.length,
    async batch(indices) {
      const rng = createRng(indices.reduce((hash, index) => (Math.imul(hash, 31) + index) >>> 0, seed));
      const rows = await Promise.all(indices.map((index) => dataset.sample(index)));
      const moves = rows.map(() => drawMove(augmentation, rng));
      const feeds = new Map<ValueName, Tensor>();
      for (const input of graph.inputs) {
        const tensors = rows.map((row) => fitting(must(row.get(input), input), graph, input));
        feeds.set(input, stackTensors(tensors.map((tensor, i) => moveImage(tensor, moves[i]!))));
      }
      if (classes !== null) {
        const labels = indices.flatMap((index, i) => labelsOf(dataset, index, moves[i]!));
        const data = BigInt64Array.from(labels, (label) => BigInt(label < 0 ? classes : label));
        feeds.set(LABELS, { dtype: 'i64', shape: [data.length], data });
      }
      return feeds;
    },
  };
}

/** Whether there is something to learn from beside the float model. */
export function isLabelled({ labels, maps }: Dataset): boolean {
  return Boolean(labels ?? maps);
}

/** The class of the sample, or of each of its places, moved as the image is. */
function labelsOf({ labels, maps }: Dataset, index: number, move: Move | null): number[] {
  if (!maps) return [must(labels, 'labels')[index]!];
  const own = maps.sample(index);
  return Array.from(move && maps.shape.length === 2 ? moved(own, maps.shape, move) : own);
}

function fitting(tensor: Tensor, graph: Graph, input: ValueName): Tensor {
  if (tensor.dtype === typeOf(graph, input).dtype || tensor.dtype === 'f32') return tensor;
  throw new UserError({
    code: 'BAD_DATA',
    message: `samples of '${input}' are ${tensor.dtype}, not real numbers`,
    hint: 'give the data as the float model takes it',
  });
}

/** Labels that are known must be classes of the model. Throws UserError BAD_DATA. */
export function checkLabels({ labels, length }: Dataset, classes: number): void {
  if (labels && labels.length !== length) {
    throw new UserError({
      code: 'BAD_DATA',
      message: `${labels.length} labels for ${length} samples`,
      hint: 'training takes one class per sample',
    });
  }
  const wrong = labels?.findIndex((label) => label < 0 || label >= classes) ?? -1;
  if (wrong < 0) return;
  throw new UserError({
    code: 'BAD_DATA',
    message: `the label of sample ${wrong} is ${labels?.[wrong]}, and the model has ${classes} classes`,
    hint: `labels count from 0 to ${classes - 1}`,
  });
}

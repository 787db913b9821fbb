import { UserError } from '../../support/errors.ts';
import type { Dataset } from '../pass.ts';
import { checkLabels } from '../samples/labelled-samples.ts';
import type { CurvatureTask } from './task.ts';

/** Null when there are none. Throws UserError BAD_DATA for labels that are no classes of the model. */
export function knownLabels({ dataset, classes }: CurvatureTask): Int32Array | null {
  checkLabels(dataset, classes);
  return dataset.labels ?? null;
}

/** Throws UserError BAD_DATA when labels are not known. */
export function requireLabels({ labels }: Pick<Dataset, 'labels'>): void {
  if (labels) return;
  throw new UserError({
    code: 'BAD_DATA',
    message: "'empirical-fisher' needs the label of every sample",
    hint: "give labels with the samples, or take 'fisher', which needs none",
  });
}

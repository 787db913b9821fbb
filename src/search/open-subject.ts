import type { Dataset } from '../data/dataset.ts';
import type { Graph } from '../ir/types.ts';
import { truthOf } from '../metrics/truth.ts';
import type { Evaluate } from '../passes/pass.ts';
import { UserError } from '../support/errors.ts';
import { checkPins } from './check-options.ts';
import { prepareSubject, type Subject } from './subject.ts';
import type { SearchOptions } from './types.ts';

/** Opens all data before any pass runs. */
export async function openSubject(
  options: Omit<SearchOptions, 'limits' | 'goal'>,
  evaluate: Evaluate,
): Promise<{ subject: Subject; labelled: Dataset | null }> {
  let labelled: Dataset | null = null;
  const { calibration, ...compile } = options.compile;
  const open = async (imported: Graph) => {
    checkPins(options, imported);
    labelled = options.labelled && requireLabels(await options.labelled(imported));
    return calibration!(imported);
  };
  const setup = { samples: options.samples, labelled: () => Boolean(labelled?.labels), evaluate };
  return { subject: await prepareSubject({ ...compile, calibration: open }, setup), labelled };
}

function requireLabels(dataset: Dataset): Dataset {
  if (truthOf(dataset)) return dataset;
  throw new UserError({
    code: 'BAD_DATA',
    message: `${dataset.name} has no labels`,
    hint: 'give --labels FILE with it, or an NPZ with an array "labels"',
  });
}

/** With programs that compute one layer after the other: costs are told by layer, which rows of several at a time do not have. */
export function layerByLayer<Options extends Pick<SearchOptions, 'compile'>>(options: Options): Options {
  return { ...options, compile: { ...options.compile, fuse: false } };
}

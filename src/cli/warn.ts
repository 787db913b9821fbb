import type { Compilation } from '../compile.ts';
import { typeOf } from '../ir/graph.ts';
import type { Accuracy } from '../report/accuracy.ts';
import { chanceWarning, dataWarnings } from '../report/data-warnings.ts';
import type { Verdict } from '../verify/verify-model.ts';
import { opener } from './open-data.ts';
import { note } from './say.ts';

interface Judged {
  readonly accuracy?: Accuracy | null;
  readonly verdicts?: readonly Verdict[];
}

/** What is probably wrong with the data that the user gave, to calibrate and to judge with, a sentence each. */
export async function warningsOn(
  compilation: Compilation,
  { data, labels }: { readonly data?: readonly string[]; readonly labels?: string },
  { accuracy, verdicts = [] }: Judged = {},
): Promise<string[]> {
  const { dataset, floatGraph, memory } = compilation;
  const sets = [...(dataset ? [dataset] : []), ...(data ? [await opener(data, memory, labels)(floatGraph)] : [])];
  const classes = typeOf(floatGraph, floatGraph.outputs[0]).shape.at(-1) ?? 0;
  const score = accuracy ?? floatScore(verdicts);
  const chance = score && chanceWarning(score, classes);
  return [...new Set(sets.flatMap((set) => dataWarnings(compilation, set))), ...(chance ? [chance] : [])];
}

export function sayWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) note(`Warning: ${warning}`);
}

/** Of the user's float file, beside an int8 C. */
function floatScore(verdicts: readonly Verdict[]) {
  for (const { file, samples } of verdicts) {
    if (file?.run && file.score) return { metric: file.score.metric, floatScore: file.score.value, samples };
  }
  return null;
}

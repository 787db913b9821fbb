import { METRICS, type Score, scoreText } from '../metrics/index.ts';
import type { FileVerdict } from './file-verdict.ts';

/** What a verdict can be asked for beside agreement. */
export interface Limits {
  /** onnxruntime must have run the user's file. */
  readonly strict?: boolean;
  /** Least signal to noise ratio of every output against the file, dB. */
  readonly minSqnrDb?: number;
  /** Least share of samples whose largest output is the file's, 0 .. 1. */
  readonly minTop1?: number;
  /** Worst score against the labels: percent of a share, or an error. */
  readonly worstScore?: number;
}

/** A sentence for each limit that is not met; what cannot be told is not met. */
export function unmetLimits(file: FileVerdict | null, { strict, minSqnrDb, minTop1 }: Limits): string[] {
  const unmet: string[] = [];
  if (!file?.run) {
    const because = file ? `the file was not run, because ${file.because}` : 'the file was not asked for';
    if (strict) unmet.push(because);
    if (minSqnrDb !== undefined) unmet.push(`the SQNR is not known: ${because}`);
    if (minTop1 !== undefined) unmet.push(`the same top-1 is not known: ${because}`);
    return unmet;
  }
  for (const { value, sqnrDb } of file.outputs) {
    if (minSqnrDb !== undefined && !(sqnrDb >= minSqnrDb)) {
      unmet.push(`the SQNR of output '${value}' is ${sqnrDb.toFixed(1)} dB, below ${minSqnrDb} dB`);
    }
  }
  if (minTop1 !== undefined && !(file.agreement >= minTop1)) {
    unmet.push(`the same top-1 as the file in ${percent(file.agreement)}, below ${percent(minTop1)}`);
  }
  return unmet;
}

/** Against the labels, by the metric of the data set. */
export function unmetScore(score: Score | null, { worstScore }: Limits): string[] {
  if (worstScore === undefined) return [];
  if (score === null) return ['the score is not known: the data set has no labels'];
  const { title, kind } = METRICS[score.metric];
  const worst = kind === 'share' ? worstScore / 100 : worstScore;
  const kept = kind === 'share' ? score.value >= worst : score.value <= worst;
  const text = scoreText({ ...score, value: worst });
  return kept ? [] : [`the ${title} is ${scoreText(score)}, ${kind === 'share' ? 'below' : 'above'} ${text}`];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

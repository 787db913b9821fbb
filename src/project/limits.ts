import { METRICS, scoreText } from '../metrics/index.ts';
import { grouped } from '../report/table.ts';
import type { OutputFigures } from './judge-outputs.ts';
import type { LockedTarget } from './lock.ts';
import type { ProjectLimits } from './project-file.ts';

/**
 * Limits of the outputs that are not met, a sentence each; a limit on what was not measured is not met.
 * @param compared whether there is a float model to compare with
 */
export function unmetByOutputs(
  { top1, worstScore, sqnr }: ProjectLimits,
  { score, sqnrDb }: OutputFigures,
  compared = true,
): string[] {
  const unmet: string[] = [];
  if (top1 !== undefined && score?.metric !== 'top1') {
    unmet.push(`top1: the data have no labels that are classes${score ? '; worstScore is for other metrics' : ''}`);
  } else if (top1 !== undefined && score && 100 * score.value < top1) {
    unmet.push(`top1: ${scoreText(score)}, at least ${top1} % was asked for`);
  }
  if (worstScore !== undefined && !score) unmet.push('worstScore: the data have no labels');
  else if (worstScore !== undefined && score) {
    const share = METRICS[score.metric].kind === 'share';
    const worse = share ? 100 * score.value < worstScore : score.value > worstScore;
    if (worse) unmet.push(`worstScore: ${METRICS[score.metric].title} is ${scoreText(score)}, limit ${worstScore}`);
  }
  if (sqnr !== undefined && !compared) {
    unmet.push('sqnr: the model came quantized, so there is no float32 to compare with');
  } else if (sqnr !== undefined && sqnrDb !== null && sqnrDb < sqnr) {
    unmet.push(`sqnr: ${sqnrDb.toFixed(1)} dB, at least ${sqnr} dB was asked for`);
  }
  return unmet;
}

/** The same of one target; `flash` and `ram` in bytes. */
export function unmetByTarget(
  limits: { readonly flash?: number; readonly ram?: number; readonly instructions?: number },
  name: string,
  { flashBytes, ramBytes, instructions }: LockedTarget,
): string[] {
  const over = (what: string, limit: number | undefined, value: number | null, unit: string) => {
    if (limit === undefined) return [];
    if (value === null) return [`${name}: ${what} were not counted, since nothing emulates this target`];
    return value <= limit ? [] : [`${name}: ${what} ${grouped(value)}${unit}, limit ${grouped(limit)}${unit}`];
  };
  return [
    ...over('flash', limits.flash, flashBytes, ' B'),
    ...over('ram', limits.ram, ramBytes, ' B'),
    ...over('instructions', limits.instructions, instructions, ''),
  ];
}

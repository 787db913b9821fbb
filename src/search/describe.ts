import { dropUnit, METRICS } from '../metrics/index.ts';
import { bytesText, grouped } from '../report/table.ts';
import type { Candidate, PrecisionSearch } from './types.ts';

/** 'least loss' or 'least flash with ...'. */
export function goalText({ goal, metric }: PrecisionSearch): string {
  switch (goal.kind) {
    case 'least-loss':
      return 'least loss';
    case 'max-loss':
      return `least flash with a loss of up to ${goal.most}`;
    case 'max-drop':
      return `least flash with ${METRICS[metric ?? 'top1'].title} up to ${goal.most} ${dropUnit(metric ?? 'top1')} float32`;
    default:
      return goal satisfies never;
  }
}

/** ' within flash 20,000 B, RAM 8,192 B', or nothing. */
export function limitsText({ limits: { flashBytes, ramBytes, instructions } }: PrecisionSearch): string {
  const parts = [
    ...(flashBytes < Number.POSITIVE_INFINITY ? [`flash ${bytesText(flashBytes)}`] : []),
    ...(ramBytes < Number.POSITIVE_INFINITY ? [`RAM ${bytesText(ramBytes)}`] : []),
    ...(instructions < Number.POSITIVE_INFINITY ? [`${grouped(instructions)} instructions`] : []),
  ];
  return parts.length === 0 ? '' : ` within ${parts.join(', ')}`;
}

export function lossText({ loss }: PrecisionSearch): string {
  return loss === 'kl' ? 'divergence of the classes from float32, nats' : 'squared error over squared output';
}

/** Three digits. */
export function lossNumber(loss: number): string {
  if (loss === 0) return '0';
  return loss < 0.0001 ? loss.toExponential(1) : String(Number(loss.toPrecision(3)));
}

export function isUniform({ formats }: Candidate): boolean {
  return new Set(formats).size === 1;
}

/** 'int4' where all layers have it, else 'int8, 2 int4' in the order in which they appear. */
export function summaryOf({ formats }: Candidate): string {
  const counts = new Map<string, number>();
  for (const format of formats) counts.set(format, (counts.get(format) ?? 0) + 1);
  if (counts.size === 1) return formats[0];
  return [...counts].map(([format, count]) => (count === 1 ? format : `${count} ${format}`)).join(', ');
}

/** What tables and plots call the candidates: one format for all by its name, mixed ones A, B, C. */
export function keysOf(candidates: readonly Candidate[]): string[] {
  let mixed = 0;
  return candidates.map((candidate) => (isUniform(candidate) ? candidate.formats[0] : letters(mixed++)));
}

function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letters(Math.floor(index / 26) - 1)}${last}`;
}

export function formatsOf({ layers }: PrecisionSearch): string[] {
  return [...new Set(layers.flatMap(({ choices }) => choices.map(({ format }) => format)))];
}

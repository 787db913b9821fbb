import { drop, METRICS, scoreText } from '../../metrics/index.ts';
import type { FullReport } from '../full-report.ts';
import type { Fit } from '../report.ts';
import { type Child, element, type Markup } from '../svg/markup.ts';
import { exactBytes, percent, shortBytes } from '../svg/numbers.ts';
import { grouped } from '../table.ts';

/** The numbers that are asked for first. */
export function headline(full: FullReport): Markup {
  const tiles = [flashTile(full), ramTile(full), accuracyTile(full), weightsTile(full), timeTile(full), sqnrTile(full)];
  return element('div', { class: 'tiles' }, tiles);
}

function tile(what: string, value: string, ...more: readonly Child[]): Markup {
  return element(
    'div',
    { class: 'tile' },
    element('div', { class: 'what' }, what),
    element('div', { class: 'value' }, value),
    more.filter((line) => line !== null).map((line) => element('div', { class: 'more' }, line)),
  );
}

function flashTile({ report: { flash } }: FullReport): Markup {
  const { codeBytes, weightBytes, tableBytes, libraryBytes } = flash;
  const parts = [`weights ${exactBytes(weightBytes)}`, `other tables ${exactBytes(tableBytes - weightBytes)}`];
  if (codeBytes !== null) parts.push(`code ${exactBytes(codeBytes)}`);
  if (libraryBytes) parts.push(`libraries ${exactBytes(libraryBytes)}`);
  const what = codeBytes === null ? 'Flash, tables only' : 'Flash';
  return tile(what, shortBytes(flash.neededBytes), ...parts, budget(flash));
}

function ramTile({ report: { ram } }: FullReport): Markup {
  const { arenaBytes, arenaLowerBoundBytes, stackBytes } = ram;
  const parts = [`arena ${exactBytes(arenaBytes)}`];
  if (stackBytes !== null) parts.push(`stack ${exactBytes(stackBytes)}`);
  const bound =
    arenaBytes === arenaLowerBoundBytes ? 'no plan can be smaller' : `lower bound ${exactBytes(arenaLowerBoundBytes)}`;
  const what = stackBytes === null ? 'RAM, arena only' : 'RAM';
  return tile(what, shortBytes(ram.neededBytes), ...parts, bound, budget(ram));
}

function budget({ fits, marginBytes, budgetBytes }: Fit): Child {
  if (marginBytes === null || budgetBytes === null) return null;
  const text = fits
    ? `fits ${shortBytes(budgetBytes)}, ${shortBytes(marginBytes)} left`
    : `does not fit ${shortBytes(budgetBytes)}, ${shortBytes(-marginBytes)} too much`;
  return element('span', { class: fits ? 'good' : 'bad' }, text);
}

function accuracyTile({ accuracy }: FullReport): Markup | null {
  if (!accuracy) return null;
  const { metric, score, floatScore, agreement, samples } = accuracy;
  const { title, kind } = METRICS[metric];
  const better = -drop({ metric, value: score }, floatScore);
  const change = `${better < 0 ? '−' : '+'}${Math.abs(better).toFixed(2)} ${kind === 'share' ? 'points' : '% better'}`;
  return tile(
    `Accuracy, ${title}`,
    scoreText({ metric, value: score }),
    `float32 ${scoreText({ metric, value: floatScore })}`,
    change,
    `${percent(agreement, 1)} same answers`,
    `${grouped(samples)} labelled samples`,
  );
}

function weightsTile({ weights }: FullReport): Markup | null {
  if (!weights) return null;
  const { achievedBits, entropyBits, count, bytes, float32Ratio, int8Ratio } = weights;
  return tile(
    'Bits per weight',
    achievedBits.toFixed(2),
    'tables and filling included',
    `entropy ${entropyBits.toFixed(2)} bits`,
    `float32 ÷ ${float32Ratio.toFixed(1)}, int8 ÷ ${int8Ratio.toFixed(2)}`,
    `${grouped(count)} weights, ${exactBytes(bytes)}`,
  );
}

function timeTile({ counts, report }: FullReport): Markup | null {
  if (!counts) return null;
  const perMac = report.macs > 0 ? `${(counts.total / report.macs).toFixed(2)} per multiply-accumulate` : null;
  return tile(
    `${counts.unit === 'instructions' ? 'Instructions' : 'Nanoseconds'} per inference`,
    grouped(counts.total),
    perMac,
  );
}

function sqnrTile({ sqnr }: FullReport): Markup | null {
  if (!sqnr || sqnr.layers.length === 0) return null;
  const worst = sqnr.layers.reduce((a, b) => (b.sqnrDb < a.sqnrDb ? b : a));
  const value = Number.isFinite(worst.sqnrDb) ? `${worst.sqnrDb.toFixed(1)} dB` : 'no noise';
  const cause = sqnr.diagnosis ? `first loss: ${sqnr.diagnosis.cause}` : 'no layer loses accuracy';
  return tile('Lowest SQNR', value, `output of ${worst.name}`, cause, `${grouped(sqnr.samples)} samples`);
}

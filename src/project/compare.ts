import { capitalized, METRICS, scoreText } from '../metrics/index.ts';
import { grouped } from '../report/table.ts';
import type { FloatOutput, OutputFigures, OutputScore } from './judge-outputs.ts';
import type { LockedModel, LockedSource, LockedTarget } from './lock.ts';

/** What went into the model and is not what was locked, a sentence each: nothing else need be looked at then. */
export function changedSource(locked: LockedSource, now: LockedSource): string[] {
  return [
    ...(locked.model === now.model ? [] : ['the model is another file']),
    ...(locked.samples === now.samples ? [] : ['the samples that it is quantized with are others']),
    ...(locked.recipe === now.recipe ? [] : ['the recipe is another file']),
    ...(locked.settings.join(' ') === now.settings.join(' ') ? [] : [settingsText(locked.settings, now.settings)]),
  ];
}

function settingsText(locked: readonly string[], now: readonly string[]): string {
  const text = (settings: readonly string[]) => settings.join(' ') || 'none';
  return `its settings are ${text(now)}, and were ${text(locked)}`;
}

/** What is worse than it was or gives other outputs, a sentence each. */
export function worseThan(locked: LockedModel, now: LockedModel): string[] {
  return [
    ...(locked.quantized === now.quantized ? [] : ['its quantized file is another one']),
    ...(locked.data === now.data ? differentOutputs(locked.outputs, now.outputs) : ['the data are others']),
    ...Object.entries(now.targets).flatMap(([name, target]) => {
      const before = Object.hasOwn(locked.targets, name) ? locked.targets[name] : null;
      return before ? worseFigures(name, before, target) : [`${name}: it was never built for this target`];
    }),
  ];
}

function differentOutputs(locked: OutputFigures, now: OutputFigures): string[] {
  const other =
    locked.integers === now.integers && sameFloats(locked.floats, now.floats)
      ? []
      : [`its outputs on ${grouped(now.samples)} samples are others`];
  return [...other, ...worseScore(locked, now)];
}

function sameFloats(locked: OutputFigures['floats'], now: OutputFigures['floats']): boolean {
  if (!locked || !now) return locked === now;
  const names = Object.keys(now);
  if (names.join() !== Object.keys(locked).join()) return false;
  return names.every((name) => close(locked[name], now[name]));
}

function close(locked: FloatOutput, now: FloatOutput): boolean {
  const near = (value: number, i: number) => Math.abs(value - now.values[i]) <= locked.tolerance;
  return locked.values.length === now.values.length && locked.values.every(near);
}

/** Integers repeat; of float parts one sample, or a thousandth of an error, is left to the processor. */
function worseScore(locked: OutputFigures, now: OutputFigures): string[] {
  if (!locked.score || !now.score || locked.score.metric !== now.score.metric) {
    return locked.score === now.score || !locked.score ? [] : ['its data are scored otherwise'];
  }
  const share = METRICS[now.score.metric].kind === 'share';
  const loss = share ? locked.score.value - now.score.value : now.score.value - locked.score.value;
  const allowed = now.integers ? 0 : share ? 1.001 / now.samples : locked.score.value / 1000;
  if (!(loss > allowed)) return [];
  return [`${capitalized(METRICS[now.score.metric].title)} ${text(now.score)}, was ${text(locked.score)}`];
}

function text({ metric, value }: OutputScore): string {
  return scoreText({ metric, value });
}

function worseFigures(name: string, locked: LockedTarget, now: LockedTarget): string[] {
  const measured = locked.compiler === now.compiler ? '' : ` (by ${now.compiler}; locked by ${locked.compiler})`;
  const figure = (what: string, before: number | null, after: number | null, unit: string) =>
    before === null || after === null || after <= before
      ? []
      : [`${name}: ${what} ${grouped(after)}${unit}, was ${grouped(before)}${unit}${measured}`];
  return [
    ...figure('flash', locked.flashBytes, now.flashBytes, ' B'),
    ...figure('RAM', locked.ramBytes, now.ramBytes, ' B'),
    ...figure('instructions', locked.instructions, now.instructions, ''),
  ];
}

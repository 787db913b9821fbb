import { UserError } from '../support/errors.ts';
import type { Target } from '../targets/target.ts';
import type { Report } from './report.ts';
import { bytesText, grouped } from './table.ts';

const OFFENDERS = 5;

/**
 * Throws UserError DOES_NOT_FIT when flash or RAM exceed the target's budget: names what takes most, and what would
 * fix it. `others`: targets to look for one on which it fits.
 */
export function checkFit(report: Report, target: Target, others: readonly Target[] = []): void {
  const { flash, ram } = report;
  if (flash.fits && ram.fits) return;
  const because = [...(flash.fits ? [] : flashOffenders(report)), ...(ram.fits ? [] : ramOffenders(report))];
  const too = [flash.fits ? null : 'flash', ram.fits ? null : 'RAM'].filter((memory) => memory !== null);
  throw new UserError({
    code: 'DOES_NOT_FIT',
    message: `${report.model} needs more ${too.join(' and ')} than ${target.name} has for it`,
    where: `${target.name} (${target.title}), ${report.precision}`,
    because,
    hint: advice(report, target, others),
  });
}

function flashOffenders({ flash, layers }: Report): string[] {
  const size = (layer: Report['layers'][number]) => layer.weightBytes + layer.parameterBytes;
  const largest = [...layers].sort((a, b) => size(b) - size(a)).slice(0, OFFENDERS);
  return [
    `flash: ${bytesText(flash.neededBytes)} of ${bytesText(flash.budgetBytes ?? 0)}; the largest layers are`,
    ...largest.filter((layer) => size(layer) > 0).map((layer) => `  ${grouped(size(layer))} B  ${name(layer)}`),
  ];
}

function ramOffenders({ ram, layers }: Report): string[] {
  const at = layers[ram.peak.layer];
  const stack = ram.stackBytes === null ? '' : `, stack ${grouped(ram.stackBytes)} B`;
  const buffers = [...ram.peak.buffers].sort((a, b) => b.bytes - a.bytes).slice(0, OFFENDERS);
  return [
    `RAM: ${bytesText(ram.neededBytes)} of ${bytesText(ram.budgetBytes ?? 0)} (arena ${grouped(ram.arenaBytes)} B${stack})`,
    ...(at ? [`  most is needed at layer ${at.index}, ${name(at)}, where these are alive:`] : []),
    ...buffers.map((buffer) => `  ${grouped(buffer.bytes)} B  ${buffer.role} '${buffer.name}'`),
  ];
}

function name(layer: Report['layers'][number]): string {
  return `${layer.op} '${layer.node}'`;
}

/** Smaller precision first: it keeps the part. */
function advice(report: Report, target: Target, others: readonly Target[]): string {
  const parts: string[] = [];
  if (report.precision === 'float32') {
    parts.push('int8 takes about a quarter: compile with --calibrate DATA');
  }
  const fitting = others
    .filter((other) => other.memory !== null && other.name !== target.name && takes(other, report))
    .sort((a, b) => a.flashBytes - b.flashBytes || a.ramBytes - b.ramBytes || a.name.localeCompare(b.name))
    .slice(0, OFFENDERS);
  if (fitting.length > 0) parts.push(`it fits on ${fitting.map((other) => other.name).join(', ')}`);
  parts.push('the budget (share of flash and RAM for the model) stands in the target file');
  return parts.join('; ');
}

function takes(target: Target, { flash, ram }: Report): boolean {
  return (
    flash.neededBytes <= target.flashBytes * target.budget.flash &&
    ram.neededBytes <= target.ramBytes * target.budget.ram
  );
}

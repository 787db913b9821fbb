import { formatsText } from './formats-text.ts';
import type { LayerReport } from './layer-reports.ts';
import { printable } from './printable.ts';
import { kernelLines } from './render-kernels.ts';
import type { Fit, Report } from './report.ts';
import { bytesText, grouped, renderTable } from './table.ts';

/** The report for a terminal: layers, flash, RAM, remarks; lines of at most 100 characters where names allow it. */
export function renderReport(report: Report): string {
  const lines = [
    `${report.model} for ${report.target}, ${formatsText(report)}, ${grouped(report.macs)} multiply-accumulates`,
    '',
    ...layerTable(report.layers),
    ...loopLines(report),
    ...roundingLine(report.layers),
    ...floatLines(report),
    ...kernelLines(report),
    '',
    ...flashLines(report),
    ...ramLines(report),
  ];
  if ('notBecause' in report.measured)
    lines.push('', `Code and stack were not measured: ${report.measured.notBecause}.`);
  if (report.remarks.length > 0) lines.push('', 'Remarks', ...remarkLines(report));
  return `${lines.join('\n')}\n`;
}

function layerTable(layers: readonly LayerReport[]): string[] {
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    right('#'),
    { title: 'op', cut: 'end' as const },
    { title: 'node', cut: 'start' as const },
    { title: 'input', cut: 'start' as const },
    { title: 'output', cut: 'start' as const },
    ...['MACs', 'weights B', 'params B', 'out B'].map(right),
  ];
  const rows = layers.map((layer) => [
    String(layer.index),
    layer.op,
    layer.node,
    layer.inputs.map((shape) => shapeText(shape)).join(' '),
    shapeText(layer.output),
    ...[layer.macs, layer.weightBytes, layer.parameterBytes, layer.outputBytes].map(grouped),
  ]);
  return renderTable(columns, rows);
}

/** 'Layers 1 to 10 are a loop of 28 turns'. */
export function loopLines({ loops }: Report): string[] {
  return loops.map(({ first, calls, turns }) => {
    const layers = calls === 1 ? `Layer ${first} is` : `Layers ${first} to ${first + calls - 1} are`;
    return `${layers} a loop of ${turns} turns`;
  });
}

/** Layers that take more instructions because the file rounds otherwise than the fastest kernels. */
function roundingLine(layers: readonly LayerReport[]): string[] {
  const even = layers.filter(({ rounding }) => rounding === 'half-even').map(({ index }) => index);
  return even.length === 0 ? [] : [`Layers that round half to even, as the file does: ${even.join(', ')}`];
}

/** What an int8 model computes in float, with its price. */
function floatLines({ inFloat, layers }: Report): string[] {
  if (inFloat === null) return [];
  const { conversions, instructions, libraryBytes, fpu } = inFloat;
  const named = inFloat.layers.map((index) => `${index} ${printable(layers[index]?.op ?? '')}`);
  const price = [
    ...(conversions > 0 ? [`${conversions} ${conversions === 1 ? 'conversion' : 'conversions'} of codes`] : []),
    `about ${grouped(instructions)} instructions`,
    ...(libraryBytes ? [`libraries: ${bytesText(libraryBytes)}`] : []),
  ];
  const costs = ` (${price.join(', ')})`;
  const warning = fpu ? [] : ['Warning: this part has no FPU, each of their operations is a call of a library'];
  return [`Layers in float: ${named.join(', ')}${costs}`, ...warning];
}

function shapeText(shape: readonly number[] | null): string {
  return shape === null ? '-' : shape.join('x') || 'scalar';
}

/** Flash by its parts, and against the budget. */
export function flashLines({ flash, measured, precision }: Report): string[] {
  const by = 'with' in measured ? `  ${measured.with}` : '';
  const parts = [entry('weights', flash.weightBytes), entry('other tables', flash.tableBytes - flash.weightBytes)];
  if (flash.codeBytes !== null) parts.push(`${entry('code', flash.codeBytes)}${by}`);
  if (flash.libraryBytes)
    parts.push(`${entry('libraries', flash.libraryBytes)}  ${flash.libraries.map(printable).join(', ')}`);
  return [
    'Flash',
    ...parts,
    total(flash, flash.codeBytes === null ? 'tables only' : null),
    ...weightShare(flash, precision),
  ];
}

/** Where most is code, fewer bits are not what makes it smaller. */
function weightShare(
  { weightBytes, neededBytes, codeBytes }: Report['flash'],
  precision: Report['precision'],
): string[] {
  const share = weightBytes / neededBytes;
  if (precision !== 'int8' || codeBytes === null || weightBytes === 0 || share >= 0.5) return [];
  return [`  weights are ${Math.round(100 * share)} % of it: fewer bits save at most ${bytesText(weightBytes)}`];
}

/** RAM by its parts, and against the budget. */
export function ramLines({ ram, layers }: Report): string[] {
  const { arenaBytes, arenaLowerBoundBytes, scratchBytes, stackBytes, stackPath, stackBranch, peak } = ram;
  const at = layers[peak.layer] ? ` (peak at layer ${peak.layer})` : '';
  const bound =
    arenaBytes === arenaLowerBoundBytes ? 'no plan can be smaller' : `lower bound ${bytesText(arenaLowerBoundBytes)}`;
  const lines = ['RAM', `${entry('arena', arenaBytes)}  ${bound}${at}`];
  if (scratchBytes > 0) lines.push(`    of which up to ${bytesText(scratchBytes)} are scratch of a kernel`);
  if (stackBytes !== null) {
    const path = stackPath.slice(0, 4).map(printable).join(' > ');
    const branch = stackBranch
      ? `; ${bytesText(stackBranch.bytesWithout)} where ${printable(stackBranch.function)} is not called`
      : '';
    lines.push(`${entry('stack', stackBytes)}  worst case: ${path}${branch}`);
  }
  if (ram.libraryBytes) lines.push(`${entry('libraries', ram.libraryBytes)}  errno and the like`);
  return [...lines, total(ram, stackBytes === null ? 'arena only' : null)];
}

function entry(what: string, bytes: number): string {
  return `  ${what.padEnd(14)} ${grouped(bytes).padStart(11)} B`;
}

function total(fit: Fit, incomplete: string | null): string {
  const line = `${entry('total', fit.neededBytes)}${incomplete ? `  (${incomplete})` : ''}`;
  if (fit.budgetBytes === null || fit.marginBytes === null) return line;
  const verdict = fit.fits
    ? `fits, ${bytesText(fit.marginBytes)} left`
    : `DOES NOT FIT, ${bytesText(-fit.marginBytes)} too much`;
  return `${line}  of ${bytesText(fit.budgetBytes)}: ${verdict}`;
}

/** Equal texts of one pass are told once, with the number of nodes. */
function remarkLines({ remarks }: Report): string[] {
  const groups = new Map<string, string[]>();
  for (const { pass, op, node, text } of remarks) {
    const key = `${pass}: ${printable(text)}`;
    groups.set(key, [...(groups.get(key) ?? []), `${printable(op)} '${printable(node)}'`]);
  }
  return [...groups].map(([text, nodes]) => {
    const more = nodes.length > 2 ? ` and ${nodes.length - 2} more` : '';
    return `  ${text} (${nodes.slice(0, 2).join(', ')}${more})`;
  });
}

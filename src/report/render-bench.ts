import type { Target } from '../targets/target.ts';
import type { Counts } from '../verify/harness.ts';
import { formatsText } from './formats-text.ts';
import { flashLines, loopLines, ramLines } from './render-report.ts';
import type { Report } from './report.ts';
import { grouped, renderTable } from './table.ts';

/** Time of each layer, flash and RAM for a terminal. */
export function renderBench(report: Report, counts: Counts, { clockHz }: Target): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const chosen = report.layers.some(({ kernel }) => kernel !== null);
  const columns = [
    right('#'),
    { title: 'op', cut: 'end' as const },
    { title: 'node', cut: 'start' as const },
    ...(chosen ? [{ title: 'kernel', cut: 'end' as const }] : []),
    ...['MACs', counts.unit, 'per MAC', 'share'].map(right),
  ];
  const row = (time: number, macs: number) => [
    grouped(macs),
    grouped(time),
    macs === 0 ? '' : (time / macs).toFixed(2),
    `${((100 * time) / counts.total).toFixed(1)} %`,
  ];
  const rows = report.layers.map((layer, i) => [
    String(layer.index),
    layer.op,
    layer.node,
    ...(chosen ? [layer.kernel ?? ''] : []),
    ...row(counts.layers[i] ?? 0, layer.macs),
  ]);
  const total = ['', 'total', '', ...(chosen ? [''] : []), ...row(counts.total, report.macs)];
  return [
    `${report.model} on ${report.target}, ${formatsText(report)}`,
    '',
    ...renderTable(columns, [...rows, total]),
    ...loopLines(report),
    '',
    ...durationLines(counts, clockHz),
    ...flashLines(report),
    ...ramLines(report),
    '',
  ].join('\n');
}

function durationLines({ unit, total }: Counts, clockHz: number | null): string[] {
  if (unit === 'nanoseconds' || clockHz === null) return [];
  const milliseconds = (total / clockHz) * 1000;
  const condition = unit === 'instructions' ? ' if every instruction takes one cycle' : '';
  return [`${milliseconds.toFixed(2)} ms at ${clockHz / 1e6} MHz${condition}`, ''];
}

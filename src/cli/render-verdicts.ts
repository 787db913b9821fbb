import { METRICS, scoreText } from '../metrics/index.ts';
import { printable } from '../report/printable.ts';
import { renderTable } from '../report/table.ts';
import { agrees } from '../verify/compare.ts';
import type { Verdict } from '../verify/verify-model.ts';
import { difference } from './render-difference.ts';
import { fileLine } from './render-file.ts';
import { renderOff } from './render-off.ts';

/** Largest float error over the range of the value that still counts as agreement. */
export const TOLERANCE = 1e-5;

/** A line for the user's file, one for the graph that became C, one for each core; then a table of layers for each core. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '';
  const ofFile = verdicts.find(({ file }) => file?.run && !file.passed) ?? verdicts[0];
  const off = new Set(verdicts.flatMap(({ layers }) => renderOff(layers)));
  const lines = [...fileLine(ofFile), graphLine(verdicts), ...off, ...verdicts.map(coreLine)];
  const tables = verdicts.map((verdict) => {
    const title = verdicts.length > 1 ? [`On ${printable(verdict.toolchain)}:`, ''] : [];
    return ['', ...title, ...layerTable(verdict)];
  });
  return [...lines, ...tables.flat()].join('\n');
}

function graphLine(verdicts: readonly Verdict[]): string {
  const layers = verdicts.flatMap((verdict) => verdict.layers);
  if (layers.length === 0) return 'graph: layers were not compared';
  const wrong = layers.find((layer) => !agrees(layer, TOLERANCE));
  if (wrong) return `graph: ${printable(wrong.layer)} '${printable(wrong.value)}' DIFFERS: ${difference(wrong)}`;
  const count = new Set(verdicts[0].layers.map(({ layer }) => layer)).size;
  return `graph: ${count === 1 ? 'its layer agrees' : `all ${count} layers agree`} with onnxruntime`;
}

function coreLine({ toolchain, samples, passed, score, file }: Verdict): string {
  const float = file?.run && file.judgement === 'quality' && file.score ? `, float32 ${scoreText(file.score)}` : '';
  const accuracy = score === null ? '' : `, ${METRICS[score.metric].title} ${scoreText(score)}${float}`;
  const judgement = passed ? 'agrees with onnxruntime' : 'DIFFERS from onnxruntime';
  return `Verified on ${printable(toolchain)}: ${judgement} on ${samples} ${samples === 1 ? 'sample' : 'samples'}${accuracy}`;
}

function layerTable({ layers, outputs }: Verdict): string[] {
  const rows = [...layers, ...outputs].map((c) => [
    c.layer,
    c.value,
    agrees(c, TOLERANCE) ? (c.exact ? 'exact' : 'close') : 'DIFFERS',
    difference(c),
  ]);
  const columns = [
    { title: 'layer', cut: 'start' as const },
    { title: 'value', cut: 'start' as const },
    { title: 'verdict' },
    { title: 'largest difference' },
  ];
  return renderTable(columns, rows);
}

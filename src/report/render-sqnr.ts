import { printable } from './printable.ts';
import type { SqnrReport } from './sqnr.ts';
import { renderTable } from './table.ts';

/** The quality of each layer, then the first one that loses accuracy: cause and advice. */
export function renderSqnr({ samples, layers, diagnosis }: SqnrReport): string {
  const right = 'right' as const;
  const columns = [
    { title: 'layer', cut: 'start' as const },
    { title: 'SQNR dB', align: right },
    { title: 'saturated', align: right },
    { title: 'widest channel', align: right },
    { title: 'bias', align: right },
  ];
  const rows = layers.map((layer) => [
    layer.name,
    Number.isFinite(layer.sqnrDb) ? layer.sqnrDb.toFixed(1) : 'no noise',
    `${(layer.saturated * 100).toFixed(2)} %`,
    `${layer.outlierRatio.toFixed(1)}x`,
    layer.bias.toFixed(3),
  ]);
  const verdict =
    diagnosis === null
      ? ['No layer loses accuracy.']
      : [
          `First loss: '${printable(diagnosis.layer)}', ${diagnosis.cause}`,
          `  ${printable(diagnosis.evidence)}`,
          `  ${diagnosis.advice}`,
        ];
  const title = `Signal to quantization noise against float32, ${samples} samples`;
  return [title, '', ...renderTable(columns, rows), '', ...verdict, ''].join('\n');
}

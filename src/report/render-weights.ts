import type { FullReport } from './full-report.ts';
import { isPlain } from './layer-weights.ts';
import { exactBytes } from './svg/numbers.ts';
import { grouped, renderTable } from './table.ts';

/** What the weights of each layer take, for a terminal; null when no layer has fewer than 8 bits. */
export function renderWeights({ report, weights: totals }: FullReport): string | null {
  const layers = report.layers.flatMap((layer) => (layer.weights ? [{ ...layer, weights: layer.weights }] : []));
  if (!totals || layers.every(({ weights }) => isPlain(weights.format))) return null;
  const right = (title: string) => ({ title, align: 'right' as const });
  const decoded = layers.some(({ estimate }) => estimate && estimate.decoding > 0);
  const columns = [
    right('#'),
    { title: 'node', cut: 'start' as const },
    { title: 'format' },
    ...['weights', 'bits', 'entropy', 'achieved', 'bytes', '/ int8', 'SQNR dB'].map(right),
    ...(decoded ? [right('decoding')] : []),
  ];
  const rows = layers.map(({ index, node, weights, estimate }) => {
    const { format, count, nominalBits, entropyBits, achievedBits, codeBytes, lookupBytes, int8Ratio, sqnrDb } =
      weights;
    return [
      String(index),
      node,
      format,
      grouped(count),
      nominalBits === null ? 'varies' : String(nominalBits),
      entropyBits.toFixed(2),
      achievedBits.toFixed(2),
      grouped(codeBytes + lookupBytes),
      int8Ratio.toFixed(2),
      sqnrDb === null ? '' : Number.isFinite(sqnrDb) ? sqnrDb.toFixed(1) : 'no noise',
      ...(decoded
        ? [estimate ? `${Math.round((100 * estimate.decoding) / Math.max(1, estimate.instructions))} %` : '']
        : []),
    ];
  });
  const { count, bytes, achievedBits, entropyBits, float32Ratio, int8Ratio } = totals;
  return [
    `Weights: ${achievedBits.toFixed(2)} bits each (entropy ${entropyBits.toFixed(2)}), ${grouped(count)} in ${exactBytes(bytes)}: ` +
      `${float32Ratio.toFixed(1)}x smaller than float32, ${int8Ratio.toFixed(2)}x than int8`,
    '',
    ...renderTable(columns, rows),
    ...(decoded ? ["decoding: the share of the layer's instructions that unpacks weights, estimated"] : []),
    '',
  ].join('\n');
}

import { isPlain } from './decode-cost.ts';
import type { FullReport } from './full-report.ts';
import { exactBytes } from './svg/numbers.ts';
import { grouped, renderTable } from './table.ts';

/** What the weights of each layer take and cost, for a terminal; null when no layer has fewer than 8 bits. */
export function renderWeights({ report, weights: totals, decode }: FullReport): string | null {
  const layers = report.layers.flatMap((layer) => (layer.weights ? [{ ...layer, weights: layer.weights }] : []));
  if (!totals || layers.every(({ weights }) => isPlain(weights.format))) return null;
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    right('#'),
    { title: 'node', cut: 'start' as const },
    { title: 'format' },
    ...['weights', 'bits', 'entropy', 'achieved', 'bytes', '/ int8', 'SQNR dB', 'decoding'].map(right),
  ];
  const rows = layers.map(({ index, node, weights }) => {
    const { format, count, nominalBits, entropyBits, achievedBits, codeBytes, lookupBytes, int8Ratio, sqnrDb } =
      weights;
    const cost = isPlain(format) ? null : decode[index];
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
      cost ? `${cost.perWeight < 0 ? '' : '+'}${cost.perWeight.toFixed(2)}` : '',
    ];
  });
  const { count, bytes, achievedBits, entropyBits, float32Ratio, int8Ratio } = totals;
  const source = decode.find((cost) => cost !== null)?.source;
  return [
    `Weights: ${achievedBits.toFixed(2)} bits each (entropy ${entropyBits.toFixed(2)}), ${grouped(count)} in ${exactBytes(bytes)}: ` +
      `${float32Ratio.toFixed(1)}x smaller than float32, ${int8Ratio.toFixed(2)}x than int8`,
    '',
    ...renderTable(columns, rows),
    ...(source ? ['', DECODING[source]] : []),
    '',
  ].join('\n');
}

const DECODING = {
  measured: 'decoding: instructions per weight beyond int8, measured on this model',
  table: 'decoding: instructions per weight beyond int8, measured with npm run bench:decode',
} as const;

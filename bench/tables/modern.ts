import { METRICS, type MetricName } from '../../src/metrics/index.ts';
import { type BenchTable, markdownTable, percent } from '../table.ts';

export interface ModernRow {
  readonly model: string;
  readonly metric: MetricName;
  /** W4A8: bits of weights and of activations. */
  readonly precision: (typeof MODERN_PRECISIONS)[number];
  /** Of the C over the samples. */
  readonly score: number;
  readonly samples: number;
  /** Of the linked program for a Cortex-M4F at -O2. */
  readonly flashBytes: number;
  /** Codes and the tables that decode them. */
  readonly weightBytes: number;
  readonly arenaBytes: number;
  readonly stackBytes: number | null;
  /** Of one inference, by core. */
  readonly instructions: Readonly<Record<(typeof MODERN_CORES)[number], number | null>>;
}

export const MODERN_PRECISIONS = ['float32', 'int8', 'W4A8', 'W8A16'] as const;
export const MODERN_CORES = ['cortex-m4f', 'cortex-m0plus'] as const;

export const modernTable: BenchTable<ModernRow> = {
  name: 'modern',
  unit: ({ model, precision }) => `${model} ${precision}`,
  units: ['vit', 'unet'].flatMap((model) => MODERN_PRECISIONS.map((precision) => `${model} ${precision}`)),
  page,
};

function page(rows: readonly ModernRow[]): string {
  return `# A vision transformer and a U-Net

Written by \`npm run bench:modern\`; do not edit. The two [examples](../../examples/README.md) are trained by this project's own
gradients on data that it draws. Quantized after training, on 256 training samples without their labels, no re-training:
W4A8 are weights of 4 bits and activations of 8 in all layers, W8A16 weights of 8 and activations of 16. The score is that of
the generated C on test samples that are drawn for it; on some of them every integer of every layer was compared with
onnxruntime running the exported integer model. Flash is that of the linked program for a Cortex-M4F at -O2, RAM the arena and
the worst-case stack there.

${markdownTable<ModernRow>(
  {
    model: (row) => row.model,
    metric: (row) => METRICS[row.metric].title,
    precision: (row) => row.precision,
    score: (row) => percent(row.score),
    points: (row) => (row.precision === 'float32' ? null : signed(pointsOf(row, rows))),
    samples: (row) => row.samples,
    flash: (row) => row.flashBytes,
    'of it weights': (row) => row.weightBytes,
    RAM: (row) => row.arenaBytes + (row.stackBytes ?? 0),
    'instructions, Cortex-M4F': (row) => row.instructions['cortex-m4f'],
    'Cortex-M0+': (row) => row.instructions['cortex-m0plus'],
  },
  rows,
)}
`;
}

/** Points of the score above the float model's. */
export function pointsOf({ model, score }: ModernRow, rows: readonly ModernRow[]): number {
  const float = rows.find((row) => row.model === model && row.precision === 'float32');
  return 100 * (score - (float?.score ?? Number.NaN));
}

function signed(points: number): string {
  const text = points.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return points > 0 ? `+${text}` : text;
}

import { type BenchTable, markdownTable } from '../table.ts';

/** Instructions beyond those of int8: perWeight + perUse * uses for each weight of a layer. */
export interface DecodeRow {
  readonly core: string;
  readonly layer: 'dense' | 'conv' | 'depthwise';
  readonly format: string;
  readonly perWeight: number;
  readonly perUse: number;
  /** How often an inference uses each weight, in the small and the large layer, and what was counted there. */
  readonly uses: readonly [number, number];
  readonly int8: readonly [number, number];
  readonly packed: readonly [number, number];
  readonly weights: number;
}

/** By core; formats and layers as they came. */
export const decodeTable: BenchTable<DecodeRow> = {
  name: 'decode',
  unit: ({ core }) => core,
  units: ['cortex-m0', 'cortex-m3', 'cortex-m4f', 'cortex-m7', 'cortex-m33', 'cortex-m55'],
  page,
};

const LAYERS = {
  dense: 'dense: MatMul, 256 x 64 weights, 1 and 4 rows of input',
  conv: 'conv: 3 x 3, 16 to 32 channels, 4 x 4 and 8 x 8 pixels',
  depthwise: 'depthwise: 3 x 3, 64 channels, 4 x 4 and 8 x 8 pixels',
} as const;

function page(rows: readonly DecodeRow[]): string {
  const cores = [...new Set(rows.map(({ core }) => core))];
  const sections = (['dense', 'conv', 'depthwise'] as const).map((layer) => {
    const own = rows.filter((row) => row.layer === layer);
    const rowOf = (core: string, format?: string) =>
      own.find((row) => row.core === core && (format === undefined || row.format === format));
    const cellOf = (core: string, format: string | null) => {
      const row = rowOf(core, format ?? undefined);
      if (!row) return null;
      return format === null ? (row.int8[1] / row.weights / row.uses[1]).toFixed(2) : costText(row);
    };
    const table = markdownTable<string | null>(
      {
        format: (format) => format ?? 'int8 itself, per use',
        ...Object.fromEntries(cores.map((core) => [core, (format: string | null) => cellOf(core, format)])),
      },
      [...new Set(own.map(({ format }) => format)), null],
    );
    return `## ${LAYERS[layer]}\n\n${table}`;
  });
  return `# Decoding weights

Written by \`npm run bench:decode\`; do not edit. Instructions that an inference takes beyond the same layer with int8 weights,
per weight, when it uses every weight u times: a constant part where weights are unpacked first, a part per use where
the kernel unpacks as it multiplies. The line goes through two measured sizes; a negative number means fewer
instructions than int8. C compiled at -O2, counted under QEMU; weights are normal, rounded to the format's own grid.

${sections.join('\n\n')}
`;
}

/** '1.58 + 0.67 u'; what rounds to nothing is left out. */
function costText({ perWeight, perUse }: DecodeRow): string {
  const [once, each] = [perWeight, perUse].map((x) => x.toFixed(2).replace(/^-0\.00$/, '0.00'));
  if (each === '0.00') return once;
  if (once === '0.00') return `${each} u`;
  return `${once} ${perUse < 0 ? '-' : '+'} ${each.replace('-', '')} u`;
}

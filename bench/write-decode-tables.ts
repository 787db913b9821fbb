import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

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

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** What an earlier run wrote; empty when there was none. */
export async function readDecodeRows(): Promise<DecodeRow[]> {
  const text = await readFile(path('docs/benchmarks/decode.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text);
}

export async function writeDecodeTables(rows: readonly DecodeRow[]): Promise<void> {
  await writeFile(path('docs/benchmarks/decode.json'), `${JSON.stringify(rows, null, 1)}\n`);
  await writeFile(path('docs/benchmarks/decode.md'), markdown(rows));
}

const LAYERS = {
  dense: 'dense: MatMul, 256 x 64 weights, 1 and 4 rows of input',
  conv: 'conv: 3 x 3, 16 to 32 channels, 4 x 4 and 8 x 8 pixels',
  depthwise: 'depthwise: 3 x 3, 64 channels, 4 x 4 and 8 x 8 pixels',
} as const;

function markdown(rows: readonly DecodeRow[]): string {
  const cores = [...new Set(rows.map(({ core }) => core))];
  const sections = (['dense', 'conv', 'depthwise'] as const).map((layer) => {
    const own = rows.filter((row) => row.layer === layer);
    const lines = [...new Set(own.map(({ format }) => format))].map((format) => {
      const cells = cores.map((core) => {
        const row = own.find((one) => one.core === core && one.format === format);
        return row ? costText(row) : '-';
      });
      return `| ${format} | ${cells.join(' | ')} |`;
    });
    const base = cores.map((core) => {
      const row = own.find((one) => one.core === core);
      return row ? (row.int8[1] / row.weights / row.uses[1]).toFixed(2) : '-';
    });
    return `## ${LAYERS[layer]}

| format | ${cores.join(' | ')} |
| --- |${cores.map(() => ' --- |').join('')}
${lines.join('\n')}
| int8 itself, per use | ${base.join(' | ')} |`;
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

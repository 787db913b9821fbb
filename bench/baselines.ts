import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { KernelRow } from './tables/kernels.ts';

const BASELINES = fileURLToPath(new URL('./baselines.csv', import.meta.url));

/** Adds what others take for the same layers. */
export async function withBaselines(rows: readonly KernelRow[]): Promise<KernelRow[]> {
  const known = await readBaselines();
  return rows.map((row) => {
    const found = known.get(keyOf(row));
    if (!found) return row;
    const { baseline, instructions } = found;
    return { ...row, baseline, baselineInstructions: instructions, ratio: rounded(row.instructions / instructions) };
  });
}

const rounded = (ratio: number) => Number(ratio.toFixed(4));

function keyOf({ core, model, format, layer }: Pick<KernelRow, 'core' | 'model' | 'format' | 'layer'>): string {
  return [core, model, format, layer].join(' ');
}

/** baselines.csv: `baseline,format,model,layer`, then a column for each core. */
async function readBaselines() {
  const lines = (await readFile(BASELINES, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const [, , , , ...cores] = lines[0].split(',');
  const known = new Map<string, { readonly baseline: string; readonly instructions: number }>();
  for (const line of lines.slice(1)) {
    const [baseline, format, model, layer, ...counts] = line.split(',');
    counts.forEach((count, i) => {
      if (count !== '') known.set(keyOf({ core: cores[i], model, format, layer }), { baseline, instructions: +count });
    });
  }
  return known;
}

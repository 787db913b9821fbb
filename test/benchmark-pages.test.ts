import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type BenchTable, rowsText } from '../bench/table.ts';
import { type ModernRow, pointsOf } from '../bench/tables/modern.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

test.each(readdirSync(new URL('bench/tables/', ROOT)))(
  'docs/benchmarks: the page of %s is that of its rows, a line of JSON each',
  async (file) => {
    const tables: BenchTable<unknown>[] = Object.values(await import(`../bench/tables/${file}`)).filter(isTable);
    expect(tables.length).toBe(1);
    const [{ name, page }] = tables;
    const text = read(`docs/benchmarks/${name}.json`);
    const rows = JSON.parse(text);
    expect(page(rows)).toBe(read(`docs/benchmarks/${name}.md`));
    expect(text).toBe(rowsText(rows));
  },
);

function isTable(value: unknown): value is BenchTable<unknown> {
  return typeof value === 'object' && value !== null && 'page' in value;
}

/** Points of the score that each precision may lose against float32. */
const MOST_LOST: Readonly<Record<string, number>> = { float32: 0, int8: 0.3, W4A8: 0.6, W8A16: 0.05 };

test('docs/benchmarks/modern.json: the transformer and the U-Net lose next to nothing, on 10,000 samples', () => {
  const rows: ModernRow[] = JSON.parse(read('docs/benchmarks/modern.json'));
  const lost = rows.filter((row) => !(-pointsOf(row, rows) <= MOST_LOST[row.precision] + 1e-9));
  expect(lost).toEqual([]);
  for (const { samples, metric } of rows) expect(samples, metric).toBeGreaterThanOrEqual(10_000);
});

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type BenchTable, rowsText } from '../bench/table.ts';

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

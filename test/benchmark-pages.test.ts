import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BenchTable } from '../bench/table.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

test.each(readdirSync(new URL('bench/tables/', ROOT)))(
  'docs/benchmarks: the page of %s is that of its rows',
  async (file) => {
    const tables: BenchTable<unknown>[] = Object.values(await import(`../bench/tables/${file}`)).filter(isTable);
    expect(tables.length).toBe(1);
    const [{ name, page }] = tables;
    expect(page(JSON.parse(read(`docs/benchmarks/${name}.json`)))).toBe(read(`docs/benchmarks/${name}.md`));
  },
);

function isTable(value: unknown): value is BenchTable<unknown> {
  return typeof value === 'object' && value !== null && 'page' in value;
}

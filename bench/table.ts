import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../docs/benchmarks/', import.meta.url));

/** A benchmark's result: docs/benchmarks/NAME.json for tools, NAME.md for people, one made from the other. */
export interface BenchTable<Row> {
  readonly name: string;
  /** What is measured in one go: new rows replace all of the same unit. */
  unit(row: Row): string;
  /** Units in the order of the page; what is not among them is no longer measured. Default: as they came. */
  readonly units?: readonly string[];
  page(rows: readonly Row[]): string;
}

/** Rows of earlier runs; none before the first. */
export async function readRows<Row>({ name }: BenchTable<Row>): Promise<Row[]> {
  return readFile(`${FOLDER}${name}.json`, 'utf8').then(JSON.parse, () => []);
}

/** Called after each unit: a run that is stopped, or asked for one unit, leaves the others as they were. */
export async function updateTable<Row>(table: BenchTable<Row>, fresh: readonly Row[]): Promise<void> {
  const replaced = new Set(fresh.map(table.unit));
  const rows = [...(await readRows(table)).filter((row) => !replaced.has(table.unit(row))), ...fresh];
  await writeRows(table, table.units?.flatMap((unit) => rows.filter((row) => table.unit(row) === unit)) ?? rows);
}

async function writeRows<Row>({ name, page }: BenchTable<Row>, rows: readonly Row[]): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(`${FOLDER}${name}.json`, rowsText(rows));
  await writeFile(`${FOLDER}${name}.md`, page(rows));
}

/** A line for each row, so that a difference shows which ones changed. */
export function rowsText(rows: readonly unknown[]): string {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}

/** Numbers are grouped by thousands; null: not measured. */
type Cell = string | number | null;

/** A table of Markdown; columns by title. */
export function markdownTable<Row>(
  columns: Readonly<Record<string, (row: Row) => Cell>>,
  rows: readonly Row[],
): string {
  const titles = Object.keys(columns);
  const lines = rows.map((row) => titles.map((title) => text(columns[title](row))));
  return [titles, titles.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function text(cell: Cell): string {
  if (cell === null) return '-';
  return typeof cell === 'number' ? grouped(cell) : cell;
}

export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** '99.27 %', of a share of 1. */
export function percent(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(2)} %`;
}

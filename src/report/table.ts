import { printable } from './printable.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut at this end when the table is too wide. The end of an ONNX name tells more than its beginning. */
  readonly cut?: 'start' | 'end';
}

const GAP = 2;
/** A cut column keeps this many characters. */
const SMALLEST = 6;

/** Lines of at most `width` characters as long as cutting can reach that; a heading, then the rows. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width = 100): string[] {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, c) => Math.max(0, ...cells.map((row) => row[c].length)));
  const total = () => widths.reduce((sum, w) => sum + w, (columns.length - 1) * GAP);
  while (total() > width) {
    const widest = widestCut(columns, widths);
    if (widest === null) break;
    widths[widest]--;
  }
  return cells.map((row) => {
    const line = row.map((cell, c) =>
      align(shorten(cell, widths[c], columns[c].cut), widths[c], columns[c].align ?? 'left'),
    );
    return line.join(' '.repeat(GAP)).trimEnd();
  });
}

function widestCut(columns: readonly Column[], widths: readonly number[]): number | null {
  let widest: number | null = null;
  columns.forEach(({ cut }, c) => {
    if (cut && widths[c] > SMALLEST && (widest === null || widths[c] > widths[widest])) widest = c;
  });
  return widest;
}

/** '..block3/conv2' or 'Cortex-M55 with ..'. */
function shorten(text: string, width: number, cut: Column['cut']): string {
  if (text.length <= width) return text;
  return cut === 'start' ? `..${text.slice(text.length - width + 2)}` : `${text.slice(0, width - 2)}..`;
}

function align(text: string, width: number, side: 'left' | 'right'): string {
  return side === 'left' ? text.padEnd(width) : text.padStart(width);
}

/** 1234567 -> '1,234,567'. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** '8,752 B', from 10 KiB on with the power of two beside it. */
export function bytesText(bytes: number): string {
  if (bytes === Number.POSITIVE_INFINITY) return 'unlimited';
  const [size, unit] = Math.abs(bytes) >= 2 ** 20 ? [bytes / 2 ** 20, 'MiB'] : [bytes / 1024, 'KiB'];
  return Math.abs(bytes) < 10240 ? `${grouped(bytes)} B` : `${grouped(bytes)} B (${size.toFixed(1)} ${unit})`;
}

import type { MappedBuffer, MemoryMap, Region } from './memory-map.ts';

const COLUMNS = 64;
const SYMBOL_COLUMNS = 18;

/**
 * The arena drawn as text for a C comment or a terminal: one row per call, memory from left to right, then a table of
 * the buffers. ASCII, at most 100 columns, and no text of the model: buffers have numbers, calls their C symbols.
 *
 *   l00_conv2d |[0=======][1=================]...|  12345
 *   l01_add x8 |[0=======]..................[2==]|  12345     made eight times
 */
export function renderMemoryMap(map: MemoryMap): string {
  const scale = Math.max(1, Math.ceil(map.arenaBytes / COLUMNS));
  const symbols = map.calls.map(({ symbol, turns }) => `${plainSymbol(symbol)}${turns > 1 ? ` x${turns}` : ''}`);
  const width = Math.max(0, ...symbols.map((symbol) => symbol.length));
  const peak = symbols[map.peakCall] ?? 'no call';
  const rows = map.calls.map((call, index) => {
    const used = String(call.usedBytes).padStart(String(map.arenaBytes).length);
    return `${symbols[index].padEnd(width)} |${drawRow(call.regions, map.arenaBytes, scale)}| ${used}`;
  });
  return [
    `arena ${map.arenaBytes} bytes, lower bound ${map.lowerBoundBytes} bytes, most needed in ${peak}`,
    `one column is ${scale} bytes; [7==] buffer 7, 7+8## a result over an input that dies, right: bytes in use`,
    ...rows,
    ...drawTable(map, symbols),
    '',
  ].join('\n');
}

/** C identifiers have only these characters; anything else must not reach a comment. */
function plainSymbol(symbol: string): string {
  return symbol.replace(/[^A-Za-z0-9_]/g, '_').slice(0, SYMBOL_COLUMNS);
}

function drawRow(regions: readonly Region[], arenaBytes: number, scale: number): string {
  const cells = new Array<string>(Math.ceil(arenaBytes / scale)).fill('.');
  const draw = (offset: number, end: number, text: (columns: number) => string): void => {
    if (end <= offset) return;
    const first = Math.floor(offset / scale);
    const columns = Math.ceil(end / scale) - first;
    cells.splice(first, columns, ...text(columns));
  };
  for (const { buffer, offset, bytes } of regions) draw(offset, offset + bytes, (columns) => block(buffer, columns));
  regions.forEach((low, index) => {
    for (const high of regions.slice(index + 1)) {
      const end = Math.min(low.offset + low.bytes, high.offset + high.bytes);
      draw(high.offset, end, (columns) => `${low.buffer}+${high.buffer}`.padEnd(columns, '#').slice(0, columns));
    }
  });
  return cells.join('');
}

function block(buffer: number, columns: number): string {
  if (columns === 1) return '|';
  const label = String(buffer);
  return `[${(label.length <= columns - 2 ? label : '').padEnd(columns - 2, '=')}]`;
}

function drawTable({ buffers, calls }: MemoryMap, symbols: readonly string[]): string[] {
  const rows = buffers.map((buffer) => [
    String(buffer.id),
    plainSymbol(buffer.place),
    String(buffer.offset),
    String(buffer.bytes),
    `${buffer.within === null ? plainSymbol(buffer.role) : `slice of ${buffer.within}`}, ${lifeText(buffer)}`,
  ]);
  const table = [['buffer', 'place', 'offset', 'bytes', 'life'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) =>
    [
      ...widths.map((width, column) => (column === 1 ? row[1].padEnd(width) : row[column].padStart(width))),
      row[4],
    ].join('  '),
  );

  function lifeText({ firstCall, lastCall }: MappedBuffer): string {
    const first = firstCall < 0 ? 'before the run' : (symbols[firstCall] ?? 'after the run');
    const last = lastCall >= calls.length ? 'after the run' : (symbols[lastCall] ?? 'before the run');
    return first === last ? first : `${first} .. ${last}`;
  }
}

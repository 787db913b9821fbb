import type { Argument, Call, Json, RowLayer, RowLoop, RowPlace, RowSource } from '../ir/program.ts';
import { must } from '../support/errors.ts';

/** The windows of a layer's rows, a table of the generated C, as what the layer's template calls them. */
export interface RowWindows {
  /** 'l01a_shapes[window]', or 'l01a_shape' where all rows have one. */
  readonly name: string;
  readonly table: string;
  readonly shapes: RowLayer['windows']['shapes'];
}

export function rowWindowsOf({ call, windows: { shapes } }: RowLayer): RowWindows | null {
  if (shapes.length === 0) return null;
  const table = `${call.symbol.split('_')[0]}_shapes`;
  return { table, name: shapes.length === 1 ? `${table}[0]` : `${table}[window]`, shapes };
}

/** What the function of a layer takes beside its operands. */
export function rowParameters({ windows: { shapes }, gathers }: RowLayer): string[] {
  if (gathers) return ['int32_t row'];
  return shapes.length > 1 ? ['int32_t window'] : [];
}

/** The parameter that counts the rows that have come. */
export const FED = 'fed';

/** What the function of layers by rows takes before its operands where rows come from outside. */
export function fedParameters({ arguments: all, rowLoop }: Call): string[] {
  const { fed } = rowLoop ?? {};
  if (!fed) return [];
  const { ctype } = must(
    all.find(({ name }) => name === fed.place.argument),
    fed.place.argument,
  );
  return [`const ${ctype} *x`, 'int32_t count'];
}

/** What templates/c/layers/rows.c.hbs sees. */
export function rowLoopParams(call: Call, { ticks, layers, fed }: RowLoop): { [key: string]: Json } {
  const types = new Map(call.arguments.map((argument) => [argument.name, argument]));
  return {
    ticks,
    fed: fed ? fedParams(types, fed) : null,
    layers: layers.map((layer) => {
      const { ring, rows, from, every } = layer;
      const moves = ring !== null && ring.rows > 1 ? Math.max(ring.moves, rows) : rows;
      return {
        symbol: layer.call.symbol,
        summary: layer.call.summary,
        from,
        every,
        rows,
        due: moves,
        beyond: moves > rows,
        ring: ring && ring.rows > 1 ? { ...ring, bytes: rowBytesText(types, writtenPlace(layer)) } : null,
        arguments: argumentTexts(types, layer).join(', '),
      };
    }),
  };
}

type Arguments = ReadonlyMap<string, Argument>;

function fedParams(types: Arguments, { rows, place, ring }: RowSource): { [key: string]: Json } {
  const moves = ring !== null && ring.rows > 1 ? Math.max(ring.moves, rows) : rows;
  const bytes = rowBytesText(types, place);
  return {
    rows,
    due: moves,
    beyond: moves > rows,
    ring: ring && ring.rows > 1 ? { ...ring, bytes } : null,
    place: placeText(types, { access: 'write', ctype: '' }, place, 't'),
    rowElements: place.rowElements,
    bytes,
  };
}

function writtenPlace({ call, places }: RowLayer): RowPlace {
  return places[call.arguments.findIndex(({ access }) => access === 'write')];
}

function rowBytesText(types: Arguments, { argument, rowElements }: RowPlace): string {
  const { ctype } = must(types.get(argument), argument);
  return /^u?int8_t$/.test(ctype) ? String(rowElements) : `${rowElements} * (int32_t)sizeof(${ctype})`;
}

function argumentTexts(types: Arguments, layer: RowLayer): string[] {
  const places = layer.places.map((place, i) => placeText(types, layer.call.arguments[i], place));
  return [...(layer.gathers ? ['row'] : windowText(layer)), ...places];
}

/** Rows at the top, one window for those within, rows at the bottom. */
function windowText({ windows: { shapes, top }, rows }: RowLayer): string[] {
  if (shapes.length <= 1) return [];
  const bottom = shapes.length - top - 1;
  const first = top === 0 ? '0' : `((row < ${top}) ? row : ${top})`;
  const last = rows - bottom;
  const beyond = `row - ${last - top - 1}`;
  if (bottom === 0) return [first];
  return [`(row >= ${last}) ? ${beyond} : ${first}`];
}

/** 'x + 512 * (row - 1)' and so on. */
function placeText(
  types: Arguments,
  { access, ctype }: Pick<Argument, 'access' | 'ctype'>,
  place: RowPlace,
  counter = 'row',
): string {
  const { argument, rowElements, stride, pad, slot } = place;
  const own = must(types.get(argument), argument);
  if (rowElements === 0) {
    const text = slot ? `(${argument} + ${slot})` : argument;
    const to = access === 'read' ? `const ${ctype}` : ctype;
    return own.ctype === ctype ? text : `(${to} *)(${access === 'read' ? 'const ' : ''}void *)${text}`;
  }
  if (slot !== null) {
    if (pad === 0) return slot === 0 ? argument : `${argument} + ${slot * rowElements}`;
    const padding = stride === 1 ? `${pad} - ${counter}` : `${pad} - ${stride} * ${counter}`;
    const first = slot === 0 ? `nn_max0(${padding})` : `(${slot} + nn_max0(${padding}))`;
    return `${argument} + ${rowElements} * ${first}`;
  }
  if (stride === 0) return argument;
  const row = stride === 1 ? counter : `${stride} * ${counter}`;
  return `${argument} + ${rowElements} * ${pad === 0 ? row : `nn_max0(${row} - ${pad})`}`;
}

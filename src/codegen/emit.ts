import { loopAt, strideOf } from '../ir/loops.ts';
import type { Argument, BufferId, Call, MemoryPlan, Port, Program, Table } from '../ir/program.ts';
import { bytesByKind } from '../ir/tables.ts';
import { arenaBytes, isPacked } from '../ir/tensor.ts';
import { formSuffix } from '../kernels/forms.ts';
import { kernelSets } from '../kernels/sets.ts';
import { arrayText, cType } from '../ops/support/c-text.ts';
import { must } from '../support/errors.ts';
import { commentText } from '../support/names.ts';
import { fedContext, inputContexts, outputContexts, stateContext } from './emit-ports.ts';
import { fedParameters, type RowWindows, rowLoopParams, rowParameters, rowWindowsOf } from './emit-rows.ts';
import { ID_MARK, withFilesId } from './files-id.ts';
import { geometriesOf, withGeometry } from './geometry.ts';
import { kernelsFor } from './kernels.ts';
import { placeNames } from './place-names.ts';
import { memoryMap, renderMemoryMap } from './plan-memory/memory-map.ts';
import { returnsCode } from './port-names.ts';
import { type TemplateSet, templateSet } from './templates.ts';
import { wrapLines, wrapList } from './wrap-lines.ts';

export interface EmitOptions {
  /** What the core can do: decides which sets of kernels are used. Default: none, portable C. */
  readonly features?: ReadonlySet<string>;
  /** Lines for the banner: tool version, model hash, recipe, target. No date: same input, same bytes. */
  readonly provenance?: readonly string[];
}

/** File name -> text, in the order a person would open them. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/** From so many calls on, layers stay functions of their own: what compilers take for one function grows with its square. */
const MANY_CALLS = 1000;

/** What the files are made of; what layers have in common has names. */
interface Emission {
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly templates: TemplateSet;
  readonly places: ReturnType<typeof placeNames>;
  readonly geometries: ReturnType<typeof geometriesOf>;
  /** By symbol. */
  readonly tables: ReadonlyMap<string, Table>;
}

/** Program and memory plan -> NAME.h, NAME.c, NAME_weights.c, CMakeLists.txt. */
export function emitC(program: Program, plan: MemoryPlan, options: EmitOptions = {}): GeneratedFiles {
  const templates = templateSet(kernelSets(options.features ?? new Set()));
  const context = modelContext(program, plan, options, templates);
  const { name } = program;
  return withFilesId(
    new Map([
      [`${name}.h`, templates.render('model.h', context)],
      [`${name}.c`, templates.render('model.c', context)],
      [`${name}_weights.c`, templates.render('weights.c', context)],
      ['CMakeLists.txt', templates.render('CMakeLists.txt', context)],
    ]),
  );
}

function modelContext(program: Program, plan: MemoryPlan, options: EmitOptions, templates: TemplateSet) {
  const { name } = program;
  const emission: Emission = {
    program,
    plan,
    templates,
    places: placeNames(program),
    geometries: geometriesOf(program.calls),
    tables: new Map(program.tables.map((table) => [table.symbol, table])),
  };
  const layers = shared(program.calls.map((call, index) => layerContext(emission, call, index)));
  const fed = fedContext(emission, layers, (call, symbol) => fedCall(emission, call, symbol));
  const rowWindows = program.calls.flatMap(({ rowLoop }) =>
    (rowLoop?.layers ?? []).flatMap((layer) => rowWindowsOf(layer) ?? []),
  );
  const code = layers.flatMap(({ body, parts }) => [...parts.map((part) => part.body), body]).join('\n');
  const kernels = kernelsFor(
    code,
    templates,
    program.calls.flatMap(({ instances = [] }) => instances),
  );
  const tables = program.tables.map(tableContext);
  const states = (program.states ?? []).map((state) => stateContext(emission, state));
  const headers = systemHeaders(kernels.systemHeaders, states.length > 0 ? `${code}memset(` : code);
  return {
    name,
    upper: name.toUpperCase(),
    filesId: ID_MARK,
    provenance: (options.provenance ?? []).map((line) => commentText(line)),
    arenaBytes: Math.max(1, plan.arenaBytes), // C has no empty arrays
    geometries: [...emission.geometries.values()].filter(({ name }) => code.includes(`&${name}`)),
    rowWindows,
    places: [...emission.places]
      .filter(([buffer]) => program.inputs.every((port) => port.value !== program.fed || port.buffer !== buffer))
      .map(([buffer, place]) => ({ place, offset: must(plan.offsets.get(buffer), place) })),
    inputs: inputContexts(emission).filter((_, i) => program.inputs[i].value !== program.fed),
    fed,
    outputs: outputContexts(emission).map((output) => {
      const state = states.find(({ output: kept }) => kept === output.onnxName);
      return { ...output, ...(state && { kept: state.input }) };
    }),
    states,
    returns: returnsCode(program),
    counts: program.calls.some(({ limit }) => limit),
    layers,
    loops: (program.loops ?? []).length > 0,
    layerAttribute: program.calls.length >= MANY_CALLS ? '__attribute__((noinline)) ' : '',
    kernels: kernels.text,
    systemHeaders: headers,
    usesMath: headers.includes('<math.h>'),
    tables,
    tableAttribute: program.flashApart ? '__attribute__((progmem)) ' : '',
    tablesUseMath: program.tables.some(spelledByMath),
    memoryMapLines: renderMemoryMap(memoryMap(program, plan)).trimEnd().split('\n'),
  };
}

/** Names of math.h that layers use; a suffix f or l may follow. */
const MATH =
  /\b(INFINITY|NAN)\b|\b(a?(sin|cos|tan)h?|exp|exp2|expm1|log|log2|log1p|log10|pow|sqrt|erf|fmod|floor|ceil|round|trunc|rint|nearbyint|fabs|fmin|fmax|isnan|isinf|isfinite|signbit|copysign)[fl]?\(/;

/** <math.h> only when something needs it: integer models are freestanding. */
function systemHeaders(fromKernels: readonly string[], code: string): string[] {
  const headers = new Set(fromKernels);
  if (MATH.test(code)) headers.add('<math.h>');
  if (/\bmem(cpy|set|move)\(/.test(code)) headers.add('<string.h>');
  // Already there: the header includes stdint.h, the layer hook stddef.h.
  headers.delete('<stdint.h>');
  headers.delete('<stddef.h>');
  return [...headers].sort();
}

function layerContext(emission: Emission, call: Call, index: number) {
  const { indent, ...loop } = loopContext(emission, index);
  return {
    index,
    indent,
    ...loop,
    symbol: call.symbol,
    op: commentText(call.op),
    node: commentText(call.node),
    summary: commentText(call.summary, 110),
    cost: costText(emission, call),
    parameters: wrapList(`static void ${call.symbol}`, [
      ...fedParameters(call),
      ...call.arguments.map((argument) => parameterText(argument)),
    ]),
    arguments: wrapList(`${indent}${call.symbol}`, argumentTexts(emission, call)),
    body: wrapLines(bodyText(emission, call).trimEnd()),
    parts: (call.rowLoop?.layers ?? []).map((layer) => ({
      symbol: layer.call.symbol,
      op: commentText(layer.call.op),
      node: commentText(layer.call.node),
      summary: commentText(layer.call.summary, 110),
      parameters: [...rowParameters(layer), ...layer.call.arguments.map((argument) => parameterText(argument))].join(
        ', ',
      ),
      body: wrapLines(bodyText(emission, layer.call, rowWindowsOf(layer)).trimEnd()),
    })),
    replaced: replacedText(emission, call),
    ...(call.limit && { limit: call.limit }),
    result: call.result ? placeText(emission, 'const void', resultPlace(call, call.result)) : '0',
    resultBytes: call.result ? arenaBytes(call.result.type) : 0,
  };
}

/** Where a loop begins and ends, and how far in its calls stand. */
function loopContext({ program }: Emission, index: number) {
  const loop = loopAt(program.loops, index);
  if (loop === null) return { indent: '    ' };
  const { first, calls, turns } = loop;
  return { indent: '        ', ...(first === index && { opens: turns }), closes: first + calls - 1 === index };
}

function resultPlace(call: Call, { buffer }: Port): Pick<Argument, 'buffer' | 'stride'> {
  return { buffer, stride: strideOf(call, buffer) };
}

/** 'l01_y starts 160 bytes below l00_y and replaces it', of results that lie over what the layer reads. */
function replacedText({ program, plan, places }: Emission, { overlaps }: Call): string {
  const placeOf = (buffer: BufferId) => must(plan.offsets.get(buffer), `offset of buffer ${buffer}`);
  const replaced = overlaps.filter(({ read, write }) => {
    const [from, to] = [placeOf(read), placeOf(write)];
    return read !== write && from < to + program.buffers[write].bytes && to < from + program.buffers[read].bytes;
  });
  return replaced
    .map(({ read, write }) => {
      const below = placeOf(read) - placeOf(write);
      const where = below === 0 ? 'with' : below > 0 ? `${below} bytes below` : `${-below} bytes above`;
      return `${places.get(write)} starts ${where} ${places.get(read)} and replaces it`;
    })
    .join(', ');
}

function bodyText({ geometries, templates }: Emission, call: Call, windows: RowWindows | null = null): string {
  const named = windows
    ? { ...call.params, shape: { ...windows.shapes[0], name: windows.name } }
    : withGeometry(call.params, geometries);
  const loop = call.rowLoop ? rowLoopParams(call, call.rowLoop) : {};
  const params = { ...named, ...loop, form: formSuffix(call.requantization) };
  const { layer } = call.params;
  // A layer within a loop of another.
  const inside = typeof layer === 'string' ? indented(templates.render(`layers/${layer}.c`, params)) : '';
  return templates.render(`layers/${call.template}.c`, { ...params, inside });
}

function indented(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n');
}

/**
 * Layers with the same body, as the steps of an unrolled loop have, become one function, the first one's; `others` counts
 * the further calls.
 */
function shared<T extends { symbol: string; parameters: string; body: string }>(layers: readonly T[]) {
  const key = ({ parameters, body }: T) => `${parameters}\n${body}`;
  const alike = new Map<string, T[]>();
  for (const layer of layers) {
    const known = alike.get(key(layer));
    if (known) known.push(layer);
    else alike.set(key(layer), [layer]);
  }
  return layers.map((layer) => {
    const all = must(alike.get(key(layer)), 'itself');
    return { ...layer, symbol: all[0].symbol, defined: all[0] === layer, others: all.length - 1 };
  });
}

/** '-> int8_t[1][64][25][5], 320000 multiply-accumulates, 2560 bytes of weights' */
function costText({ tables }: Emission, call: Call): string {
  const read = [...new Set(call.constants)].flatMap((symbol) => tables.get(symbol) ?? []);
  const weights = read.filter(({ kind }) => kind === 'weights');
  const bytes = weights.reduce((sum, table) => sum + bytesByKind(table).weights, 0);
  const parts = [
    ...(call.result ? [`-> ${elementName(call.result)}${call.result.shape.map((d) => `[${d}]`).join('')}`] : []),
    ...(call.macs > 0 ? [`${call.macs} multiply-accumulates`] : []),
    ...(bytes > 0 ? [`${bytes} bytes of weights`] : []),
  ];
  return parts.join(', ');
}

function elementName({ type }: Port): string {
  return isPacked(type) ? 'int4' : cType(type.dtype);
}

function parameterText(argument: Call['arguments'][number]): string {
  return `${argument.access === 'read' ? 'const ' : ''}${argument.ctype} *${argument.name}`;
}

/** In NAME_feed(). */
function fedCall(emission: Emission, call: Call, symbol: string): string {
  return wrapLines(`        ${symbol}(${argumentTexts(emission, call).join(', ')});`);
}

/** What comes row by row is handed on by NAME_feed(). */
function argumentTexts(emission: Emission, call: Call): string[] {
  const texts = call.arguments.map((argument) => argumentText(emission, argument));
  return call.rowLoop?.fed ? ['rows', 'count', ...texts] : texts;
}

function argumentText(emission: Emission, { access, ctype, ...place }: Argument): string {
  return placeText(emission, `${access === 'read' ? 'const ' : ''}${ctype}`, place);
}

/** AT(int8_t, l03_y), or AT(int8_t, l03_y + 16 * t) of what moves from turn to turn. */
function placeText(
  { places }: Emission,
  ctype: string,
  { buffer, stride = 0 }: Pick<Argument, 'buffer' | 'stride'>,
): string {
  const moved = stride === 0 ? '' : ` ${stride < 0 ? '-' : '+'} ${Math.abs(stride)} * t`;
  return `AT(${ctype}, ${places.get(buffer)}${moved})`;
}

/** Infinities and NaN are macros of math.h. */
function spelledByMath({ dtype, data }: Table): boolean {
  return /^f(32|64)$/.test(dtype) && !(data as Float32Array | Float64Array).every(Number.isFinite);
}

function tableContext({ symbol, dtype, data, comment }: Table) {
  return {
    symbol,
    ctype: cType(dtype),
    length: Math.max(1, data.length),
    comment: commentText(comment),
    values: data.length === 0 ? '    0' : arrayText(data, dtype),
  };
}

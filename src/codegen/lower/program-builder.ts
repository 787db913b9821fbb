import { firstsOf, typeOf } from '../../ir/graph.ts';
import type {
  Buffer as ArenaBuffer,
  Argument,
  BufferId,
  Call,
  Port,
  Program,
  Storage,
  Table,
} from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import { rowMajor, sameStorage } from '../../ir/storage.ts';
import { arenaArray, arenaBytes, elementBytes, isPacked, isWide } from '../../ir/tensor.ts';
import type { DType, Graph, Node, TensorType, TypedArray, ValueName } from '../../ir/types.ts';
import { bytesPerElement } from '../../numerics/dtype.ts';
import { cType } from '../../ops/support/c-text.ts';
import { assignText, elementText } from '../../ops/support/element.ts';
import { linesParams } from '../../ops/support/loops.ts';
import { pointwiseParams } from '../../ops/support/pointwise.ts';
import { invariant, must, UserError } from '../../support/errors.ts';
import { copyNest } from './copy-nest.ts';

/** A program under construction: where each computed value lies, and what has been emitted so far. */
export interface ProgramBuilder {
  /** C prefix. */
  readonly name: string;
  readonly graph: Graph;
  /** Constants that are no tables, see firstsOf(). */
  readonly firsts: ReadonlySet<ValueName>;
  readonly features: ReadonlySet<string>;
  has(value: ValueName): boolean;
  port(value: ValueName): Port;
  /** `fed`: it comes row by row and has no place of its own. */
  addInput(value: ValueName, storage: Storage, fed?: boolean): void;
  /** A fresh buffer that will hold `value` in this storage. */
  addValue(value: ValueName, storage: Storage): Port;
  /** `value` is what lies in `source`'s buffer, seen through another shape or order. */
  addView(value: ValueName, source: Port, storage: Storage): Port;
  addScratch(bytes: number): BufferId;
  /** The same value lying otherwise; emits a copy (or two, by way of row-major) the first time it is asked for. */
  relaid(port: Port, storage: Storage): Port;
  /** A packed value with one code to a byte; emits the copy the first time it is asked for. */
  unpacked(port: Port): Port;
  /** A place with one code to a byte for a layer that cannot write packed codes; pack() brings them where they belong. */
  addUnpacked(port: Port): Port;
  pack(from: Port, to: Port): void;
  /** The same codes in 16 bits each; emits the copy the first time it is asked for. */
  widened(port: Port): Port;
  /** A place of 16 bits a code for a layer that writes such; pack() brings them where they belong. */
  addWidened(port: Port): Port;
  addTable(
    hint: string,
    dtype: DType,
    data: TypedArray,
    kind: Table['kind'],
    comment: string,
    parameterBytes?: number,
  ): string;
  /** Tables of a layer that was lowered by itself, under its prefix. */
  adoptTables(tables: readonly Table[]): void;
  /** What names of the next call and its tables begin with: 'l03'. */
  prefix(): string;
  addCall(call: Omit<Call, 'symbol'>, hint: string): void;
  /** Gives the outputs of a refused node some place, so that the rest can still be checked. */
  abandon(node: Node): void;
  finish(nativeOutputs: boolean): Program;
}

/** `prefix`: what all names of its calls and tables begin with, of a program that is part of another. */
export function startProgram(
  graph: Graph,
  name: string,
  features: ReadonlySet<string>,
  prefix?: string,
): ProgramBuilder {
  const ports = new Map<ValueName, Port>();
  const copies = new Map<ValueName, Port[]>();
  const buffers: ArenaBuffer[] = [];
  const calls: Call[] = [];
  const tables: Table[] = [];
  const states = new Map((graph.states ?? []).map(({ input, output }) => [input, output]));
  const tablesByStart = new Map<string, Table[]>();
  const tableSymbols = new Set<string>();

  const addBuffer = (role: ArenaBuffer['role'], bytes: number, align: number, label: string): BufferId => {
    buffers.push({ id: buffers.length, bytes, align, role, name: label, within: null });
    return buffers.length - 1;
  };
  const newPort = (value: ValueName, storage: Storage, role: ArenaBuffer['role'], given?: TensorType): Port => {
    const type = given ?? typeOf(graph, value);
    const align = bytesPerElement(type.dtype);
    return { value, type, shape: type.shape, storage, buffer: addBuffer(role, arenaBytes(type), align, value) };
  };
  const layerPrefix = () => prefix ?? `l${String(calls.length).padStart(2, '0')}`;

  const builder: ProgramBuilder = {
    name,
    graph,
    firsts: firstsOf(graph),
    features,
    has: (value) => ports.has(value),
    port: (value) => ports.get(value) ?? constantPort(value),
    addInput(value, storage, fed = false) {
      const port = newPort(value, storage, states.has(value) ? 'state' : 'input');
      if (fed) buffers[port.buffer] = { ...buffers[port.buffer], bytes: 0 };
      ports.set(value, port);
    },
    addValue(value, storage) {
      const port = newPort(value, storage, 'activation');
      ports.set(value, port);
      return port;
    },
    addView(value, source, storage) {
      const type = typeOf(graph, value);
      const port: Port = { value, type, shape: type.shape, storage, buffer: source.buffer };
      ports.set(value, port);
      return port;
    },
    addScratch: (bytes) => addBuffer('scratch', bytes, 4, 'scratch'),
    relaid(port, storage) {
      if (sameStorage(port.storage, storage)) return port;
      const known = copyOf(port, storage, isPacked(port.type));
      if (known) return known;
      const source = copyNest(port.storage, storage) ? port : builder.relaid(port, rowMajor(port.shape));
      const copy = newPort(port.value, storage, 'activation', port.type);
      addCopy(copy, () => copyCall(source, copy, `layout copy of ${port.value}`));
      append(copies, port.value, copy);
      return copy;
    },
    unpacked(port) {
      const known = copyOf(port, port.storage, false);
      if (known) return known;
      const copy = builder.addUnpacked(port);
      builder.addCall(packingCall(port, copy), 'unpack');
      append(copies, port.value, copy);
      return copy;
    },
    addUnpacked: (port) => newPort(port.value, port.storage, 'activation', unpackedType(port.type)),
    pack(from, to) {
      if (isWide(from.type)) builder.addCall(widthCall(from, to), 'narrow');
      else builder.addCall(packingCall(from, to), 'pack');
    },
    widened(port) {
      const known = copies
        .get(port.value)
        ?.find((copy) => isWide(copy.type) && sameStorage(copy.storage, port.storage));
      if (known) return known;
      const copy = builder.addWidened(port);
      addCopy(copy, () => widthCall(port, copy));
      append(copies, port.value, copy);
      return copy;
    },
    addWidened: (port) => newPort(port.value, port.storage, 'activation', widenedType(port.type)),
    addTable(hint, dtype, data, kind, comment, parameterBytes) {
      const start = startOf(dtype, data);
      const same = tablesByStart.get(start)?.find((table) => sameData(table.data, data));
      if (same) return same.symbol;
      const base = `${name}_${layerPrefix()}_${hint}`;
      let symbol = base;
      for (let i = 2; tableSymbols.has(symbol); i++) symbol = `${base}${i}`;
      tableSymbols.add(symbol);
      const table = { symbol, dtype, data, kind, ...(parameterBytes !== undefined && { parameterBytes }), comment };
      tables.push(table);
      append(tablesByStart, start, table);
      return symbol;
    },
    adoptTables(more) {
      for (const table of more) {
        if (tableSymbols.has(table.symbol)) continue;
        tableSymbols.add(table.symbol);
        tables.push(table);
      }
    },
    prefix: layerPrefix,
    addCall(call, hint) {
      calls.push({ ...call, symbol: `${layerPrefix()}_${hint}` });
    },
    abandon(node) {
      for (const output of node.outputs) {
        if (output && !ports.has(output)) builder.addValue(output, rowMajor(typeOf(graph, output).shape));
      }
    },
    finish(nativeOutputs) {
      const taken = new Set<BufferId>();
      const homes = new Map([...states].map(([input, output]) => [output, builder.port(input)]));
      const outputs = graph.outputs.map((value) => {
        const port = outputPort(value, homes.get(value)?.storage ?? null, nativeOutputs, taken);
        taken.add(port.buffer);
        return port;
      });
      for (const { buffer } of outputs) buffers[buffer] = { ...buffers[buffer]!, role: 'output' };
      const flashApart = features.has('flash-apart');
      const sizes = graph.sizes && { sizes: graph.sizes };
      const kept = [...states].map(([input, output]) => {
        return { input: builder.port(input), output: must(outputs[graph.outputs.indexOf(output)], output) };
      });
      for (const state of kept) checkState(state.input, state.output);
      const inputs = graph.inputs.filter((value) => !states.has(value)).map(builder.port);
      const withStates = kept.length > 0 && { states: kept };
      return { name, inputs, outputs, ...withStates, ...sizes, buffers, calls, tables, flashApart };
    },
  };
  return builder;

  function copyOf({ value, type }: Port, storage: Storage, packed: boolean): Port | undefined {
    const wide = isWide(type);
    const known = copies.get(value) ?? [];
    return known.find(
      ({ type, storage: own }) => isPacked(type) === packed && isWide(type) === wide && sameStorage(own, storage),
    );
  }

  /** A value without elements has nothing to copy. */
  function addCopy(to: Port, call: () => Omit<Call, 'symbol'>): void {
    if (elementCount(to.shape) > 0) builder.addCall(call(), 'copy');
  }

  /** A constant that must lie in the arena: its own copy. */
  function constantPort(value: ValueName): Port {
    const constant = must(graph.constants.get(value), `a place for '${value}'`);
    const port = newPort(value, rowMajor(constant.shape), 'activation');
    addCopy(port, () => {
      const table = builder.addTable('constant', constant.dtype, constant.data, 'parameters', 'constant');
      return copyCall(null, port, 'constant into the arena', table);
    });
    ports.set(value, port);
    return port;
  }

  /** Outputs own their memory: a constant, an input or a second view of one buffer is copied out. */
  function outputPort(
    value: ValueName,
    asState: Storage | null,
    nativeOutputs: boolean,
    taken: ReadonlySet<BufferId>,
  ): Port {
    const port = builder.port(value);
    const wanted = asState ?? (nativeOutputs ? port.storage : rowMajor(port.shape));
    const placed = builder.relaid(port, wanted);
    if (!['input', 'state'].includes(buffers[placed.buffer]!.role) && !taken.has(placed.buffer)) return placed;
    const own = newPort(value, wanted, 'activation');
    addCopy(own, () => copyCall(placed, own, 'output of its own'));
    return own;
  }
}

/** Codes are kept as they are. */
function checkState(input: Port, output: Port): void {
  const meaning = ({ type: { dtype, quant } }: Port) =>
    JSON.stringify([dtype, quant?.bits, quant?.scale, quant?.zeroPoint]);
  if (meaning(input) === meaning(output)) return;
  const show = ({ value, type }: Port) => `'${value}' is ${type.dtype}${type.quant ? ' codes' : ''}`;
  throw new UserError({
    code: 'UNSUPPORTED',
    message: `the state '${input.value}=${output.value}' has two types`,
    because: [show(input), show(output)],
    hint: 'pass --float-io, or leave the layers at both ends in the same type',
  });
}

function copyCall(from: Port | null, to: Port, summary: string, table: string | null = null): Omit<Call, 'symbol'> {
  invariant(from !== null || table !== null, 'a copy needs a source');
  const ctype = cType(to.type.dtype);
  const element = cType(arenaArray(to.type).dtype);
  const read: Argument[] = from ? [{ name: 'x', ctype: element, access: 'read', buffer: from.buffer }] : [];
  return {
    op: 'Copy',
    node: to.value,
    template: 'pointwise',
    params: pointwiseParams(
      must(copyNest(from?.storage ?? to.storage, to.storage), 'a common split of the two storages'),
      [{ name: table ?? 'x', ctype, packed: from !== null && isPacked(from.type) }],
      { name: 'y', packed: isPacked(to.type) },
      'a',
    ),
    arguments: [...read, { name: 'y', ctype: element, access: 'write', buffer: to.buffer }],
    overlaps: [],
    macs: 0,
    constants: table ? [table] : [],
    summary,
    result: null,
  };
}

/** The same codes, one to a byte. */
function unpackedType(type: TensorType): TensorType {
  return { ...type, quant: type.quant && { ...type.quant, bits: 8 } };
}

/** Between a packed value and one with a code to a byte, front to back: each byte is read before it is written over. */
function packingCall(from: Port, to: Port): Omit<Call, 'symbol'> {
  const count = elementCount(to.shape);
  const packs = isPacked(to.type);
  const argument = (name: string, port: Port, access: Argument['access']): Argument => {
    return { name, ctype: cType(arenaArray(port.type).dtype), access, buffer: port.buffer };
  };
  const copy = packs ? `nn_store_s4(x, ${count}, y, 0);` : `nn_load_s4(x, 0, ${count}, y);`;
  return {
    op: packs ? 'Pack' : 'Unpack',
    node: to.value,
    template: 'lines',
    params: linesParams([copy]),
    arguments: [argument('x', from, 'read'), argument('y', to, 'write')],
    overlaps: [{ read: from.buffer, write: to.buffer, distance: packs ? 0 : Math.ceil(count / 2) }],
    macs: 0,
    constants: [],
    summary: `${count} codes ${packs ? 'two to a byte' : 'one to a byte'}`,
    result: packs ? to : null,
  };
}

/** The same codes, in 16 bits each. */
function widenedType(type: TensorType): TensorType {
  return { ...type, dtype: 'i16', quant: type.quant && { ...type.quant, bits: 16 } };
}

/** Between codes of 16 bits and fewer, which hold them, front to back. */
function widthCall(from: Port, to: Port): Omit<Call, 'symbol'> {
  const count = elementCount(to.shape);
  const [x, y] = [from, to].map(({ type }, i) => ({ name: 'xy'[i], packed: isPacked(type) }));
  const argument = (name: string, port: Port, access: Argument['access']): Argument => {
    return { name, ctype: cType(arenaArray(port.type).dtype), access, buffer: port.buffer };
  };
  const narrows = isWide(from.type);
  const growth = elementBytes(to.type) - elementBytes(from.type);
  const value = narrows ? `(int8_t)${elementText(x, 'i')}` : elementText(x, 'i');
  return {
    op: narrows ? 'Narrow' : 'Widen',
    node: to.value,
    template: 'lines',
    params: linesParams([`for (int32_t i = 0; i < ${count}; i++) {`, `    ${assignText(y, 'i', value)}`, '}']),
    arguments: [argument('x', from, 'read'), argument('y', to, 'write')],
    overlaps: [{ read: from.buffer, write: to.buffer, distance: Math.ceil(growth > 0 ? (count - 1) * growth : 0) }],
    macs: 0,
    constants: [],
    summary: `${count} codes ${narrows ? 'from' : 'to'} 16 bits`,
    result: narrows ? to : null,
  };
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Element type, length and first bytes: tables that differ in these are told apart without a comparison. */
function startOf(dtype: DType, { buffer, byteOffset, byteLength }: TypedArray): string {
  const bytes = Buffer.from(buffer, byteOffset, Math.min(byteLength, 64));
  return `${dtype} ${byteLength} ${bytes.toString('latin1')}`;
}

function sameData(a: TypedArray, b: TypedArray): boolean {
  if (a === b) return true;
  if (a.byteLength !== b.byteLength || a.constructor !== b.constructor) return false;
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

import type { BufferId, Call, Json, RowLayer, Table } from '../../ir/program.ts';
import { channelsLast, sameStorage } from '../../ir/storage.ts';
import type { Graph, Node, TensorType, ValueName } from '../../ir/types.ts';
import { nodeOfRow, type RowRead, type RowStep } from '../../schedule/index.ts';
import { must, UserError } from '../../support/errors.ts';
import { Refusal } from './node-builder.ts';
import { type ProgramBuilder, startProgram } from './program-builder.ts';

/** Turns one node into calls of a program. `pin`: the kernel it must get. */
export type LowerNode = (program: ProgramBuilder, node: Node, pin: string | null) => void;

/** A layer that makes one row, as a program of its own. */
export interface LoweredRow {
  readonly step: RowStep;
  /** Its numbers are those of all rows. */
  readonly call: Call;
  readonly tables: readonly Table[];
  readonly scratch: readonly { readonly buffer: BufferId; readonly bytes: number }[];
  /** By argument: what it reads. */
  readonly reads: ReadonlyMap<string, ValueName>;
  readonly windows: RowLayer['windows'];
}

/** Null where no kernel makes all rows alike but for their windows, or where the layer is more than one call. */
export function lowerRow(main: ProgramBuilder, step: RowStep, prefix: string, lowerNode: LowerNode): LoweredRow | null {
  const { kinds, top } = rowKinds(main.graph, step);
  const middle = oneRow(main, step, kinds[top], prefix, lowerNode, null);
  if (middle === null) return null;
  const { call } = middle;
  const others = kinds.map((kind, i) =>
    i === top ? middle : oneRow(main, step, kind, prefix, lowerNode, call.kernel ?? null),
  );
  const shapes: { readonly [key: string]: Json }[] = [];
  for (const other of others) {
    if (other === null || bodyOf(other.call) !== bodyOf(call)) return null;
    const { shape } = other.call.params;
    if (shape) shapes.push(shape as { readonly [key: string]: Json });
  }
  const { rows } = step;
  const ofAll = {
    ...call,
    macs: call.macs * rows,
    ...(call.instructions !== undefined && { instructions: call.instructions * rows }),
    ...(call.decoding !== undefined && { decoding: call.decoding * rows }),
    result: null,
  };
  return { ...middle, step, call: ofAll, windows: { shapes, top: shapes.length > 0 ? top : 0 } };
}

/** What must be the same for rows at the border and within. */
function bodyOf({ template, params, kernel, constants, requantization, arguments: all }: Call): string {
  const { shape: _, ...others } = params;
  const operands = all.map(({ name, ctype }) => [name, ctype]);
  return JSON.stringify([template, others, kernel, constants, requantization, operands]);
}

/** How many rows of a window are padding. */
interface RowKind {
  readonly above: number;
  readonly below: number;
}

/** The kinds of rows: `top` that begin above the first, one for all that reach into no padding, the ones at the bottom. */
function rowKinds(
  graph: Graph,
  { reads, rows }: RowStep,
): { readonly kinds: readonly RowKind[]; readonly top: number } {
  const [{ value, stride, pad, reach }] = reads;
  const height = must(graph.types.get(value), value).shape[2];
  const all = Array.from({ length: rows }, (_, row): RowKind => {
    const first = row * stride - pad;
    return { above: Math.max(0, -first), below: Math.max(0, first + reach + 1 - height) };
  });
  const isInside = ({ above, below }: RowKind) => above === 0 && below === 0;
  const top = all.findIndex(isInside);
  if (top < 0) return { kinds: all, top: 0 };
  return { kinds: [...all.slice(0, top + 1), ...all.slice(all.findLastIndex(isInside) + 1)], top };
}

function oneRow(
  main: ProgramBuilder,
  { node, reads }: RowStep,
  { above, below }: RowKind,
  prefix: string,
  lowerNode: LowerNode,
  pin: string | null,
): Omit<LoweredRow, 'step' | 'windows'> | null {
  const graph = graphOfRow(main.graph, nodeOfRow(main.graph, node, above, below), reads, above + below);
  const program = startProgram(graph, main.name, main.features, prefix);
  for (const value of graph.inputs) program.addInput(value, channelsLast(must(graph.types.get(value), value).shape));
  try {
    lowerNode(program, graph.nodes[0], pin);
  } catch (error) {
    if (error instanceof Refusal || error instanceof UserError) return null;
    throw error;
  }
  const { storage, shape } = program.port(graph.outputs[0]);
  const values = new Map(graph.inputs.map((value) => [program.port(value).buffer, value]));
  const { calls, buffers, tables } = program.finish(true);
  if (calls.length !== 1 || !sameStorage(storage, channelsLast(shape))) return null;
  const [call] = calls;
  const scratch = call.arguments.filter(({ access }) => access === 'scratch');
  const read = call.arguments.filter(({ access }) => access === 'read');
  return {
    call,
    tables,
    scratch: scratch.map(({ buffer }) => ({ buffer, bytes: Math.ceil(buffers[buffer].bytes / 8) * 8 })),
    reads: new Map(read.map(({ name, buffer }) => [name, must(values.get(buffer), name)])),
  };
}

/** The node alone, with inputs and output of the rows it needs. */
function graphOfRow(graph: Graph, node: Node, reads: readonly RowRead[], padding: number): Graph {
  const types = new Map(graph.types);
  const output = must(node.outputs[0], node.name);
  for (const { value, reach } of reads) types.set(value, rowsType(graph, value, reach + 1 - padding));
  types.set(output, rowsType(graph, output, 1));
  const { states: _, sizes: __, ties: ___, ...rest } = graph;
  const inputs = [...new Set(reads.map(({ value }) => value))];
  return { ...rest, types, nodes: [node], inputs, outputs: [output] };
}

/** So many rows of an image. */
export function rowsType(graph: Graph, value: ValueName, rows: number): TensorType {
  const type = must(graph.types.get(value), value);
  return { ...type, shape: [1, type.shape[1], rows, type.shape[3]] };
}

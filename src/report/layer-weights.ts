import { findFormat, nominalBits, tableCount, tableOfRow } from '../formats/index.ts';
import { constantOf, typeOf } from '../ir/graph.ts';

import type { Call, Program, Table } from '../ir/program.ts';
import { bytesByKind } from '../ir/tables.ts';
import type { Graph, Node, Shape, ValueName } from '../ir/types.ts';
import { sqnrDb } from '../numerics/stats.ts';
import { type EncodableLayer, encodableLayers } from '../passes/fewbit/encodable-layers.ts';
import { fromRows } from '../passes/fewbit/weight-layer.ts';
import { storedLayer } from '../passes/quantize/stored-layers.ts';
import { countCodes, entropyBits } from '../quant/fewbit/entropy.ts';
import { channelRuns } from '../quant/per-channel.ts';
import { type WeightHistogram, weightHistogram } from './weight-histogram.ts';

/** The quantized weights of one layer: what stores them, what that takes, and what it costs of their precision. */
export interface LayerWeights {
  readonly shape: Shape;
  readonly count: number;
  /** Name of a weight format: 'int8', 'int4', 'ternary+huffman'. */
  readonly format: string;
  /** How the kernel reads them: byte by byte, unpacking as it goes, unpacked before it starts, as lists of additions. */
  readonly reading: 'bytes' | 'inline' | 'unpacked' | 'additions';
  /** Bits that the format gives every weight; null: more to some than to others. */
  readonly nominalBits: number | null;
  /**
   * Shannon entropy of the codes in bits per weight: no code that looks at each weight by itself is shorter. With a table
   * for each group of rows it is that of the groups, in the mean.
   */
  readonly entropyBits: number;
  /** Of the emitted tables: codes with all filling. */
  readonly codeBytes: number;
  /** Of the emitted tables: what a decoder looks up (values of symbols, lengths of code words, offsets of rows). */
  readonly lookupBytes: number;
  /** 8 (codeBytes + lookupBytes) / count. */
  readonly achievedBits: number;
  /** Size of the same weights in float32, and with a byte each, over their size here. */
  readonly float32Ratio: number;
  readonly int8Ratio: number;
  /** Of what the codes stand for, against the float weights; Infinity without any error, null without float weights. */
  readonly sqnrDb: number | null;
  /** How often an inference uses each weight: MACs over count. */
  readonly uses: number;
  readonly histogram: WeightHistogram;
}

/** The weights of each call that has quantized ones. Empty for a model in float32. */
export function weightsByCall(program: Program, graph: Graph, floatGraph: Graph): Map<Call, LayerWeights> {
  const twins = new Map(encodableLayers(graph, floatGraph).map((layer) => [layer.node, layer]));
  const tables = new Map(program.tables.map((table) => [table.symbol, table]));
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const found = new Map<Call, LayerWeights>();
  for (const call of program.calls) {
    const node = producers.get(call.result?.value ?? null);
    const value = node && quantizedWeights(graph, node);
    const own = call.constants.flatMap((symbol) => tables.get(symbol) ?? []).filter(({ kind }) => kind === 'weights');
    if (!node || !value || own.length === 0) continue;
    found.set(call, describe(graph, value, new Set(own), call, twins.get(node) ?? null));
  }
  return found;
}

/** The constant codes that a layer multiplies with, or picks rows from. */
function quantizedWeights(graph: Graph, node: Node): ValueName | null {
  return storedLayer(graph, node)?.weights ?? null;
}

/** A byte or two per weight. */
export function isPlain(format: string): boolean {
  return findFormat(format).unpack === null;
}

/** Tables of codes (see readWeights); the others are what a decoder looks up. */
const CODES = /_weights\d*$/;

function describe(
  graph: Graph,
  value: ValueName,
  tables: ReadonlySet<Table>,
  call: Call,
  twin: EncodableLayer | null,
): LayerWeights {
  const { shape, dtype } = typeOf(graph, value);
  const codes = constantOf(graph, value)!.data as Int8Array | Int16Array;
  const format = typeOf(graph, value).quant?.format ?? (dtype === 'i16' ? 'int16' : 'int8');
  const counts = countCodes(codes);
  const bytesOf = (codes: boolean) =>
    [...tables].reduce((sum, table) => sum + (CODES.test(table.symbol) === codes ? bytesByKind(table).weights : 0), 0);
  const bytes = bytesOf(false) + bytesOf(true);
  const steps = stepsOf(graph, value);
  const float = twin && fromRows(twin.weights, twin);
  return {
    shape,
    count: codes.length,
    format,
    reading: readingOf(call),
    nominalBits: nominalBits(findFormat(format)),
    entropyBits: entropyOf(codes, format, steps),
    codeBytes: bytesOf(true),
    lookupBytes: bytesOf(false),
    achievedBits: (8 * bytes) / codes.length,
    float32Ratio: (4 * codes.length) / bytes,
    int8Ratio: codes.length / bytes,
    sqnrDb:
      float &&
      sqnrDb(
        float,
        Float64Array.from(codes, (code, i) => (code - steps.zero(i)) * steps.size(i)),
      ),
    uses: call.macs / codes.length,
    histogram: weightHistogram(counts, float?.map((w, i) => w / steps.size(i) + steps.zero(i)) ?? null),
  };
}

function readingOf({ reading = 'bytes' }: Call): LayerWeights['reading'] {
  return reading === 'whole' || reading === 'block' || reading === 'chunk' ? 'unpacked' : reading;
}

/** What one step of the codes is for element i, the code of zero, and the channel. */
interface Steps {
  size(i: number): number;
  zero(i: number): number;
  channel(i: number): number;
  readonly channels: number;
}

function stepsOf(graph: Graph, value: ValueName): Steps {
  const { shape, quant } = typeOf(graph, value);
  const { scale, zeroPoint, axis } = quant!;
  const { inner, channels } = axis === null ? { inner: 1, channels: 1 } : channelRuns(shape, axis);
  const channel = (i: number) => Math.floor(i / inner) % channels;
  return { size: (i: number) => scale[channel(i)], zero: (i: number) => zeroPoint[channel(i)], channel, channels };
}

/** The mean over groups of equally many rows that have a table each; all rows are one group for most formats. */
function entropyOf(codes: Int8Array | Int16Array, format: string, steps: Steps): number {
  const tables = tableCount(findFormat(format));
  const groups = Array.from({ length: tables }, (): number[] => []);
  codes.forEach((code, i) => {
    groups[tableOfRow(steps.channel(i), steps.channels, tables)].push(code);
  });
  return groups.reduce((sum, own) => sum + (own.length / codes.length) * entropyBits(countCodes(own).values()), 0);
}

import {
  type Codes,
  type Decoder,
  findFormat,
  type Inline,
  narrowed,
  type RowOrder,
  type StoredWeights,
  type WeightFormat,
} from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Json, Reading } from '../../ir/program.ts';
import type { Tensor } from '../../ir/types.ts';
import { accumulatorBound, accumulatorFits } from '../../quant/requantize.ts';
import { must } from '../../support/errors.ts';
import type { LinearJob } from '../linear-job.ts';
import { type Plans, plansOf } from '../once-per-job.ts';

/** The weights of a layer, and what decides how its kernel reads them. */
export interface LayerWeights {
  /** [out][...]: one row of products for each output. */
  readonly weights: Tensor;
  /** The same codes in the order of the kernel, and that order in words. */
  readonly codes: Codes;
  readonly layout: string;
  readonly order: RowOrder;
  /** The kernel takes no packed weights in registers. */
  readonly unpacked?: boolean;
  /** Rows follow one by one, no blocks of four. */
  readonly rowMajor?: boolean;
  /** The kernel can do with some rows of a group at a time. */
  readonly blocks: boolean;
  /** It needs each row once, and can do with some columns of it at a time. */
  readonly once: boolean;
  /** How often an inference uses each weight. */
  readonly uses: number;
  /** Bytes of RAM of input and output. */
  readonly activations: number;
  /** Bytes of RAM that input and output share as long as the kernel computes all channels of a pixel at once. */
  readonly shared: number;
}

/** What input and output take less together when the output may start `distance` bytes below the input. */
export function sharedBytes(input: number, output: number, distance: number): number {
  return input + output - Math.max(output, Math.max(0, distance) + input);
}

/** Template parameters: the kernel's name ends in `kind`, and it reads `w`. */
export type WeightParams = {
  readonly kind: string;
  readonly w: string;
  /** Fields of nn_packed_s8 and `unpack`, which names the decoder, when `w` is memory that weights are unpacked into. */
  readonly packed: { readonly [key: string]: Json } | null;
  /** Codes that are unpacked before the kernel starts; 0: none. */
  readonly whole: number;
  /** Rows that the kernel unpacks at a time; 0: none. */
  readonly block: number;
  /** Columns of four rows that the kernel unpacks at a time; 0: all. */
  readonly chunk: number;
};

/** Memory for unpacked rows; a convolution's block of four may need more. */
const BLOCK_BYTES = 1024;

/** Memory for unpacked columns of four rows: with half of it ad in int4+rans takes 1.6 % more time, twice spares 0.1 %. */
const CHUNK_BYTES = 512;

/** How the weights of a layer are stored and read, before anything is added to the program. */
export interface WeightPlan {
  readonly layer: LayerWeights;
  readonly reading: Exclude<Reading, 'additions'>;
  readonly format: WeightFormat;
  readonly codes: Codes;
  /** The kernel's name ends so. */
  readonly kind: string;
  /** Codes in each run that is encoded by itself. */
  readonly segments: readonly number[];
  readonly whole: number;
  readonly block: number;
  readonly chunk: number;
  /** Of memory that weights are unpacked into. */
  readonly scratchBytes: number;
}

/**
 * Weights in the format of their type:
 * - plain codes as they are;
 * - by a kernel that unpacks as it goes, where the format has one and that pays;
 * - else unpacked once per inference: some columns at a time where each row is used once; all at once or some rows at a
 *   time, whichever takes less RAM (a kernel that goes over the pixels several times cannot write its output over its
 *   input).
 * Or why the format cannot store them.
 */
export function planWeights(
  layer: LayerWeights,
  formatName: string | null,
  features: ReadonlySet<string>,
): WeightPlan | string {
  const codes = narrowed(layer.codes);
  // Unpacked codes lie in RAM, where kernels that read flash do not look.
  const apart = features.has('flash-apart');
  if (apart && codes instanceof Int16Array) return 'its weights do not fit int8';
  const plain = codes instanceof Int8Array ? 'int8' : 'int16';
  const format = findFormat(apart ? plain : (formatName ?? plain));
  const reason = format.refuse(codes, storedOrder(layer));
  if (reason !== null) return `its weights cannot be stored as ${format.name}: ${reason}`;

  const kind = codes instanceof Int8Array ? 's8' : 'w16';
  const { order } = layer;
  const direct = { layer, format, codes, whole: 0, block: 0, chunk: 0, scratchBytes: 0 };
  if (format.unpack === null) return { ...direct, kind, reading: 'bytes', segments: [] };
  if (layer.blocks && !layer.unpacked && format.inline && readsInline(format.inline, layer, codes)) {
    return { ...direct, kind: format.inline.kernel, reading: 'inline', segments: rowSegments(order, 4, 1) };
  }
  const { count, ...parts } = unpackedParts(layer, codes);
  const reading = parts.chunk > 0 ? 'chunk' : parts.block > 0 ? 'block' : 'whole';
  return { ...direct, kind, reading, ...parts, scratchBytes: count * codes.BYTES_PER_ELEMENT };
}

/** Plans of jobs. */
export function weightPlans(layerOf: (job: LinearJob) => LayerWeights): Plans<LinearJob, WeightPlan> {
  return plansOf((job) => planWeights(layerOf(job), job.format, job.features));
}

/**
 * Bytes of its tables, with bias and multiplier of each row. Weights that are unpacked count as bytes: code that does so in these
 * kernels takes what others with the same tables do not (kws in ternary by DSP kernels 0.9 KB less).
 */
export function planBytes({ layer, reading, codes }: WeightPlan): number {
  return reading === 'bytes' ? codes.byteLength + 8 * layer.order.rows : codes.length;
}

/** Adds the tables and the scratch of a plan. */
export function storeWeights(plan: WeightPlan, name: string, lower: LowerBuilder): WeightParams {
  const { layer, format, codes, kind, segments, whole, block, chunk } = plan;
  const comment = `${format.name} weights ${layer.layout} of ${name}`;
  const direct = { packed: null, whole: 0, block: 0, chunk: 0 };
  if (plan.reading === 'bytes') {
    return { ...direct, kind, w: lower.table('weights', kind === 's8' ? 'i8' : 'i16', codes, 'weights', comment) };
  }
  const stored = format.encode(codes, segments, storedOrder(layer));
  if (plan.reading === 'inline') {
    return { ...direct, kind, w: lower.table('weights', 'u8', stored.bytes, 'weights', comment) };
  }
  const order = { kind: kind as 's8' | 'w16', order: storedOrder(layer) };
  return {
    kind,
    packed: packedParams(lower, stored, must(format.unpack, 'a decoder'), comment, order),
    whole,
    block,
    chunk,
    w: lower.scratch(plan.scratchBytes, kind === 's8' ? 'int8_t' : 'int16_t'),
  };
}

/** The order in which the rows of each weight are told. */
function storedOrder({ order, rowMajor = false }: LayerWeights): RowOrder {
  return rowMajor ? { ...order, perGroup: 1 } : order;
}

function readsInline({ shift, uses: most }: Inline, { weights, uses }: LayerWeights, codes: Codes): boolean {
  const bound = accumulatorBound(weights.data as Codes, weights.shape[0], -128, 127);
  return codes instanceof Int8Array && uses <= most && accumulatorFits(bound, shift);
}

/** How many codes are unpacked at a time, and the runs that they are stored in. */
function unpackedParts(
  layer: LayerWeights,
  codes: Codes,
): { count: number; segments: number[]; whole: number; block: number; chunk: number } {
  const { order, once, blocks } = layer;
  const none = { whole: 0, block: 0, chunk: 0 };
  const chunk = once ? columnsPerChunk(order, codes) : 0;
  if (chunk > 0) return { ...none, chunk, count: 4 * chunk, segments: chunkSegments(order, chunk) };
  const block = blocks ? rowsPerBlock(order, codes, layer) : 0;
  if (block > 0) return { ...none, block, count: block * order.depth, segments: rowSegments(order, block, block) };
  return { ...none, whole: codes.length, count: codes.length, segments: [codes.length] };
}

/** Codes in each run of `block` rows of a group; the rows that are left over in runs of `single`. */
export function rowSegments({ rows, perGroup, depth }: RowOrder, block: number, single: number): number[] {
  const rest = perGroup % block;
  const whole = new Array<number>((perGroup - rest) / block).fill(block * depth);
  const left = Array.from({ length: Math.ceil(rest / single) }, () => Math.min(single, rest) * depth);
  return Array.from({ length: rows / perGroup }, () => [...whole, ...left]).flat();
}

/** The same for runs of `chunk` columns of four rows, and of single rows. */
function chunkSegments(order: RowOrder, chunk: number): number[] {
  return rowSegments(order, 4, 1).flatMap((codes) => {
    const rows = codes / order.depth;
    const parts = Math.ceil(order.depth / chunk);
    return Array.from({ length: parts }, (_, i) => rows * Math.min(chunk, order.depth - i * chunk));
  });
}

/**
 * A multiple of four, as many as BLOCK_BYTES hold, or a quarter of what input and output take: every block gathers all
 * patches anew. 0: unpacking all rows at once takes no more RAM.
 */
function rowsPerBlock({ perGroup, depth }: RowOrder, codes: Codes, { shared, activations }: LayerWeights): number {
  const rowBytes = depth * codes.BYTES_PER_ELEMENT;
  const room = Math.max(BLOCK_BYTES, activations / 4);
  const rows = Math.min(perGroup, 4 * Math.max(1, Math.floor(room / (4 * rowBytes))));
  return codes.byteLength <= rows * rowBytes + shared ? 0 : rows;
}

/** A multiple of four, in equal parts of a row; 0: unpacking all rows at once takes no more RAM. */
function columnsPerChunk({ depth }: RowOrder, codes: Codes): number {
  const parts = Math.ceil((4 * depth * codes.BYTES_PER_ELEMENT) / CHUNK_BYTES);
  const chunk = 4 * Math.ceil(depth / parts / 4);
  return codes.byteLength <= 4 * chunk * codes.BYTES_PER_ELEMENT ? 0 : chunk;
}

export function packedParams(
  lower: LowerBuilder,
  { bytes, values, counts, bits, kinds }: StoredWeights,
  decoder: Decoder,
  comment: string,
  { kind, order }: { readonly kind: 's8' | 'w16'; readonly order: RowOrder },
): WeightParams['packed'] {
  const element = kind === 's8' ? 'i8' : 'i16';
  const data = kind === 's8' ? Int8Array.from(values) : Int16Array.from(values);
  return {
    kind,
    unpack: decoder.name,
    keeps: decoder.keeps,
    bytes: lower.table('weights', 'u8', bytes, 'weights', comment),
    length: bytes.length,
    bits,
    symbols: values.length,
    values:
      values.length > 0
        ? lower.table('values', element, data, 'weights', `codes of the symbols of ${comment}`)
        : 'NULL',
    counts:
      counts.length > 0
        ? lower.table('counts', 'u16', Uint16Array.from(counts), 'weights', `counts of words or symbols of ${comment}`)
        : 'NULL',
    order:
      kinds.length > 0
        ? { ...order, kinds: lower.table('kinds', 'u8', nibbles(kinds), 'weights', `four bits per row of ${comment}`) }
        : null,
  };
}

/** Two in a byte, the first in the lower half. */
function nibbles(kinds: readonly number[]): Uint8Array {
  return Uint8Array.from(
    { length: Math.ceil(kinds.length / 2) },
    (_, i) => kinds[2 * i] | ((kinds[2 * i + 1] ?? 0) << 4),
  );
}

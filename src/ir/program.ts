import type { DType, OutputSize, Shape, TensorType, TypedArray, ValueName } from './types.ts';

/**
 * Where the elements of a tensor lie. `factors` is a mixed-radix split of the row-major element index
 * (their product is the element count); `order` lists the factors from the slowest to the fastest in memory.
 * A reshape never changes a Storage, a transpose only permutes its order: both are free views.
 * Example: NCHW [1,16,5,5] kept channels-last is factors [1,16,5,5], order [0,2,3,1].
 */
export interface Storage {
  readonly factors: readonly number[];
  readonly order: readonly number[];
}

export type BufferId = number;

/** A run of bytes in the arena that one or more calls write and read. */
export interface Buffer {
  readonly id: BufferId;
  readonly bytes: number;
  /** 1, 2, 4 or 8. */
  readonly align: number;
  /** state: what it holds stays for the next run. */
  readonly role: 'input' | 'output' | 'activation' | 'scratch' | 'state';
  /** For comments: the ONNX value it holds. */
  readonly name: string;
  /** A slice of another buffer (a concatenation without copies): lies `offset` bytes into it. */
  readonly within: { readonly buffer: BufferId; readonly offset: number } | null;
}

/** One parameter of a layer function. Constants are not arguments: layers name their tables. */
export interface Argument {
  readonly name: string;
  readonly ctype: string;
  readonly access: 'read' | 'write' | 'scratch';
  /** In a loop: where the first turn finds it. */
  readonly buffer: BufferId;
  /** In a loop: bytes from the place of one turn to that of the next. Absent: every turn finds it in the same place. */
  readonly stride?: number;
}

/**
 * `write` may share memory with `read` when it starts at least `distance` bytes below it
 * (address(write) + distance <= address(read)): the call reads each byte of `read` before it writes
 * over it. 0 for element-wise work in place on equal element sizes. May be negative.
 */
export interface Overlap {
  readonly read: BufferId;
  readonly write: BufferId;
  readonly distance: number;
  /** Only at this very distance, not further below: the call writes back to the places that it read. */
  readonly exactly?: boolean;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * - bytes: codes as they are, one by one or in the order of the kernel;
 * - inline: packed, unpacked in registers;
 * - whole, block, chunk: unpacked into scratch, all at once, some rows or some columns at a time;
 * - additions: lists of what to add and to subtract.
 */
export type Reading = 'bytes' | 'inline' | 'whole' | 'block' | 'chunk' | 'additions';

/** What the loops of a kernel do in one inference, counted: { pairs: 63, products: 4032 }; see kernels/work.ts. */
export type Work = Readonly<Record<string, number>>;

/** A kernel that can compute a layer, with its instructions as the cost model has them. */
export interface OtherKernel {
  readonly kernel: string;
  readonly instructions: number;
}

/** Of a layer that returns a count: a run ends with NAME_OVERFLOW above `max`, and with NAME_BAD_COUNT below 0, if it can be. */
export interface CountLimit {
  readonly max: number;
  readonly signed?: boolean;
}

export interface LeanerKernel {
  readonly without: readonly string[];
  readonly bytes: number;
}

export interface RefusedKernel {
  readonly kernel: string;
  readonly reason: string;
}

/** templates/<set>/kernels/<template>.h.hbs with `params`, names or numbers, as the C function `name`. */
export interface KernelInstance {
  readonly name: string;
  readonly template: string;
  readonly params: { readonly [key: string]: Json };
}

/**
 * How sums become codes where one multiplication that rounds half up is not what a quantized file says: 'wide' multipliers
 * of 31 bits, half up; 'shifts' and 'words' half to the even step; 'odd' words half to the odd step; 'fine' words of sums whose
 * bias has a fraction of a step. 'sum32' and 'sum64': layers with codes of 16 bits, sums in 32 or 64 bits (quant/wide-codes.ts).
 */
export type RequantizationForm = 'wide' | 'shifts' | 'words' | 'odd' | 'fine' | 'sum32' | 'sum64';

/** One layer function of the generated C and its one call. */
export interface Call {
  /** C identifier without the model prefix, unique: 'l03_conv'. */
  readonly symbol: string;
  /** ONNX operator and node name (may be hostile text), for comments and reports. */
  readonly op: string;
  readonly node: string;
  /** templates/<set>/layers/<template>.c.hbs renders the body with `params`. */
  readonly template: string;
  readonly params: { readonly [key: string]: Json };
  /** The kernel that computes the layer, as reports and benchmarks name it; absent: the template is all of it. */
  readonly kernel?: string;
  /** How the kernel gets at few-bit weights; absent: the layer has no integer weights. */
  readonly reading?: Reading;
  /** Kernels that could compute it as well. */
  readonly others?: readonly OtherKernel[];
  /** Kernels that cannot compute it, or that it does without for a leaner one, each with the reason. */
  readonly refused?: readonly RefusedKernel[];
  readonly work?: Work;
  /** Instructions of one inference as the kernel's cost model has them. */
  readonly instructions?: number;
  /** Of these, for weights of few bits. */
  readonly decoding?: number;
  /** The node whose sum it makes with its result, in the place of that. */
  readonly sum?: string;
  /** Of instructions that hold its weights. */
  readonly codeBytes?: number;
  /** Where another kernel takes `bytes` less of memory: those to rule out for it, this one and all that take as much. */
  readonly leaner?: LeanerKernel;
  /** Kernels of this layer that are rendered from a template with numbers of its shape. */
  readonly instances?: readonly KernelInstance[];
  readonly arguments: readonly Argument[];
  readonly overlaps: readonly Overlap[];
  /** Multiply-accumulates of one inference. */
  readonly macs: number;
  /** Symbols of the tables this call reads. */
  readonly constants: readonly string[];
  /** What the layer computes, for comments: 'Conv 3x3 stride 1, i8[1,16,32,32] -> i8[1,16,32,32]'. */
  readonly summary: string;
  /** The graph value this call completes, if it completes one (traces compare it with the oracle). */
  readonly result: Port | null;
  /** Further values that it completes, as the states behind the steps of an LSTM. */
  readonly also?: readonly Port[];
  /** The layers that it makes row by row. */
  readonly rowLoop?: RowLoop;
  /** In a loop: what each turn computes; `node` and `result` above are those of the first. */
  readonly turns?: readonly Turn[];
  /** Its function returns a count that is held to this. */
  readonly limit?: CountLimit;
  /** Its kernels are those for this form, nn_..._wide and so on; see quant/imported-scales.ts. Absent: one multiplication. */
  readonly requantization?: RequantizationForm;
}

/**
 * Layers that one call makes together, a row of one after a row of the other (schedule/row-plan.ts): in tick from + every * r a
 * layer makes its row r.
 */
export interface RowLoop {
  readonly ticks: number;
  readonly layers: readonly RowLayer[];
  /** What the caller gives row by row. */
  readonly fed?: RowSource;
}

/** Rows from the caller: row r is copied to its place in tick r. */
export interface RowSource {
  readonly rows: number;
  readonly place: RowPlace;
  readonly ring: MovingRing | null;
}

/** Where a row goes unless the result lies in memory whole; `moves`: how often the rows move up by one. */
export interface MovingRing {
  readonly argument: string;
  readonly rows: number;
  readonly moves: number;
}

/** A layer of a row loop. Its places name arguments of the call that is the loop. */
export interface RowLayer {
  /** It makes one row; numbers are those of all rows. */
  readonly call: Call;
  readonly from: number;
  readonly every: number;
  readonly rows: number;
  /** By argument of its call. */
  readonly places: readonly RowPlace[];
  /**
   * Windows of its rows, the ones that reach into the padding: so many at the top have one of their own each, then one is that of all
   * rows before those at the bottom. Empty: it has no window.
   */
  readonly windows: { readonly shapes: readonly { readonly [key: string]: Json }[]; readonly top: number };
  readonly ring: MovingRing | null;
  /** Its function is told the row, and keeps temporary memory from row to row. */
  readonly gathers: boolean;
}

/**
 * Row row * stride - pad (0 where that is above the first), or, in a ring, the row that is there as its number `slot`; with
 * `rowElements` 0 byte `slot` of memory that is used within a tick.
 */
export interface RowPlace {
  readonly argument: string;
  /** Elements of the argument's type. */
  readonly rowElements: number;
  readonly stride: number;
  readonly pad: number;
  /** Null: all rows lie in memory. */
  readonly slot: number | null;
}

/** One turn of a call in a loop. */
export type Turn = Pick<Call, 'node' | 'result' | 'also'>;

/**
 * Calls first .. first + calls - 1, made `turns` times, all of them in each turn. What numbers a call has (macs, work,
 * instructions) are those of all turns. Loops lie one after the other, never in each other.
 */
export interface Loop {
  readonly first: number;
  readonly calls: number;
  readonly turns: number;
}

/** A const table of the generated C. */
export interface Table {
  /** C identifier with the model prefix, as layers name it: 'kws_l03_weights'. */
  readonly symbol: string;
  readonly dtype: DType;
  readonly data: TypedArray;
  /** Numbers of the model itself, or something derived for a kernel (folded biases, multipliers, lookup tables). */
  readonly kind: 'weights' | 'parameters';
  /** Of a table of weights: bytes that hold biases and multipliers. */
  readonly parameterBytes?: number;
  readonly comment: string;
}

/** A graph value as the generated C holds it. */
export interface Port {
  readonly value: ValueName;
  readonly type: TensorType;
  readonly shape: Shape;
  readonly storage: Storage;
  readonly buffer: BufferId;
}

/** How it is computed: calls in order over buffers and tables. */
export interface Program {
  /** C prefix. */
  readonly name: string;
  readonly inputs: readonly Port[];
  /** The input that comes row by row: a call reads its rows, its buffer has no bytes. */
  readonly fed?: ValueName;
  readonly outputs: readonly Port[];
  /** Outputs that are as long as the data make them. */
  readonly sizes?: readonly OutputSize[];
  /** Inputs of the graph that the run before has left in the arena, with the outputs that gave them; absent: none. */
  readonly states?: readonly { readonly input: Port; readonly output: Port }[];
  readonly buffers: readonly Buffer[];
  readonly calls: readonly Call[];
  /** In the order of their calls; absent: none. */
  readonly loops?: readonly Loop[];
  readonly tables: readonly Table[];
  /** Tables lie in a flash that is an address space of its own (AVR), and every layer reads them there. */
  readonly flashApart?: boolean;
}

/** Where every buffer lies in the arena, and why it cannot be much smaller. */
export interface MemoryPlan {
  /** Byte offset of every buffer by id. */
  readonly offsets: ReadonlyMap<BufferId, number>;
  readonly arenaBytes: number;
  /** No plan for this call order can be smaller. */
  readonly lowerBoundBytes: number;
  /** The call at which the lower bound is reached. */
  readonly peakCall: number;
}

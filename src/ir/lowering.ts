import type {
  CountLimit,
  Json,
  KernelInstance,
  LeanerKernel,
  OtherKernel,
  Reading,
  RefusedKernel,
  RequantizationForm,
  Storage,
  Table,
  Work,
} from './program.ts';
import type { DType, Graph, Node, Shape, Tensor, TensorType, TypedArray, ValueName } from './types.ts';

/** Layout wish for an operand. `any`: whatever it is, strides tell; `row-major`: plain C order. */
export type Layout = 'any' | 'row-major' | 'channels-last' | 'channels-first' | Storage;

/** A tensor as a layer function sees it. */
export interface Operand {
  readonly value: ValueName;
  readonly type: TensorType;
  readonly shape: Shape;
  readonly storage: Storage;
  /** Element stride of each logical dimension in memory. */
  readonly strides: readonly number[];
  /** C expression naming the first element inside the layer function: an argument or a table. */
  readonly name: string;
  readonly ctype: string;
  /** Its codes lie two to a byte (see isPacked); elements are reached as element.ts says. */
  readonly packed: boolean;
  /** Set when it is a constant. */
  readonly constant: Tensor | null;
}

export interface AccessOptions {
  /** The layer can take packed codes as they lie. Otherwise it works on a copy with one code to a byte. Default false. */
  readonly packed?: boolean;
  /** The layer computes with codes of 16 bits: it gets a copy of others, and what it writes is narrowed behind it. Default false. */
  readonly wide?: boolean;
}

/** What an operator's lower() may do. One builder per node; nothing happens until call() or alias(). */
export interface LowerBuilder {
  readonly graph: Graph;
  type(value: ValueName | null | undefined): TensorType;
  /** The constant behind a value, or null when it is computed. */
  constant(value: ValueName | null | undefined): Tensor | null;
  /** The storage a computed value has now (to adopt it for an output). */
  storageOf(value: ValueName): Storage;
  /** Operand for node.inputs[index] in this layout; copies or permutes when it lies otherwise. */
  read(index: number, layout: Layout, access?: AccessOptions): Operand;
  /** Operand for node.outputs[index]; call once per output that is not null. */
  write(index: number, layout: Exclude<Layout, 'any'>, access?: AccessOptions): Operand;
  /** Output `index` is input `from` seen through another shape or order: no call, no copy. */
  alias(index: number, from: number, storage: Storage): void;
  /** Adds a const table and returns its C name; equal tables are shared. `parameterBytes`: see Table. */
  table(
    name: string,
    dtype: DType,
    data: TypedArray,
    kind: Table['kind'],
    comment: string,
    parameterBytes?: number,
  ): string;
  /** Temporary memory of this call, 4-byte aligned unless told; returns its argument name. */
  scratch(bytes: number, ctype: string): string;
  /** This node's call takes the variants of its kernels for this form. */
  requantizes(form: RequantizationForm | undefined): void;
  /** Emits the layer. `overlap` names how far below each input its output may start (see Overlap). */
  call(layer: LayerSpec): void;
  /** Why this node cannot become C; collected over the whole model and reported together. */
  refuse(reason: string): never;
  /** Target features: 'dsp', 'mve', 'fpu', ... */
  readonly features: ReadonlySet<string>;
  /** What decides between kernels that can all compute this node. */
  readonly wish: KernelWish;
  /** A sum that the layer makes with its result in the place of that; null: it writes its own. */
  readonly sum: SumBehind | null;
}

/** An Add that is the only reader of a layer's result, and which input of read() its other operand is. */
export interface SumBehind {
  readonly node: Node;
  readonly other: number;
}

/** What kernels are chosen for. balanced: speed, where it does not cost much flash or RAM. */
export const GOALS = ['balanced', 'speed', 'size', 'ram'] as const;
export type Goal = (typeof GOALS)[number];

export interface KernelWish {
  readonly goal: Goal;
  /** Name of the core, for the cost model; '': not known. */
  readonly core: string;
  /** Kernel that this node must get; null: the chooser's. */
  readonly pin: string | null;
  /** Kernels that this node must not get, with the reason. */
  readonly without: readonly RefusedKernel[];
  /** Some layer of the model makes a sum with its result: what it shares with others is there once. */
  readonly sums: boolean;
}

export interface LayerSpec {
  readonly template: string;
  readonly params: { readonly [key: string]: Json };
  readonly macs?: number;
  readonly summary: string;
  /** Its kernels reach tables through nn_flash, so also those in a flash that is an address space of its own. */
  readonly readsFlash?: boolean;
  /** Input operand -> minimal distance in bytes below it at which the (first) output may start. */
  readonly overlap?: readonly { readonly read: Operand; readonly distance: number; readonly exactly?: boolean }[];
  /** See Call. */
  readonly kernel?: string;
  readonly reading?: Reading;
  readonly others?: readonly OtherKernel[];
  readonly refused?: readonly RefusedKernel[];
  readonly work?: Work;
  readonly instructions?: number;
  readonly decoding?: number;
  readonly codeBytes?: number;
  readonly leaner?: LeanerKernel | null;
  readonly instances?: readonly KernelInstance[];
  /** Of a layer whose body returns a count. */
  readonly limit?: CountLimit;
}

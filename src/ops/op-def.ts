import type { Json, Overlap, Storage, Table } from '../ir/program.ts';
import type { DType, Graph, Node, Shape, Tensor, TensorType, TypedArray, ValueName } from '../ir/types.ts';

/** Everything nibblec knows about one ONNX operator. One object per operator, listed in ops/index.ts. */
export interface OpDef {
  readonly op: string;
  /** '' (ai.onnx, the default) or 'com.microsoft'. */
  readonly domain?: string;
  /** One line for docs/operators.md. */
  readonly summary: string;
  /** Brings a node of an older opset to the newest form (attributes that became inputs and the like). */
  upgrade?(node: Node, opset: number, upgrade: UpgradeBuilder): Node;
  /** Works on [N, C, ...spatial] and wants channels last. */
  readonly spatial?: boolean;
  /** Each output element depends on the elements at the same (broadcast) place only: can become a lookup table. */
  readonly elementwise?: boolean;
  /** The pass unroll-recurrent spells it out in steps, which have integer forms. */
  readonly inSteps?: boolean;
  /** How post-training quantization treats it; absent = stays in float. */
  readonly quantize?: QuantizeRule;
  /** Spells the quantized node out in plain ONNX operators that onnxruntime computes exactly. */
  oracle?(node: Node, oracle: OracleBuilder): void;
  /** Turns the node into calls; refuses with lower.refuse(). Absent = must fold away before lowering. */
  lower?(node: Node, lower: LowerBuilder): void;
}

export interface UpgradeBuilder {
  /** A new constant, e.g. for an attribute that became an input. */
  constant(dtype: DType, shape: Shape, data: TypedArray): ValueName;
  /** Type of an input, when known. */
  type(value: ValueName): TensorType | null;
}

export type Role = 'activation' | 'weight' | 'bias' | 'fill' | 'parameter';

/**
 * - inputs: role of each input. `activation`: an int8 code tensor per tensor-scale (a constant one is quantized too);
 *   `weight`: int8 per output channel; `bias`: int32; `fill`: a constant code of input 0's type (left out: real zero);
 *   `parameter`: not quantized (shapes, axes, pads).
 * - output: 'calibrated' gets its own scale; 'as-input' shares scale and zero point with input 0 (movement, max pooling);
 *   'shared' gives all activation inputs and the output one scale where possible (Concat);
 *   or a fixed affine type.
 */
export interface QuantizeRule {
  readonly inputs: readonly Role[] | 'all-activations' | ((node: Node, graph: Graph) => readonly Role[]);
  readonly output: 'calibrated' | 'as-input' | 'shared' | { readonly scale: number; readonly zeroPoint: number };
  /** Weight's output-channel axis. */
  weightAxis?(node: Node): number;
  /** Why this very node must stay in float, or null. */
  refuse?(node: Node, graph: Graph): string | null;
}

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
  /** Adds a const table and returns its C name; equal tables are shared. */
  table(name: string, dtype: DType, data: TypedArray, kind: Table['kind'], comment: string): string;
  /** Temporary memory of this call, 4-byte aligned unless told; returns its argument name. */
  scratch(bytes: number, ctype: string): string;
  /** Emits the layer. `overlap` names how far below each input its output may start (see Overlap). */
  call(layer: LayerSpec): void;
  /** Why this node cannot become C; collected over the whole model and reported together. */
  refuse(reason: string): never;
  /** Target features: 'dsp', 'mve', 'fpu', ... */
  readonly features: ReadonlySet<string>;
}

export interface LayerSpec {
  readonly template: string;
  readonly params: { readonly [key: string]: Json };
  readonly macs?: number;
  readonly summary: string;
  /** Its kernels reach tables through nn_flash, so also those in a flash that is an address space of its own. */
  readonly readsFlash?: boolean;
  /** Input operand -> minimal distance in bytes below it at which the (first) output may start. */
  readonly overlap?: readonly { readonly read: Operand; readonly distance: number }[];
}

/** Builds the oracle: plain ONNX whose tensors hold the integer codes (see codegen/oracle). */
export interface OracleBuilder {
  readonly graph: Graph;
  type(value: ValueName | null | undefined): TensorType;
  constant(value: ValueName | null | undefined): Tensor | null;
  /** Adds a plain ONNX node with one fresh output and returns its name. */
  node(op: string, inputs: readonly (ValueName | null)[], attributes?: Node['attributes']): ValueName;
  /** Adds a constant. */
  tensor(dtype: DType, shape: Shape, data: TypedArray | readonly number[] | readonly bigint[]): ValueName;
  /** Declares that output `index` of the quantized node is this value (int8 codes). */
  output(index: number, value: ValueName): void;
}

export type { Overlap };

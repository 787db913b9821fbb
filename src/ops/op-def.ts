import type { AccessOptions, LayerSpec, Layout, LowerBuilder, Operand } from '../ir/lowering.ts';
import type { DType, Graph, Node, Shape, Tensor, TensorType, TypedArray, ValueName } from '../ir/types.ts';

/** Everything nibblec knows about one ONNX operator. One object per operator, listed in ops/index.ts. */
export interface OpDef {
  readonly op: string;
  /** '' (ai.onnx, the default), 'ai.onnx.ml' or 'com.microsoft'. */
  readonly domain?: string;
  /** One line for docs/operators.md. */
  readonly summary: string;
  /** Brings a node of an older opset to the newest form (attributes that became inputs and the like). */
  upgrade?(node: Node, opset: number, upgrade: UpgradeBuilder): Node;
  /** What must be true of a node in the newest form, in this order: all that onnxruntime finds out only when it runs it. */
  readonly check?: readonly Rule[];
  /** What the operator may ask for and onnxruntime does not compute: of nodes of any opset, whose types may not be known yet. */
  readonly lacks?: readonly Lack[];
  /** Works on [N, C, ...spatial] and wants channels last. */
  readonly spatial?: boolean;
  /** Each output element depends on the elements at the same (broadcast) place only: can become a lookup table. */
  readonly elementwise?: boolean;
  /** The passes canonicalize, unroll-recurrent and spell-out write it as others, which have integer forms. */
  readonly inSteps?: boolean;
  /** How post-training quantization treats it; absent = stays in float. */
  readonly quantize?: QuantizeRule;
  /** Spells the quantized node out in plain ONNX operators that onnxruntime computes exactly. */
  oracle?(node: Node, oracle: OracleBuilder): void;
  /** Spells a node that onnxruntime does not know as we write it out in plain ONNX operators. */
  plain?(node: Node, plain: PlainBuilder): void;
  /** Turns the node into calls; refuses with lower.refuse(). Absent = must fold away before lowering. */
  lower?(node: Node, lower: LowerBuilder): void;
}

/** What is known of a node once the types of a model are. */
export interface NodeFacts {
  readonly node: Node;
  /** Type of an input; null when it is left out. */
  input(index: number): TensorType | null;
  output(index: number): TensorType | null;
  /** The elements of a constant input; null when it is computed or left out. */
  numbers(index: number): readonly number[] | null;
}

/** A sentence on what is wrong with the node, or null. A rule may rely on those before it. */
export type Rule = (facts: NodeFacts) => string | null;

export interface Lack {
  readonly missing: Rule;
  /** What to write instead. */
  readonly next: string;
}

export interface UpgradeBuilder {
  /** A new constant, e.g. for an attribute that became an input. */
  constant(dtype: DType, shape: Shape, data: TypedArray): ValueName;
  /** The value is this constant, which no node has to give. */
  settle(value: ValueName, constant: Tensor): void;
  /** Type of an input or output, when known. */
  type(value: ValueName): TensorType | null;
  /** Another node before this one, with one output; `type` is its type as far as known, `name` an output of this node. */
  node(
    op: string,
    inputs: readonly (ValueName | null)[],
    attributes: Node['attributes'],
    type: TensorType | null,
    name?: ValueName | null,
    domain?: string,
  ): ValueName;
  /** Why this node cannot become C. */
  refuse(reason: string): never;
}

export type Role = 'activation' | 'weight' | 'bias' | 'fill' | 'parameter';

/**
 * - inputs: role of each input. `activation`: an int8 code tensor per tensor-scale (a constant one is quantized too);
 *   `weight`: int8 per output channel (see ir/linear.ts); `bias`: int32; `fill`: a constant code of input 0's type (left out: real zero);
 *   `parameter`: not quantized (shapes, axes, pads).
 * - output: 'calibrated' gets its own scale; 'as-input' shares scale and zero point with input 0 (movement, max pooling);
 *   'shared' gives all activation inputs and the output one scale where possible (Concat);
 *   'plain' results are no codes (indices) and keep their types; or a fixed affine type.
 *   Of an operator with several results only those of input 0's element type are codes.
 */
export interface QuantizeRule {
  readonly inputs: readonly Role[] | 'all-activations' | ((node: Node, graph: Graph) => readonly Role[]);
  readonly output:
    | 'calibrated'
    | 'as-input'
    | 'shared'
    | 'plain'
    | { readonly scale: number; readonly zeroPoint: number };
  /** It computes on codes of 16 bits as well; absent: it stays in float where an activation has as many. */
  readonly wide?: true | ((node: Node, graph: Graph) => boolean);
  /** A fixed type's scale in 16 bits; its zero point is 0. */
  readonly wideScale?: number;
  /** 'as-input': results of this node lie between the input's codes and are rounded to them; without it codes only move. */
  computes?(node: Node): boolean;
  /** Input 0 may be a constant table, from which the other inputs choose. */
  readonly picks?: true;
  /** Why this very node must stay in float, or null. */
  refuse?(node: Node, graph: Graph): string | null;
}

/** Builds the oracle: plain ONNX whose tensors hold the integer codes (see codegen/oracle). */
export interface OracleBuilder {
  readonly graph: Graph;
  /** Some of the node's codes have 16 bits: numbers on the way may need more than 32. */
  readonly wide: boolean;
  /** ONNX's number of the type that holds the codes of the node's first output: int8 or int16. */
  readonly carrier: number;
  type(value: ValueName | null | undefined): TensorType;
  constant(value: ValueName | null | undefined): Tensor | null;
  /** Adds a plain ONNX node with one fresh output and returns its name. */
  node(op: string, inputs: readonly (ValueName | null)[], attributes?: Node['attributes']): ValueName;
  /** The same with two outputs. */
  pair(op: string, inputs: readonly (ValueName | null)[], attributes?: Node['attributes']): [ValueName, ValueName];
  /** Adds a constant. */
  tensor(dtype: DType, shape: Shape, data: TypedArray | readonly number[] | readonly bigint[]): ValueName;
  /** Declares that output `index` of the quantized node is this value. */
  output(index: number, value: ValueName): void;
}

/** Writes one node as several of plain ONNX, for a file that onnxruntime runs. */
export interface PlainBuilder {
  type(value: ValueName | null | undefined): TensorType;
  /** Adds a node with one fresh output and returns its name. */
  node(op: string, inputs: readonly (ValueName | null)[], attributes?: Node['attributes']): ValueName;
  /** The same with so many outputs. */
  several(
    op: string,
    inputs: readonly (ValueName | null)[],
    attributes: Node['attributes'],
    count: number,
  ): readonly ValueName[];
  /** Adds a constant. */
  tensor(dtype: DType, shape: Shape, data: TypedArray): ValueName;
  /** Declares that output `index` of the node is this value. */
  output(index: number, value: ValueName): void;
}

export type { AccessOptions, LayerSpec, Layout, LowerBuilder, Operand };

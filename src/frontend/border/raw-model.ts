import type { Attribute, Tensor } from '../../ir/types.ts';

/** An ONNX file as plain data: no protobuf objects, no Long, tensors decoded. Nothing is checked for meaning yet. */
export interface RawModel {
  readonly irVersion: number;
  /** Operator set version by domain; '' is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: RawGraph;
  readonly functions: readonly RawFunction[];
  /** The texts of its metadata, by key. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What of the file was not taken as it is, a sentence each. */
  readonly remarks: readonly string[];
}

export interface RawGraph {
  readonly name: string;
  readonly nodes: readonly RawNode[];
  readonly inputs: readonly RawValue[];
  readonly outputs: readonly RawValue[];
  /** What the file says of values inside. */
  readonly values: readonly RawValue[];
  readonly initializers: readonly RawInitializer[];
}

export interface RawFunction {
  readonly name: string;
  readonly domain: string;
  /** Functions of one name differ by it (IR version 10). */
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes without a default. */
  readonly attributes: readonly string[];
  readonly defaults: ReadonlyMap<string, RawAttribute>;
  readonly nodes: readonly RawNode[];
}

export interface RawNode {
  readonly op: string;
  readonly domain: string;
  /** Which of the functions of this name is called. */
  readonly overload: string;
  readonly name: string;
  /** '' = left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  /** Version of the node's domain in the model or function it stands in; 0 when that domain is not imported. */
  readonly opset: number;
}

export type RawAttribute =
  | {
      readonly kind: 'value';
      readonly value: Attribute;
      readonly holds: 'float' | 'int' | 'string' | 'tensor';
      /** Integers as the file has them. */
      readonly exact?: readonly bigint[];
    }
  | { readonly kind: 'graph'; readonly graph: RawGraph }
  /** The attribute of the enclosing function's call. */
  | { readonly kind: 'reference'; readonly to: string }
  /** Something no node here can have. */
  | { readonly kind: 'refused'; readonly why: string };

export interface RawInitializer {
  readonly name: string;
  /** A string tells why the tensor cannot be used. */
  readonly tensor: Tensor | string;
}

export interface RawValue {
  readonly name: string;
  /** A string tells what it is when it is no tensor; null when nothing is said. */
  readonly type: RawTensorType | string | null;
}

export interface RawTensorType {
  /** TensorProto.DataType. */
  readonly code: number;
  /** Number, symbol, or null when neither is given; null instead of the list when the rank is open. */
  readonly shape: readonly (number | string | null)[] | null;
}

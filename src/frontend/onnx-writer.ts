import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import type { Attribute, DType, Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { attributeKind } from './attribute-types.ts';
import { codeOf, pack } from './data-types.ts';
import { irVersionFor, NEWEST_OPSET } from './opset.ts';
import { UniqueNames } from './unique-names.ts';

const { AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } = onnxProto.onnx;
/** Of ai.onnx.ml version 3 is the newest that has all of its operators. */
const CLASSICAL = 'ai.onnx.ml';
const Kind = AttributeProto.AttributeType;

/** Plain ONNX: what the names say, without quantized types and fused clips. */
export interface PlainModel {
  readonly name: string;
  readonly nodes: readonly Omit<Node, 'clip'>[];
  readonly inputs: readonly PlainValue[];
  /** A type is optional here: onnxruntime infers it. */
  readonly outputs: readonly PlainValue[];
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  /** Of domain ''; default NEWEST_OPSET. */
  readonly opset?: number;
  readonly producer?: string;
  readonly metadata?: ReadonlyMap<string, string>;
}

export interface PlainValue {
  readonly name: ValueName;
  readonly type: Pick<TensorType, 'dtype' | 'shape'> | null;
}

/**
 * ONNX bytes; the same model gives the same bytes. Constants are written as raw_data, in map order. Nodes of equal
 * names get numbers, because onnxruntime refuses them otherwise.
 */
export function writeModel(model: PlainModel): Uint8Array {
  const opset = model.opset ?? NEWEST_OPSET;
  const domains = [...new Set(model.nodes.map((node) => node.domain))].filter((domain) => domain !== '').sort();
  const names = new UniqueNames();
  const proto: onnx.IModelProto = {
    irVersion: irVersionFor(opset),
    producerName: model.producer ?? 'nibblec',
    opsetImport: [
      { domain: '', version: opset },
      ...domains.map((domain) => ({ domain, version: domain === CLASSICAL ? 3 : 1 })),
    ],
    graph: {
      name: model.name,
      node: model.nodes.map((node) => writeNode(node, node.name === '' ? '' : names.fresh(node.name))),
      input: model.inputs.map(writeValue),
      output: model.outputs.map(writeValue),
      initializer: [...model.constants].map(([name, tensor]) => writeTensor(tensor, name)),
    },
    metadataProps: [...(model.metadata ?? [])].map(([key, value]) => ({ key, value })),
  };
  return ModelProto.encode(proto).finish();
}

function writeNode(node: Omit<Node, 'clip'>, name: string): onnx.INodeProto {
  return {
    opType: node.op,
    name,
    input: withoutTail(node.inputs),
    output: withoutTail(node.outputs),
    attribute: Object.entries(node.attributes).map(([name, value]) => writeAttribute(node.op, name, value)),
    ...(node.domain !== '' && { domain: node.domain }),
  };
}

/** Values left out at the end need no mention; others are empty names. */
function withoutTail(names: readonly (ValueName | null)[]): string[] {
  const last = names.findLastIndex((name) => name !== null);
  return names.slice(0, last + 1).map((name) => name ?? '');
}

function writeAttribute(op: string, name: string, value: Attribute): onnx.IAttributeProto {
  const kind = attributeKind(op, name);
  const float = kind === 'float';
  if (typeof value === 'string') return { name, type: Kind.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') {
    return float ? { name, type: Kind.FLOAT, f: value } : { name, type: Kind.INT, i: toInt64(value) };
  }
  if (!isList(value)) return { name, type: Kind.TENSOR, t: writeTensor(value) };
  if (value.some((item) => typeof item === 'string') || (value.length === 0 && kind === 'string')) {
    return { name, type: Kind.STRINGS, strings: value.map((item) => new TextEncoder().encode(String(item))) };
  }
  const numbers = value.map(Number);
  return float ? { name, type: Kind.FLOATS, floats: numbers } : { name, type: Kind.INTS, ints: numbers.map(toInt64) };
}

function isList(value: Attribute): value is readonly number[] | readonly string[] {
  return Array.isArray(value);
}

/** protobufjs writes a plain number as a 64-bit integer exactly up to 2^63 - 1, which a double cannot name. */
function toInt64(value: number): number {
  return value >= 2 ** 63 ? 2 ** 63 - 1024 : value;
}

function writeValue(value: PlainValue): onnx.IValueInfoProto {
  if (!value.type) return { name: value.name };
  const { dtype, shape } = value.type;
  const dim = shape.map((dimension) => ({ dimValue: dimension }));
  return { name: value.name, type: { tensorType: { elemType: codeOf(dtype), shape: { dim } } } };
}

function writeTensor(tensor: Tensor, name?: string): onnx.ITensorProto {
  return {
    dims: [...tensor.shape],
    dataType: codeOf(tensor.dtype),
    rawData: pack(tensor.dtype, tensor.data),
    ...(name !== undefined && { name }),
  };
}

/** The parts of a file that a copy of one adds. */
export function valueBytes(name: ValueName, type: PlainValue['type']): Uint8Array {
  return ValueInfoProto.encode(writeValue({ name, type })).finish();
}

export function tensorBytes(tensor: Tensor, name: ValueName): Uint8Array {
  return TensorProto.encode(writeTensor(tensor, name)).finish();
}

export function castBytes(from: ValueName, to: ValueName, dtype: DType): Uint8Array {
  const attributes = { to: codeOf(dtype) };
  return NodeProto.encode(
    writeNode({ op: 'Cast', domain: '', name: to, inputs: [from], outputs: [to], attributes }, to),
  ).finish();
}

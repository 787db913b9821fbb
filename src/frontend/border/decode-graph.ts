import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import { badModel, show } from '../bad-model.ts';
import type { Context } from './context.ts';
import { decodeInitializer, decodeSparse } from './decode-initializer.ts';
import { decodeOpsets } from './decode-opsets.ts';
import { decodeValue } from './decode-value.ts';
import { plainDomain, text, toBigInt, toNumber, utf8 } from './fields.ts';
import { type FunctionFields, NO_FIELDS, type NodeFields } from './newer-fields.ts';
import type { RawAttribute, RawFunction, RawGraph, RawInitializer, RawNode } from './raw-model.ts';

const Kind = onnxProto.onnx.AttributeProto.AttributeType;
const MAX_DEPTH = 64;

export function decodeGraph(proto: onnx.IGraphProto, newer: readonly NodeFields[], outer: Context): RawGraph {
  const context = { ...outer, depth: outer.depth + 1 };
  if (context.depth > MAX_DEPTH) badModel(`graphs are nested deeper than ${MAX_DEPTH}`);
  return {
    name: text(proto.name),
    nodes: (proto.node ?? []).map((node, i) => decodeNode(node, newer[i], context)),
    inputs: (proto.input ?? []).map(decodeValue),
    outputs: (proto.output ?? []).map(decodeValue),
    values: (proto.valueInfo ?? []).map(decodeValue),
    initializers: [
      ...(proto.initializer ?? []).map((tensor) => decodeInitializer(tensor, context)),
      ...(proto.sparseInitializer ?? []).map((sparse) => decodeSparse(sparse, context)),
    ],
  };
}

export function decodeFunction(proto: onnx.IFunctionProto, newer: FunctionFields, outer: Context): RawFunction {
  const context = { ...outer, opsets: decodeOpsets(proto.opsetImport) };
  return {
    name: text(proto.name),
    domain: plainDomain(proto.domain),
    overload: text(newer.overload),
    inputs: (proto.input ?? []).map(text),
    outputs: (proto.output ?? []).map(text),
    attributes: (proto.attribute ?? []).map(text),
    defaults: decodeAttributes(newer.defaults, [], context),
    nodes: (proto.node ?? []).map((node, i) => decodeNode(node, newer.nodes[i], context)),
  };
}

function decodeNode(proto: onnx.INodeProto, newer = NO_FIELDS, context: Context): RawNode {
  const domain = plainDomain(proto.domain);
  return {
    op: text(proto.opType),
    domain,
    overload: text(newer.overload),
    name: text(proto.name),
    inputs: (proto.input ?? []).map(text),
    outputs: (proto.output ?? []).map(text),
    attributes: decodeAttributes(proto.attribute ?? [], newer.graphs, context),
    opset: context.opsets.get(domain) ?? 0,
  };
}

function decodeAttributes(
  protos: readonly onnx.IAttributeProto[],
  graphs: NodeFields['graphs'],
  context: Context,
): ReadonlyMap<string, RawAttribute> {
  const attributes = new Map<string, RawAttribute>();
  for (const [i, proto] of protos.entries()) {
    const name = text(proto.name);
    if (attributes.has(name)) badModel(`attribute ${show(name)} is given twice`);
    attributes.set(name, decodeAttribute(name, proto, graphs[i] ?? [], context));
  }
  return attributes;
}

function decodeAttribute(
  name: string,
  proto: onnx.IAttributeProto,
  nodes: readonly NodeFields[],
  context: Context,
): RawAttribute {
  if (proto.refAttrName) return { kind: 'reference', to: text(proto.refAttrName) };
  switch (proto.type || guessKind(proto)) {
    case Kind.FLOAT:
      return { kind: 'value', holds: 'float', value: proto.f ?? 0 };
    case Kind.INT:
      return { kind: 'value', holds: 'int', value: toNumber(proto.i), exact: [toBigInt(proto.i ?? 0)] };
    case Kind.FLOATS:
      return { kind: 'value', holds: 'float', value: [...(proto.floats ?? [])] };
    case Kind.INTS: {
      const ints = proto.ints ?? [];
      return { kind: 'value', holds: 'int', value: ints.map(toNumber), exact: ints.map(toBigInt) };
    }
    case Kind.STRING:
      return { kind: 'value', holds: 'string', value: utf8(proto.s) };
    case Kind.STRINGS:
      return { kind: 'value', holds: 'string', value: (proto.strings ?? []).map(utf8) };
    case Kind.TENSOR:
      return tensorAttribute(name, proto.t ? decodeInitializer(proto.t, context) : null);
    case Kind.SPARSE_TENSOR:
      return tensorAttribute(name, proto.sparseTensor ? decodeSparse(proto.sparseTensor, context) : null);
    case Kind.GRAPH:
      if (!proto.g) return badModel(`attribute ${show(name)} has no graph`);
      return { kind: 'graph', graph: decodeGraph(proto.g, nodes, context) };
    case Kind.TYPE_PROTO:
      return { kind: 'refused', why: 'attributes that hold types are not supported' };
    default:
      return { kind: 'refused', why: `attribute ${show(name)} has kind ${proto.type}, which is not supported` };
  }
}

function tensorAttribute(name: string, initializer: RawInitializer | null): RawAttribute {
  if (!initializer) return badModel(`attribute ${show(name)} has no tensor`);
  const { tensor } = initializer;
  return typeof tensor === 'string'
    ? { kind: 'refused', why: tensor }
    : { kind: 'value', holds: 'tensor', value: tensor };
}

/** Files of IR version 1 leave the kind out: it is the field that is filled. */
function guessKind(proto: onnx.IAttributeProto): onnx.AttributeProto.AttributeType | undefined {
  if (proto.t) return Kind.TENSOR;
  if (proto.g) return Kind.GRAPH;
  if (proto.floats?.length) return Kind.FLOATS;
  if (proto.ints?.length) return Kind.INTS;
  if (proto.strings?.length) return Kind.STRINGS;
  if (Object.hasOwn(proto, 'f')) return Kind.FLOAT;
  if (Object.hasOwn(proto, 'i')) return Kind.INT;
  return Object.hasOwn(proto, 's') ? Kind.STRING : undefined;
}

import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import type { Tensor } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { badModel, show } from './bad-model.ts';
import { dtypeOfCode, nameOfCode, packedBytes } from './data-types.ts';
import { externalReader } from './external-data.ts';
import { refuseForeign } from './foreign-file.ts';
import { type FunctionFields, functionFields, graphFields, NO_FIELDS, type NodeFields } from './newer-fields.ts';
import type {
  RawAttribute,
  RawFunction,
  RawGraph,
  RawInitializer,
  RawModel,
  RawNode,
  RawTensorType,
  RawValue,
} from './raw-model.ts';
import { denseTensor } from './sparse-tensor.ts';
import { countElements, decodeTensor, type ReadExternal, type TensorFields } from './tensor-data.ts';
import { checkWire } from './wire-limits.ts';

const { ModelProto, AttributeProto } = onnxProto.onnx;
const Kind = AttributeProto.AttributeType;
const EXTERNAL = 1;
const MAX_DEPTH = 64;

/** What decoding one file needs on its way down. */
interface Context {
  readonly readExternal: ReadExternal;
  readonly opsets: ReadonlyMap<string, number>;
  readonly depth: number;
  readonly memory: MemoryBudget;
}

/** ONNX bytes to plain data: nothing behind this border knows protobuf or Long. Throws BAD_MODEL or TOO_LARGE. */
export function decodeModel(
  bytes: Uint8Array,
  readExternal: ReadExternal,
  memory: MemoryBudget = new MemoryBudget(),
): RawModel {
  refuseForeign(bytes);
  parse(() => checkWire(bytes));
  const model = parse(() => ModelProto.decode(bytes));
  if (!model.graph)
    badModel('the file has no graph', undefined, 'is it an ONNX model? Of a TensorFlow SavedModel tf2onnx makes one');
  const opsets = decodeOpsets(model.opsetImport);
  const context = { readExternal, opsets, depth: 0, memory };
  const [newer, functions] = parse(() => [graphFields(bytes), functionFields(bytes)]);
  return {
    irVersion: toNumber(model.irVersion),
    opsets,
    graph: decodeGraph(model.graph, newer, context),
    functions: (model.functions ?? []).map((proto, i) => decodeFunction(proto, functions[i], context)),
    metadata: new Map((model.metadataProps ?? []).map(({ key, value }) => [text(key), text(value)])),
  };
}

/** A file that holds one serialized TensorProto, as ONNX's test data do; or why it cannot be used. Throws BAD_MODEL. */
export function decodeTensorFile(bytes: Uint8Array): Tensor | string {
  const proto = parse(() => onnxProto.onnx.TensorProto.decode(bytes));
  return decodeInitializer(proto, {
    readExternal: externalReader(undefined),
    opsets: new Map(),
    depth: 0,
    memory: new MemoryBudget(),
  }).tensor;
}

/** The data of a TensorProto that lie in another file, as they stand there; null when they lie in the tensor. Throws BAD_MODEL. */
export function externalData(bytes: Uint8Array, readExternal: ReadExternal): Uint8Array | null {
  const proto = parse(() => onnxProto.onnx.TensorProto.decode(bytes));
  if (proto.dataLocation !== EXTERNAL) return null;
  const where = `tensor ${show(text(proto.name))}`;
  const dtype = dtypeOfCode(proto.dataType);
  if (!dtype) return badModel(`element type ${nameOfCode(proto.dataType)} is not supported`, where);
  const elements = countElements(proto.dims.map(toNumber), where);
  return readExternal(entries(proto.externalData), packedBytes(dtype, elements), where);
}

/** One ValueInfoProto. Throws BAD_MODEL. */
export function decodeValueBytes(bytes: Uint8Array): RawValue {
  return decodeValue(parse(() => onnxProto.onnx.ValueInfoProto.decode(bytes)));
}

/** protobufjs throws plain errors on damaged bytes and overflows the stack on deep nesting. */
export function parse<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof UserError) throw error;
    return badModel(`the file cannot be read as ONNX: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decodeOpsets(imports: onnx.IOperatorSetIdProto[] | null | undefined): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of imports ?? []) {
    const name = plainDomain(domain);
    const number = toNumber(version);
    if (!(number >= 1 && number <= 2 ** 31)) badModel(`the operator set version of domain ${show(name)} is ${number}`);
    if (opsets.has(name) && opsets.get(name) !== number) badModel(`domain ${show(name)} is imported in two versions`);
    opsets.set(name, number);
  }
  return opsets;
}

function decodeGraph(proto: onnx.IGraphProto, newer: readonly NodeFields[], outer: Context): RawGraph {
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

function decodeFunction(proto: onnx.IFunctionProto, newer: FunctionFields, outer: Context): RawFunction {
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

function decodeInitializer(proto: onnx.ITensorProto, context: Context): RawInitializer {
  const fields: TensorFields = {
    name: text(proto.name),
    code: proto.dataType ?? 0,
    dims: (proto.dims ?? []).map(toNumber),
    raw: proto.rawData ?? null,
    floats: proto.floatData ?? [],
    int32s: proto.int32Data ?? [],
    doubles: proto.doubleData ?? [],
    int64s: (proto.int64Data ?? []).map(toBigInt),
    uint64s: (proto.uint64Data ?? []).map(toBigInt),
    external: proto.dataLocation === EXTERNAL ? entries(proto.externalData) : null,
    segmented: proto.segment != null,
  };
  return { name: fields.name, tensor: decodeTensor(fields, context.readExternal) };
}

function decodeSparse(proto: onnx.ISparseTensorProto, context: Context): RawInitializer {
  const name = text(proto.values?.name);
  const where = `sparse tensor ${show(name)}`;
  if (!proto.values || !proto.indices) return badModel('a sparse tensor has no values or no indices', where);
  const { tensor: values } = decodeInitializer(proto.values, context);
  const { tensor: indices } = decodeInitializer(proto.indices, context);
  if (typeof values === 'string') return { name, tensor: values };
  if (typeof indices === 'string') return badModel('the indices of a sparse tensor are not int64', where);
  return { name, tensor: denseTensor(values, indices, (proto.dims ?? []).map(toNumber), where, context.memory) };
}

function entries(pairs: onnx.IStringStringEntryProto[] | null | undefined): Map<string, string> {
  return new Map((pairs ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
}

function decodeValue(proto: onnx.IValueInfoProto): RawValue {
  return { name: text(proto.name), type: decodeType(proto.type) };
}

function decodeType(proto: onnx.ITypeProto | null | undefined): RawTensorType | string | null {
  if (proto?.sequenceType) return 'a sequence';
  if (proto?.mapType) return 'a map';
  if (proto?.optionalType) return 'an optional';
  if (proto?.sparseTensorType) return 'a sparse tensor';
  if (!proto?.tensorType) return null;
  const { elemType, shape } = proto.tensorType;
  return { code: elemType ?? 0, shape: shape ? (shape.dim ?? []).map(decodeDimension) : null };
}

function decodeDimension(proto: onnx.TensorShapeProto.IDimension): number | string | null {
  if (proto.dimParam) return text(proto.dimParam);
  return proto.dimValue != null && Object.hasOwn(proto, 'dimValue') ? toNumber(proto.dimValue) : null;
}

/** 'ai.onnx' and '' name the same domain. */
function plainDomain(domain: string | null | undefined): string {
  const name = text(domain);
  return name === 'ai.onnx' ? '' : name;
}

/** Names end up in C strings of onnxruntime and on terminals: control characters and lone surrogates are spelled out. */
function text(name: string | null | undefined): string {
  return (name ?? '').replace(
    /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/gu,
    (c) => `\\x${c.charCodeAt(0).toString(16)}`,
  );
}

function utf8(bytes: Uint8Array | null | undefined): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** int64 fields arrive as Long where protobufjs finds the long package, else as number. */
interface LongLike {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

function toBigInt(value: number | LongLike): bigint {
  if (typeof value === 'number') return BigInt(value);
  const bits = (BigInt(value.high) << 32n) | BigInt(value.low >>> 0);
  return value.unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits);
}

/** Beyond 2^53 the nearest number: only 'to the end' constants such as INT64_MAX are that large. */
function toNumber(value: number | LongLike | null | undefined): number {
  return typeof value === 'number' ? value : Number(value ? toBigInt(value) : 0n);
}

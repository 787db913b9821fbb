import onnxProto from 'onnx-proto';
import type { Tensor } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { badModel, show } from './bad-model.ts';
import { decodeFunction, decodeGraph } from './border/decode-graph.ts';
import { decodeInitializer, EXTERNAL } from './border/decode-initializer.ts';
import { decodeOpsets } from './border/decode-opsets.ts';
import { decodeValue } from './border/decode-value.ts';
import { entries, text, toNumber } from './border/fields.ts';
import { functionFields, graphFields } from './border/newer-fields.ts';
import type { RawModel, RawValue } from './border/raw-model.ts';
import { countElements, type ReadExternal } from './border/tensor-data.ts';
import { checkWire } from './border/wire-limits.ts';
import { dtypeOfCode, nameOfCode, packedBytes } from './data-types.ts';
import { externalReader } from './external-data.ts';
import { refuseForeign } from './foreign-file.ts';
import { plainClasses } from './plain-classes.ts';

const { ModelProto, TensorProto, ValueInfoProto } = onnxProto.onnx;

/** ONNX bytes to plain data: nothing behind this border knows protobuf or Long. Throws BAD_MODEL or TOO_LARGE. */
export function decodeModel(
  file: Uint8Array,
  readExternal: ReadExternal,
  memory: MemoryBudget = new MemoryBudget(),
): RawModel {
  refuseForeign(file);
  parse(() => checkWire(file));
  const plain = parse(() => plainClasses(file));
  const { bytes } = plain;
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
    remarks: plain.remarks,
    metadata: new Map((model.metadataProps ?? []).map(({ key, value }) => [text(key), text(value)])),
  };
}

/** A file that holds one serialized TensorProto, as ONNX's test data do; or why it cannot be used. Throws BAD_MODEL. */
export function decodeTensorFile(bytes: Uint8Array): Tensor | string {
  const proto = parse(() => TensorProto.decode(bytes));
  return decodeInitializer(proto, {
    readExternal: externalReader(undefined),
    opsets: new Map(),
    depth: 0,
    memory: new MemoryBudget(),
  }).tensor;
}

/** The data of a TensorProto that lie in another file, as they stand there; null when they lie in the tensor. Throws BAD_MODEL. */
export function externalData(bytes: Uint8Array, readExternal: ReadExternal): Uint8Array | null {
  const proto = parse(() => TensorProto.decode(bytes));
  if (proto.dataLocation !== EXTERNAL) return null;
  const where = `tensor ${show(text(proto.name))}`;
  const dtype = dtypeOfCode(proto.dataType);
  if (!dtype) return badModel(`element type ${nameOfCode(proto.dataType)} is not supported`, where);
  const elements = countElements(proto.dims.map(toNumber), where);
  return readExternal(entries(proto.externalData), packedBytes(dtype, elements), where);
}

/** One ValueInfoProto. Throws BAD_MODEL. */
export function decodeValueBytes(bytes: Uint8Array): RawValue {
  return decodeValue(parse(() => ValueInfoProto.decode(bytes)));
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

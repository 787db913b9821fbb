import type { onnx } from 'onnx-proto';
import { badModel, show } from '../bad-model.ts';
import type { Context } from './context.ts';
import { entries, text, toBigInt, toNumber } from './fields.ts';
import type { RawInitializer } from './raw-model.ts';
import { denseTensor } from './sparse-tensor.ts';
import { decodeTensor, type TensorFields } from './tensor-data.ts';

/** Of TensorProto.dataLocation. */
export const EXTERNAL = 1;

export function decodeInitializer(proto: onnx.ITensorProto, context: Context): RawInitializer {
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

export function decodeSparse(proto: onnx.ISparseTensorProto, context: Context): RawInitializer {
  const name = text(proto.values?.name);
  const where = `sparse tensor ${show(name)}`;
  if (!proto.values || !proto.indices) return badModel('a sparse tensor has no values or no indices', where);
  const { tensor: values } = decodeInitializer(proto.values, context);
  const { tensor: indices } = decodeInitializer(proto.indices, context);
  if (typeof values === 'string') return { name, tensor: values };
  if (typeof indices === 'string') return badModel('the indices of a sparse tensor are not int64', where);
  return { name, tensor: denseTensor(values, indices, (proto.dims ?? []).map(toNumber), where, context.memory) };
}

import type { onnx } from 'onnx-proto';
import { text, toNumber } from './fields.ts';
import type { RawTensorType, RawValue } from './raw-model.ts';

export function decodeValue(proto: onnx.IValueInfoProto): RawValue {
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

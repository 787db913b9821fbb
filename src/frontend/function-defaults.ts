import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import protobuf from 'protobufjs/minimal.js';

/** Field numbers of onnx.proto. */
const MODEL_FUNCTIONS = 25;
const FUNCTION_ATTRIBUTE_PROTO = 11;

/**
 * The default attributes of every local function, in file order. They came with IR version 9, after the
 * messages of onnx-proto were generated, so this reads the one field from the wire format.
 */
export function functionDefaults(model: Uint8Array): onnx.IAttributeProto[][] {
  return fields(model, MODEL_FUNCTIONS).map((functionBytes) =>
    fields(functionBytes, FUNCTION_ATTRIBUTE_PROTO).map((bytes) => onnxProto.onnx.AttributeProto.decode(bytes)),
  );
}

/** The payloads of all length-delimited fields with this number. */
function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = protobuf.Reader.create(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((wanted << 3) | 2)) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}

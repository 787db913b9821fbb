import protobuf from 'protobufjs/minimal.js';

/** The payloads of all length-delimited fields with this number, in file order; they share the message's memory. */
export function* fields(message: Uint8Array, wanted: number): Generator<Uint8Array> {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((wanted << 3) | 2)) yield reader.bytes();
    else reader.skipType(tag & 7);
  }
}

/** The last of them, which is the one that counts where a message has room for one; null where there is none. */
export function lastField(message: Uint8Array, wanted: number): Uint8Array | null {
  let last: Uint8Array | null = null;
  for (const bytes of fields(message, wanted)) last = bytes;
  return last;
}

/** A text field, '' where it is absent. */
export function textField(message: Uint8Array, wanted: number): string {
  return new TextDecoder().decode(lastField(message, wanted) ?? new Uint8Array());
}

import protobuf from 'protobufjs/minimal.js';

/** One field of a message: its payload for length-delimited ones, else the bytes of its number. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly bytes: Uint8Array;
}

export const DELIMITED = 2;

/** The fields of a message in the order of the file; nothing is copied. Damaged bytes throw what protobufjs throws. */
export function readFields(message: Uint8Array): Field[] {
  const reader = protobuf.Reader.create(message);
  const found: Field[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    const start = reader.pos;
    if (wireType === DELIMITED) {
      const length = reader.uint32();
      const first = reader.pos;
      reader.skip(length);
      found.push({ number: tag >>> 3, wireType, bytes: message.subarray(first, first + length) });
    } else {
      reader.skipType(wireType);
      found.push({ number: tag >>> 3, wireType, bytes: message.subarray(start, reader.pos) });
    }
  }
  return found;
}

/** A message on its way out: parts are joined once, at the end, however deep they lie. */
export class Message {
  readonly parts: Uint8Array[] = [];
  length = 0;

  /** A field as it was read. */
  copy({ number, wireType, bytes }: Field): this {
    if (wireType === DELIMITED) return this.bytes(number, bytes);
    return this.append(varint((number << 3) | wireType)).append(bytes);
  }

  bytes(number: number, bytes: Uint8Array): this {
    return this.header(number, bytes.length).append(bytes);
  }

  text(number: number, text: string): this {
    return this.bytes(number, new TextEncoder().encode(text));
  }

  /** A whole number from 0 on. */
  number(number: number, value: number): this {
    return this.append(varint(number << 3)).append(varint(value));
  }

  message(number: number, inner: Message): this {
    this.header(number, inner.length);
    for (const part of inner.parts) this.append(part);
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.parts, this.length);
  }

  private header(number: number, length: number): this {
    return this.append(varint((number << 3) | DELIMITED)).append(varint(length));
  }

  private append(part: Uint8Array): this {
    this.parts.push(part);
    this.length += part.length;
    return this;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

import { createRng } from '../../src/numerics/rng.ts';

/** Numbers in [0, 1) from a seed. */
export function random(seed: number): () => number {
  return createRng(seed).uniform;
}

/** A field of a protobuf message: where its tag starts, where its payload starts and ends, and its wire type. */
interface Field {
  readonly start: number;
  readonly payload: number;
  readonly end: number;
  readonly wire: number;
}

/** One to three edits: bits, bytes, truncation, or protobuf fields removed, doubled, swapped, spliced in and renumbered. */
export function mutate(model: Uint8Array, others: readonly Uint8Array[], rng: () => number): Uint8Array {
  let bytes = model;
  const edits = 1 + Math.floor(rng() * 3);
  for (let i = 0; i < edits; i++) {
    const kind = rng();
    if (kind < 0.05) bytes = flipBits(bytes, rng);
    else if (kind < 0.07) bytes = bytes.subarray(0, Math.floor(rng() * bytes.length));
    else bytes = editField(bytes, others[Math.floor(rng() * others.length)], rng, 0);
  }
  return bytes;
}

function flipBits(model: Uint8Array, rng: () => number): Uint8Array {
  const bytes = Uint8Array.from(model);
  const flips = 1 + Math.floor(rng() * 4);
  for (let i = 0; i < flips && bytes.length > 0; i++) {
    bytes[Math.floor(rng() * bytes.length)] ^= 1 << Math.floor(rng() * 8);
  }
  return bytes;
}

const STRANGE = [
  0,
  1,
  2,
  3,
  7,
  16,
  25,
  127,
  128,
  255,
  1000,
  2 ** 20,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 40,
  -1,
  -2,
  -(2 ** 31),
];

/** Walks down to a random field and edits it, with all lengths around it kept right. */
function editField(message: Uint8Array, other: Uint8Array, rng: () => number, depth: number): Uint8Array {
  const fields = fieldsOf(message);
  if (fields.length === 0) return flipBits(message, rng);
  const field = fields[Math.floor(rng() * fields.length)];
  const cut = (from: number, to: number, ...insert: Uint8Array[]) =>
    concat(message.subarray(0, from), ...insert, message.subarray(to));
  const tag = message.subarray(field.start, field.payload);
  const payload = message.subarray(field.payload, field.end);

  if (field.wire === 2) {
    const bodyStart = field.payload + varintLength(message, field.payload);
    const body = message.subarray(bodyStart, field.end);
    if (depth < 8 && rng() < 0.85 && fieldsOf(body).length > 0) {
      const edited = editField(body, other, rng, depth + 1);
      return cut(field.payload, field.end, varint(edited.length), edited);
    }
  }
  const kind = rng();
  if (kind < 0.15) return cut(field.start, field.end);
  if (kind < 0.3) return cut(field.end, field.end, message.subarray(field.start, field.end));
  if (kind < 0.4) {
    const alike = fields.filter(({ wire }) => wire === field.wire);
    const swap = alike[Math.floor(rng() * alike.length)];
    return cut(field.payload, field.end, message.subarray(swap.payload, swap.end));
  }
  if (kind < 0.5) return cut(field.start, field.end, randomField(other, rng));
  if (kind < 0.52) return cut(field.start, field.payload, varint(Math.floor(rng() * 240)));
  if (field.wire === 0) return cut(field.payload, field.end, varint(STRANGE[Math.floor(rng() * STRANGE.length)]));
  if (field.wire === 2) {
    const bodyStart = field.payload + varintLength(message, field.payload);
    const body = strangeText(message.subarray(bodyStart, field.end), rng);
    return cut(field.payload, field.end, varint(body.length), body);
  }
  return concat(message.subarray(0, field.start), tag, flipBits(payload, rng), message.subarray(field.end));
}

function strangeText(body: Uint8Array, rng: () => number): Uint8Array {
  const texts = [
    '',
    '\u0000',
    'x',
    'y',
    '0',
    '1',
    'a\nb',
    '"*/',
    '../../x',
    '\ud800',
    'Conv',
    'If',
    'Constant',
    'batch',
  ];
  if (rng() < 0.5) return new TextEncoder().encode(texts[Math.floor(rng() * texts.length)]);
  return rng() < 0.5 ? flipBits(body, rng) : body.subarray(0, Math.floor(rng() * body.length));
}

/** Some field of another model, taken from any depth. */
function randomField(model: Uint8Array, rng: () => number): Uint8Array {
  const fields = fieldsOf(model);
  if (fields.length === 0) return model;
  const field = fields[Math.floor(rng() * fields.length)];
  if (field.wire === 2 && rng() < 0.7) {
    const body = model.subarray(field.payload + varintLength(model, field.payload), field.end);
    if (fieldsOf(body).length > 0) return randomField(body, rng);
  }
  return model.subarray(field.start, field.end);
}

/** The fields of a message, or nothing when the bytes are no message. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let start = 0; start < bytes.length; ) {
    const [tag, payload] = readVarint(bytes, start);
    const wire = tag & 7;
    let end = payload;
    if (wire === 0) end = readVarint(bytes, payload)[1];
    else if (wire === 1) end = payload + 8;
    else if (wire === 5) end = payload + 4;
    else if (wire === 2) {
      const [length, body] = readVarint(bytes, payload);
      end = body + length;
    } else return [];
    if (tag < 8 || payload < 0 || end < 0 || end > bytes.length) return [];
    fields.push({ start, payload, end, wire });
    start = end;
  }
  return fields;
}

function readVarint(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    value += (bytes[at + i] & 0x7f) * 2 ** (7 * i);
    if (bytes[at + i] < 0x80) return [value, at + i + 1];
  }
  return [-1, -1];
}

function varintLength(bytes: Uint8Array, at: number): number {
  return readVarint(bytes, at)[1] - at;
}

/** Negative numbers take ten bytes, as protobuf writes them. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

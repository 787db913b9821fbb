import protobuf from 'protobufjs/minimal.js';
import { badModel } from '../bad-model.ts';

/** Parts of a message that decode to objects, by field number; 'numbers' are packed varints (one object each, too). */
interface Schema {
  readonly [field: number]: () => Schema | 'numbers';
}

const tensor: Schema = {
  1: () => 'numbers',
  5: () => 'numbers',
  7: () => 'numbers',
  11: () => 'numbers',
  13: () => leaf,
};
const sparse: Schema = { 1: () => tensor, 2: () => tensor };
const leaf: Schema = {};
const dimensions: Schema = { 1: () => leaf };
const type: Schema = { 1: () => ({ 2: () => dimensions }), 4: () => ({ 1: () => type }), 8: () => type, 9: () => type };
const value: Schema = { 2: () => type };
const attribute: Schema = {
  5: () => tensor,
  6: () => graph,
  8: () => 'numbers',
  10: () => tensor,
  11: () => graph,
  14: () => type,
  15: () => type,
  22: () => sparse,
  23: () => sparse,
};
const node: Schema = { 5: () => attribute };
const graph: Schema = {
  1: () => node,
  5: () => tensor,
  11: () => value,
  12: () => value,
  13: () => value,
  15: () => sparse,
};
const localFunction: Schema = { 7: () => node, 9: () => leaf, 11: () => attribute };
const training: Schema = { 1: () => graph, 2: () => graph };
const model: Schema = { 7: () => graph, 8: () => leaf, 14: () => leaf, 20: () => training, 25: () => localFunction };

/** About 1 GB of objects; the largest models have fewer than a million parts. */
const MAX_PARTS = 2 ** 23;
const MAX_DEPTH = 500;

/**
 * Refuses files whose decoding would take far more memory than they have bytes: an empty node is two bytes in
 * the file and two hundred in memory. Throws BAD_MODEL; damaged bytes throw whatever protobufjs throws.
 */
export function checkWire(bytes: Uint8Array): void {
  let parts = 0;
  const visit = (reader: protobuf.Reader, end: number, schema: Schema, depth: number): void => {
    if (depth > MAX_DEPTH) badModel('the file is nested too deeply');
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (++parts > MAX_PARTS) badModel(`the file has more than ${MAX_PARTS} parts`);
      const inner = (tag & 7) === 2 ? schema[tag >>> 3]?.() : undefined;
      if (!inner) {
        reader.skipType(tag & 7);
        continue;
      }
      const length = reader.uint32();
      const stop = reader.pos + length;
      if (stop > end) throw new RangeError('a part is longer than the whole');
      if (inner === 'numbers') {
        for (let i = reader.pos; i < stop; i++) if (bytes[i] < 0x80) parts++;
        reader.pos = stop;
      } else {
        visit(reader, stop, inner, depth + 1);
      }
    }
  };
  visit(protobuf.Reader.create(bytes), bytes.length, model, 0);
}

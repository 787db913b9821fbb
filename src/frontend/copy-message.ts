import { showNode } from './bad-model.ts';
import type { ReadExternal } from './border/tensor-data.ts';
import { type Field, Message, readFields } from './border/wire.ts';
import { type CopyNames, readable } from './copy-names.ts';
import { GRAPH, NODE, type Schema, TENSOR } from './copy-schema.ts';
import { externalData } from './onnx-border.ts';

export interface CopyContext {
  readonly names: CopyNames;
  readonly readExternal: ReadExternal;
  /** What nodes read instead, both in names of ours. */
  readonly given?: ReadonlyMap<string, string>;
}

const GRAPH_NAME = 2;
const [NODE_INPUT, NODE_OUTPUT, NODE_NAME, NODE_OP] = [1, 2, 3, 4];
const [RAW_DATA, LOCATION] = [9, 14];

/**
 * The listed fields of a message in their order, names exchanged and all else byte by byte. Nodes are numbered, and external
 * data move inside. Throws BAD_MODEL for those that cannot be read.
 */
export function copyMessage(bytes: Uint8Array, schema: Schema, context: CopyContext): Message {
  const fields = readFields(bytes);
  const copy = new Message();
  copyFields(copy, fields, schema, context);
  if (schema === NODE) copy.text(NODE_NAME, context.names.node(show(fields)));
  if (schema === GRAPH) copy.text(GRAPH_NAME, 'graph');
  if (schema === TENSOR) {
    const data = fields.some(({ number }) => number === LOCATION) ? externalData(bytes, context.readExternal) : null;
    if (data) copy.bytes(RAW_DATA, data);
  }
  return copy;
}

export function copyFields(copy: Message, fields: readonly Field[], schema: Schema, context: CopyContext): void {
  for (const field of fields) {
    const action = schema[field.number];
    if (action === undefined) continue;
    if (action === 'copy') copy.copy(field);
    else if (typeof action === 'string') {
      const name = context.names.rename(action, field.bytes);
      const reads = schema === NODE && field.number === NODE_INPUT;
      copy.text(field.number, (reads && context.given?.get(name)) || name);
    } else copy.message(field.number, copyMessage(field.bytes, action(), context));
  }
}

/** For messages: Conv 'block2/conv'. */
function show(fields: readonly Field[]): string {
  const texts = (wanted: number) =>
    fields.filter(({ number }) => number === wanted).map(({ bytes }) => readable(bytes));
  return showNode({ op: texts(NODE_OP)[0] ?? '', name: texts(NODE_NAME)[0] ?? '', outputs: texts(NODE_OUTPUT) });
}

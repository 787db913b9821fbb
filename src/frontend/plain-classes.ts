import { badModel, show, showNode } from './bad-model.ts';
import { type Field, Message, readFields } from './border/wire.ts';
import { readable } from './copy-names.ts';

/** A model file without text and maps in its results, and what was changed, a sentence each. */
export interface PlainClasses {
  readonly bytes: Uint8Array;
  readonly remarks: readonly string[];
}

const CLASSICAL = 'ai.onnx.ml';
const [MODEL_GRAPH, MODEL_IMPORT, IMPORT_DOMAIN] = [7, 8, 1];
const [NODE, VALUE_NAME] = [1, 1];
/** Outputs, and what is said of values inside. */
const TYPED = [12, 13];
const [NODE_INPUT, NODE_OUTPUT, NODE_NAME, NODE_OP, NODE_ATTRIBUTE, NODE_DOMAIN] = [1, 2, 3, 4, 5, 7];
const [ATTRIBUTE_NAME, ATTRIBUTE_INTS, ATTRIBUTE_STRINGS, ATTRIBUTE_TYPE, INTS] = [1, 8, 9, 20, 7];
/** Classes that a sentence names. */
const MOST_NAMES = 12;

/**
 * Classifiers of ai.onnx.ml as C can have their results: a ZipMap, which makes a map of each row of scores, hands the scores on, and
 * labels that are text are numbers from 0, in the order of the classes. What imports the file and what judges it by onnxruntime
 * both read this form. Files without that domain are returned as they are.
 */
export function plainClasses(bytes: Uint8Array): PlainClasses {
  const fields = readFields(bytes);
  if (!fields.some((field) => field.number === MODEL_IMPORT && textOf(field.bytes, IMPORT_DOMAIN) === CLASSICAL))
    return { bytes, remarks: [] };
  const remarks: string[] = [];
  const model = new Message();
  for (const field of fields) {
    if (field.number === MODEL_GRAPH) model.message(MODEL_GRAPH, plainGraph(readFields(field.bytes), remarks));
    else model.copy(field);
  }
  return remarks.length === 0 ? { bytes, remarks } : { bytes: model.finish(), remarks };
}

function plainGraph(fields: readonly Field[], remarks: string[]): Message {
  const graph = new Message();
  const untyped = new Set<string>();
  for (const field of fields) {
    const changed = field.number === NODE ? plainNode(readFields(field.bytes), untyped, remarks) : null;
    if (changed) graph.message(NODE, changed);
    else if (!TYPED.includes(field.number)) graph.copy(field);
  }
  for (const value of fields.filter(({ number }) => TYPED.includes(number))) {
    const name = textOf(value.bytes, VALUE_NAME);
    if (untyped.has(name)) graph.message(value.number, new Message().text(VALUE_NAME, name));
    else graph.copy(value);
  }
  return graph;
}

/** The node in its place, or null; results whose types are others then go into `untyped`. */
function plainNode(node: readonly Field[], untyped: Set<string>, remarks: string[]): Message | null {
  const texts = (wanted: number) => node.flatMap(({ number, bytes }) => (number === wanted ? [readable(bytes)] : []));
  const [op, outputs] = [texts(NODE_OP)[0] ?? '', texts(NODE_OUTPUT)];
  if (texts(NODE_DOMAIN)[0] !== CLASSICAL) return null;
  const shown = showNode({ op, name: texts(NODE_NAME)[0] ?? '', outputs });
  if (op === 'ZipMap') {
    remarks.push(
      `${shown} is left out: ${show(outputs[0] ?? '')} holds the scores themselves, in the order of the classes`,
    );
    untyped.add(outputs[0] ?? '');
    const copy = new Message().text(NODE_OP, 'Identity');
    for (const field of node) if ([NODE_INPUT, NODE_OUTPUT, NODE_NAME].includes(field.number)) copy.copy(field);
    return copy;
  }
  const labels = node.find(isTextLabels);
  if (!labels || !/Classifier$/.test(op)) return null;
  const classes = readFields(labels.bytes).flatMap(({ number, bytes }) =>
    number === ATTRIBUTE_STRINGS ? [readable(bytes)] : [],
  );
  if (classes.length === 0) return badModel('classlabels_strings is no list of texts', shown);
  const told = classes.slice(0, MOST_NAMES).map((name, i) => `${i} ${show(name)}`);
  const more = classes.length > MOST_NAMES ? ` and ${classes.length - MOST_NAMES} more` : '';
  remarks.push(`the label of ${shown} is the number of its class: ${told.join(', ')}${more}`);
  untyped.add(outputs[0] ?? '');
  const copy = new Message();
  for (const field of node) if (field !== labels) copy.copy(field);
  const numbers = new Message().text(ATTRIBUTE_NAME, op.startsWith('Tree') ? 'classlabels_int64s' : 'classlabels_ints');
  for (const i of classes.keys()) numbers.number(ATTRIBUTE_INTS, i);
  return copy.message(NODE_ATTRIBUTE, numbers.number(ATTRIBUTE_TYPE, INTS));
}

function isTextLabels({ number, bytes }: Field): boolean {
  return number === NODE_ATTRIBUTE && textOf(bytes, ATTRIBUTE_NAME) === 'classlabels_strings';
}

function textOf(message: Uint8Array, wanted: number): string {
  return readable(readFields(message).find(({ number }) => number === wanted)?.bytes ?? new Uint8Array());
}

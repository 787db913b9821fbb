import type { DType, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { badModel } from './bad-model.ts';
import { type BoundInput, bindDimensions } from './bind-dimensions.ts';
import { type Field, Message, readFields } from './border/wire.ts';
import { checkWire } from './border/wire-limits.ts';
import { constantFor } from './constant-input.ts';
import { copyFields } from './copy-message.ts';
import { CopyNames, readable } from './copy-names.ts';
import { GRAPH, MODEL } from './copy-schema.ts';
import { dtypeOfCode } from './data-types.ts';
import { externalReader } from './external-data.ts';
import type { ImportOptions } from './import-onnx.ts';
import { decodeValueBytes, parse } from './onnx-border.ts';
import { castBytes, tensorBytes, valueBytes } from './onnx-writer.ts';
import { plainClasses } from './plain-classes.ts';

/** A model file as the user gave it, and what was said with it. */
export interface ModelFile extends ImportOptions {
  readonly bytes: Uint8Array;
}

/** The file for onnxruntime: as it is, but for names. */
export interface FileCopy {
  readonly bytes: Uint8Array;
  /** Inputs without a value of their own, in the order of the file. */
  readonly inputs: readonly CopiedValue[];
  /** In the order of the file. */
  readonly outputs: readonly CopiedValue[];
  /** Values of the main graph that are inputs behind them because they were asked for. */
  readonly cuts: readonly CopiedValue[];
  /** The same values as the file computes them, unless they are outputs anyway. */
  readonly inner: readonly Pick<CopiedValue, 'name' | 'ours'>[];
  readonly names: CopyNames;
}

export interface CopiedValue {
  /** In the file. */
  readonly name: ValueName;
  /** In the copy. */
  readonly ours: string;
  /** In the file; null where it does not say. */
  readonly dtype: DType | null;
  /** What goes in or comes out here: bfloat16 as f32, integers below 8 bits as bytes, all else as it is. */
  readonly travels: DType | null;
}

const [IR_VERSION, MODEL_GRAPH] = [1, 7];
const [NODE, GRAPH_NAME, INITIALIZER, INPUT, OUTPUT, SPARSE_INITIALIZER] = [1, 2, 5, 11, 12, 15];
const [VALUE_NAME, TENSOR_NAME, VALUES] = [1, 8, 1];
const NODE_OUTPUT = 2;
/** Since this IR version an initializer need not stand among the inputs. */
const FREE_INITIALIZERS = 4;

/**
 * A copy of a model file that onnxruntime may see: names ours, inputs of the sizes that `dimensions` say, `constants`
 * in place of inputs, external data inside, and what means nothing left out (documentation, declared types of computed
 * values, training graphs, maps and texts of classes). Nodes, attributes, operator sets, functions, subgraphs and constants are copied byte by byte:
 * nothing that reads them for the compiler stands between the file and onnxruntime.
 * Throws UserError BAD_MODEL, UNBOUND_DIMENSION, BAD_ARGUMENT.
 */
export function copyFile(file: ModelFile, given: Given = new Map()): FileCopy {
  return parse(() => copied(file, given));
}

/**
 * Values to be inputs, by type: who reads them reads what is given, and they are computed and shown all the same. Those that the
 * main graph does not compute, or whose type does not pass onnxruntime's interface, are left out.
 */
export type Given = ReadonlyMap<ValueName, Pick<TensorType, 'dtype' | 'shape'>>;

function copied(file: ModelFile, given: Given): FileCopy {
  checkWire(file.bytes);
  const fields = readFields(plainClasses(file.bytes).bytes);
  const graph = fields.filter(({ number }) => number === MODEL_GRAPH).flatMap(({ bytes }) => readFields(bytes));
  const context = {
    names: new CopyNames(),
    readExternal: externalReader(file.directory, file.memory),
  };
  const border = borderOf(graph, file);
  const irVersion = fields.findLast(({ number }) => number === IR_VERSION)?.bytes[0] ?? 0;

  const body = new Message();
  body.text(GRAPH_NAME, 'graph');
  const inputs = border.free.map(({ nameBytes, bound }, i) => addInput(body, bound, rename(nameBytes), i));
  for (const { nameBytes, tensor } of border.constants) {
    body.bytes(INITIALIZER, tensorBytes(tensor, rename(nameBytes)));
    if (irVersion < FREE_INITIALIZERS) body.bytes(INPUT, valueBytes(rename(nameBytes), tensor));
  }
  const computed = computedValues(graph);
  const instead = new Map<string, string>();
  const cuts = [...given].flatMap(([name, { dtype, shape }], i): CopiedValue[] => {
    const nameBytes = computed.get(name);
    if (!nameBytes || travelsAs(dtype) !== dtype) return [];
    const ours = `given#${i}`;
    body.bytes(INPUT, valueBytes(ours, { dtype, shape }));
    instead.set(rename(nameBytes), ours);
    return [{ name, ours, dtype, travels: dtype }];
  });
  copyFields(body, border.rest, GRAPH, { ...context, given: instead });
  const outputs = border.outputs.map((field, i) => addOutput(body, field, rename(nameOf(field)), i));

  const shown = new Set(border.outputs.map((field) => readable(nameOf(field))));
  const inner = cuts.flatMap(({ name }) => {
    const nameBytes = computed.get(name);
    return nameBytes && !shown.has(name) ? [{ name, ours: rename(nameBytes) }] : [];
  });
  for (const { ours } of inner) body.bytes(OUTPUT, valueBytes(ours, null));

  const copy = new Message();
  copyFields(copy, fields, MODEL, context);
  copy.message(MODEL_GRAPH, body);
  return { bytes: copy.finish(), inputs: [...inputs, ...cuts], cuts, outputs, inner, names: context.names };

  function rename(name: Uint8Array): string {
    return context.names.rename('value', name);
  }
}

interface Border {
  readonly free: readonly { readonly nameBytes: Uint8Array; readonly bound: BoundInput }[];
  readonly constants: readonly { readonly nameBytes: Uint8Array; readonly tensor: Tensor }[];
  readonly outputs: readonly Field[];
  /** Everything else in the graph, and inputs that have a value in the file. */
  readonly rest: readonly Field[];
}

function borderOf(graph: readonly Field[], file: ModelFile): Border {
  const initialized = new Set(graph.flatMap(initializerName));
  const isFree = (field: Field) => field.number === INPUT && !initialized.has(readable(nameOf(field)));
  const inputs = graph.filter(isFree).map((field) => ({
    nameBytes: nameOf(field),
    value: decodeValueBytes(field.bytes),
  }));
  const given = file.constants ?? new Map<ValueName, Tensor>();
  const free = inputs.filter(({ value }) => !given.has(value.name));
  const bound = bindDimensions(
    free.map(({ value }) => value),
    file,
  );
  return {
    free: free.map(({ nameBytes }, i) => ({ nameBytes, bound: bound[i] })),
    constants: inputs.flatMap(({ nameBytes, value }) => {
      const tensor = given.get(value.name);
      return tensor ? [{ nameBytes, tensor: constantFor(value, tensor) }] : [];
    }),
    outputs: graph.filter(({ number }) => number === OUTPUT),
    rest: graph.filter((field) => field.number !== OUTPUT && !isFree(field)),
  };
}

/** By name, those that nodes of the main graph compute. */
function computedValues(graph: readonly Field[]): Map<ValueName, Uint8Array> {
  const outputs = graph
    .filter(({ number }) => number === NODE)
    .flatMap(({ bytes }) => readFields(bytes).filter(({ number }) => number === NODE_OUTPUT));
  return new Map(outputs.map(({ bytes }) => [readable(bytes), bytes]));
}

function initializerName({ number, bytes }: Field): string[] {
  const tensor =
    number === SPARSE_INITIALIZER ? readFields(bytes).find((field) => field.number === VALUES)?.bytes : bytes;
  if ((number !== INITIALIZER && number !== SPARSE_INITIALIZER) || !tensor) return [];
  return [readable(readFields(tensor).findLast((field) => field.number === TENSOR_NAME)?.bytes ?? new Uint8Array())];
}

function nameOf(value: Field): Uint8Array {
  return readFields(value.bytes).findLast(({ number }) => number === VALUE_NAME)?.bytes ?? new Uint8Array();
}

/** A Cast stands where the type of the file cannot pass onnxruntime's JavaScript interface. */
function addInput(graph: Message, { name, type }: BoundInput, value: string, index: number): CopiedValue {
  if (typeof type === 'string') return badModel(`input '${name}': ${type}`);
  const travels = travelsAs(type.dtype);
  const ours = travels === type.dtype ? value : `input#${index}`;
  graph.bytes(INPUT, valueBytes(ours, { dtype: travels, shape: type.shape }));
  if (ours !== value) graph.bytes(NODE, castBytes(ours, value, type.dtype));
  return { name, ours, dtype: type.dtype, travels };
}

/** Its type is left to onnxruntime to find; what the file says only tells whether it can be read. */
function addOutput(graph: Message, field: Field, value: string, index: number): CopiedValue {
  const { name, type } = decodeValueBytes(field.bytes);
  const dtype = type && typeof type !== 'string' ? dtypeOfCode(type.code) : null;
  const travels = dtype && travelsAs(dtype);
  const ours = travels === dtype ? value : `output#${index}`;
  if (dtype && travels && ours !== value) graph.bytes(NODE, castBytes(value, ours, travels));
  graph.bytes(OUTPUT, valueBytes(ours, null));
  return { name, ours, dtype, travels };
}

function travelsAs(dtype: DType): DType {
  if (dtype === 'bf16') return 'f32';
  if (dtype === 'i4' || dtype === 'i2') return 'i8';
  return dtype === 'u4' || dtype === 'u2' ? 'u8' : dtype;
}

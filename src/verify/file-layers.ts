import { copyFile, type FileCopy, type ModelFile } from '../frontend/file-copy.ts';
import { originOf, typeOf } from '../ir/graph.ts';
import type { DType, Graph, Tensor, TensorType, TypedArray, ValueName } from '../ir/types.ts';
import { toFloat32Array } from '../numerics/convert.ts';
import { fromFloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { type FileSession, openFile } from '../runtime/file-session.ts';
import { must, UserError } from '../support/errors.ts';
import { asInFile, type CodeMeter, type CodeVerdict, codedAs, codeMeter } from './code-meter.ts';
import { type Comparer, type Comparison, comparer, type TypedValue } from './compare.ts';
import { exactLayer } from './exact/index.ts';
import type { Inference } from './file-verdict.ts';
import { openReference, type Reference, type ReferenceSession } from './reference.ts';
import { rulesOf, UNTOUCHED } from './rules.ts';

/** The layers of a file beside those of the C: of one that is quantized, or that rounds to float16 inside. */
export interface FileLayers {
  add(sample: ReadonlyMap<ValueName, Tensor>, inference: Inference): Promise<void>;
  /** Null: onnxruntime does not run it so. */
  readonly result: () => LayersOfFile | null;
  release(): Promise<void>;
}

export interface LayersOfFile {
  readonly codes: readonly CodeVerdict[];
  /** Values that are no codes. */
  readonly others: readonly Comparison[];
  /** The file holds some of them in float16. */
  readonly halves: boolean;
}

export interface FileLayersOf {
  readonly file: ModelFile;
  /** As it was read. */
  readonly imported: Graph;
  /** That became C. */
  readonly graph: Graph;
  readonly oracle: Graph;
  readonly outputs: readonly TypedValue[];
}

/** A value of the C, as the file calls and holds it. */
interface InFile extends Pick<Tensor, 'dtype' | 'shape'> {
  readonly name: ValueName;
}

interface Opened {
  readonly session: FileSession;
  readonly copy: FileCopy;
  readonly given: ReadonlyMap<ValueName, InFile>;
  readonly codes: ReadonlyMap<ValueName, CodeMeter>;
  readonly others: ReadonlyMap<ValueName, Comparer>;
  /** What the graph computes from the values that the layers of the C read. */
  reference(inference: Inference): Promise<Reference>;
  release(): Promise<void>;
}

/**
 * Each layer of the user's file computes from what the C fed its own: the file is run once more, cut wherever it has a value
 * that the C shows. So a difference shows once, where it arises, and behind it the judge is as strict as before it.
 *
 * The C computes in float32 what a file holds in float16. There the layers of the file and those of the graph that became C
 * (whom the C is held to) read the same values, rounded to float16: what is left is how the file rounds one layer's result.
 */
export function fileLayers(model: FileLayersOf): FileLayers {
  let opened: Opened | null | undefined;
  return {
    async add(sample, inference) {
      if (opened === undefined) opened = await open(model, inference).catch(notRun);
      if (opened) await judge(model, opened, sample, inference);
    },
    result: () =>
      opened
        ? {
            codes: [...opened.codes.values()].map((meter) => meter.result()),
            others: [...opened.others.values()].map((one) => one.result()),
            halves: holdsHalves(opened.given),
          }
        : null,
    release: async () => opened?.release(),
  };
}

function notRun(error: unknown): null {
  if (error instanceof UserError && error.problem.code === 'RUNTIME') return null;
  throw error;
}

async function open(model: FileLayersOf, { values }: Inference): Promise<Opened | null> {
  const { file, graph, oracle, outputs } = model;
  if (values.size === 0) return null;
  const wanted = valuesInFile(model, values.keys());
  const copy = copyFile(file, new Map([...wanted.values()].map((held) => [held.name, held])));
  const cuts = new Set(copy.cuts.map(({ name }) => name));
  const given = new Map([...wanted].filter(([, { name }]) => cuts.has(name)));
  const rules = rulesOf(graph, new Set(given.keys()));
  const codes = new Map<ValueName, CodeMeter>();
  const others = new Map<ValueName, Comparer>();
  for (const value of new Set([...given.keys(), ...outputs.map((port) => port.value)])) {
    const coded = codedAs(graph, value);
    if (coded) codes.set(value, codeMeter(value, coded));
    else others.set(value, comparer(value, typed(graph, value), rules.get(value) ?? UNTOUCHED));
  }
  const session = await openFile(copy);
  let reference: ReferenceSession | null = null;
  const known = [...values.keys()].map((value) => typed(graph, value));
  const inside = graph.nodes
    .flatMap(({ inputs }) => inputs)
    .filter((value) => value !== null && !values.has(value) && typeOf(graph, value).quant !== null)
    .filter((value) => !graph.inputs.includes(value!) && !graph.constants.has(value!)) as ValueName[];
  return {
    session,
    copy,
    given,
    codes,
    others,
    async reference(inference) {
      reference ??= await openReference(oracle, known, [...new Set([...inside, ...outputs.map(({ value }) => value)])]);
      return reference.run(inference);
    },
    async release() {
      await session.release();
      await reference?.release();
    },
  };
}

async function judge(
  { graph, outputs }: FileLayersOf,
  { session, copy, given, codes, others, reference }: Opened,
  sample: ReadonlyMap<ValueName, Tensor>,
  inference: Inference,
): Promise<void> {
  const held = asHeld(given, inference);
  const ofGraph = holdsHalves(given) ? await reference(held) : null;
  const computed = (value: ValueName) =>
    ofGraph?.resultOf(typed(graph, value)) ??
    inference.values.get(value) ??
    inference.outputs[outputs.findIndex((port) => port.value === value)];
  const inside = [...given].map(([value, { name, ...type }]): [ValueName, Tensor] => {
    const data = must(held.values.get(value), value);
    const { dtype, quant } = typeOf(graph, value);
    if (quant) return [name, asInFile(data, { dtype, quant }, type)];
    return [
      name,
      { ...type, data: type.dtype === dtype ? data : Uint16Array.from(data as Float32Array, toFloat16Bits) },
    ];
  });
  const results = await session.run(new Map([...sample, ...inside]));
  const shown = new Map([...copy.outputs, ...copy.inner].map(({ name }, i) => [name, results[i]] as const));
  const ofFile = (value: ValueName) => {
    const output = outputs.findIndex((port) => port.value === value);
    return must(output < 0 ? shown.get(given.get(value)?.name ?? value) : results[output], value);
  };
  const seen = once(async () => {
    const { seen: inside } = await reference(inference);
    return (value: ValueName) => graph.constants.get(value) ?? inside(value);
  });
  for (const [value, meter] of codes)
    await meter.add(computed(value), ofFile(value), async () => exactLayer(graph, value, await seen()));
  for (const [value, one] of others) one.add(computed(value), asType(ofFile(value), typeOf(graph, value).dtype));
}

function holdsHalves(given: Opened['given']): boolean {
  return [...given.values()].some(({ dtype }) => dtype === 'f16');
}

/** With real numbers that the file holds in float16 rounded to it. */
function asHeld(given: Opened['given'], { values, ...inference }: Inference): Inference {
  const rounded = (value: ValueName, data: TypedArray) =>
    given.get(value)?.dtype === 'f16' && data instanceof Float32Array
      ? data.map((x) => fromFloat16Bits(toFloat16Bits(x)))
      : data;
  return { ...inference, values: new Map([...values].map(([value, data]) => [value, rounded(value, data)])) };
}

/** float16 as the float32 that the graph has. */
function asType(tensor: Tensor, dtype: DType): TypedArray {
  return tensor.dtype === 'f16' && dtype === 'f32' ? toFloat32Array(tensor) : tensor.data;
}

function typed(graph: Graph, value: ValueName): TypedValue {
  return { value, type: typeOf(graph, value) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

/** Those values that the file has too, by their names here, as the file holds them and onnxruntime's interface takes them. */
function valuesInFile({ graph, imported }: FileLayersOf, values: Iterable<ValueName>): Map<ValueName, InFile> {
  const found = new Map<ValueName, InFile>();
  for (const value of values) {
    const name = originOf(graph, value);
    const type = imported.types.get(name);
    if (type && isSame(graph, value, type)) found.set(value, { name, dtype: type.dtype, shape: type.shape });
  }
  return found;
}

/** Whether the value of the graph is that of the file, as itself or in codes. */
function isSame(graph: Graph, value: ValueName, { dtype, shape }: TensorType): boolean {
  const own = typeOf(graph, value);
  const codes = own.quant?.scale.length === 1 && ['f32', 'i8', 'u8'].includes(dtype);
  const fits = own.quant ? codes : dtype === own.dtype || (own.dtype === 'f32' && dtype === 'f16');
  return fits && shape.join() === own.shape.join();
}

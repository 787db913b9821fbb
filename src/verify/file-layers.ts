import { copyFile, type FileCopy, type ModelFile } from '../frontend/file-copy.ts';
import { originOf, typeOf } from '../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { type FileSession, openFile } from '../runtime/file-session.ts';
import { must, UserError } from '../support/errors.ts';
import { asInFile, type CodeMeter, type CodeVerdict, codedAs, codeMeter } from './code-meter.ts';
import { type Comparer, type Comparison, comparer, type TypedValue } from './compare.ts';
import { exactLayer } from './exact/index.ts';
import type { Inference } from './file-verdict.ts';
import { openReference, type ReferenceSession } from './reference.ts';
import { rulesOf, UNTOUCHED } from './rules.ts';

/** The layers of a quantized file beside those of the C. */
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
}

export interface FileLayersOf {
  readonly file: ModelFile;
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
  /** Values as the layers of the C read them. */
  seen(inference: Inference): Promise<(value: ValueName) => Tensor>;
  release(): Promise<void>;
}

/**
 * Each layer of the user's file computes from what the C fed its own: the file is run once more, cut wherever it has a value
 * that the C shows. So a difference shows once, where it arises, and behind it the judge is as strict as before it.
 */
export function fileLayers(model: FileLayersOf): FileLayers {
  let opened: Opened | null | undefined;
  return {
    async add(sample, inference) {
      if (opened === undefined) opened = await open(model, sample, inference).catch(notRun);
      if (opened) await judge(model, opened, sample, inference);
    },
    result: () =>
      opened
        ? {
            codes: [...opened.codes.values()].map((meter) => meter.result()),
            others: [...opened.others.values()].map((one) => one.result()),
          }
        : null,
    release: async () => opened?.release(),
  };
}

function notRun(error: unknown): null {
  if (error instanceof UserError && error.problem.code === 'RUNTIME') return null;
  throw error;
}

async function open(
  { file, graph, oracle, outputs }: FileLayersOf,
  sample: ReadonlyMap<ValueName, Tensor>,
  { values }: Inference,
): Promise<Opened | null> {
  if (values.size === 0) return null;
  const given = await valuesInFile(file, graph, [...values.keys()], sample);
  const copy = copyFile(file, { given: new Map([...given.values()].map((held) => [held.name, held])) });
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
    async seen(inference) {
      reference ??= await openReference(oracle, known, [...new Set(inside)]);
      const { seen } = await reference.run(inference);
      return (value) => graph.constants.get(value) ?? seen(value);
    },
    async release() {
      await session.release();
      await reference?.release();
    },
  };
}

async function judge(
  { graph, outputs }: FileLayersOf,
  { session, copy, given, codes, others, seen }: Opened,
  sample: ReadonlyMap<ValueName, Tensor>,
  inference: Inference,
): Promise<void> {
  const computed = (value: ValueName) =>
    inference.values.get(value) ?? inference.outputs[outputs.findIndex((port) => port.value === value)];
  const inside = [...given].map(([value, { name, ...type }]): [ValueName, Tensor] => {
    const data = must(inference.values.get(value), value);
    const { dtype, quant } = typeOf(graph, value);
    return [name, quant ? asInFile(data, { dtype, quant }, type) : { ...type, data }];
  });
  const results = await session.run(new Map([...sample, ...inside]));
  const shown = new Map([...copy.outputs, ...copy.inner].map(({ name }, i) => [name, results[i]] as const));
  const ofFile = (value: ValueName) => {
    const output = outputs.findIndex((port) => port.value === value);
    return must(output < 0 ? shown.get(given.get(value)?.name ?? value) : results[output], value);
  };
  const read = once(() => seen(inference));
  for (const [value, meter] of codes)
    await meter.add(computed(value), ofFile(value), async () => exactLayer(graph, value, await read()));
  for (const [value, one] of others) one.add(computed(value), ofFile(value).data);
}

function typed(graph: Graph, value: ValueName): TypedValue {
  return { value, type: typeOf(graph, value) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

/** Those values that the file has too, by their names here, as the file holds them. */
async function valuesInFile(
  file: ModelFile,
  graph: Graph,
  values: readonly ValueName[],
  sample: ReadonlyMap<ValueName, Tensor>,
): Promise<Map<ValueName, InFile>> {
  const copy = copyFile(file, { shown: values.map((value) => originOf(graph, value)) });
  const session = await openFile(copy);
  try {
    const results = await session.run(sample);
    const shown = new Map([...copy.outputs, ...copy.inner].map(({ name }, i) => [name, results[i]] as const));
    const found = new Map<ValueName, InFile>();
    for (const value of values) {
      const name = originOf(graph, value);
      const tensor = shown.get(name);
      if (tensor && isSame(graph, value, tensor)) found.set(value, { name, dtype: tensor.dtype, shape: tensor.shape });
    }
    return found;
  } finally {
    await session.release();
  }
}

/** Whether the value of the graph is that of the file, as itself or in codes. */
function isSame(graph: Graph, value: ValueName, { dtype, shape }: Tensor): boolean {
  const own = typeOf(graph, value);
  const fits = own.quant ? own.quant.scale.length === 1 && ['f32', 'i8', 'u8'].includes(dtype) : dtype === own.dtype;
  return fits && shape.join() === own.shape.join();
}

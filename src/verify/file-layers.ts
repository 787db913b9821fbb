import { copyFile, type FileCopy, type ModelFile } from '../frontend/file-copy.ts';
import { typeOf } from '../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { type FileSession, openFile } from '../runtime/file-session.ts';
import { must, UserError } from '../support/errors.ts';
import { type CodeMeter, type CodeVerdict, codedAs, codeMeter } from './code-meter.ts';
import { type Comparer, type Comparison, comparer, type TypedValue } from './compare.ts';
import { exactLayer } from './exact/index.ts';
import type { Inference } from './file-verdict.ts';
import { definedInFile } from './integer-file-layers.ts';
import { openReference, type Reference, type ReferenceSession } from './reference.ts';
import { rulesOf, UNTOUCHED } from './rules.ts';
import { asHeld, fileTensor, graphData, holdsHalves, type ValuesInFile, valuesInFile } from './values-in-file.ts';

/** The layers of a file beside those of the C: of one that is quantized, or that rounds to float16 inside. */
export interface FileLayers {
  /** The values that differ on this sample at all, each behind what the C fed its own; null: onnxruntime does not run it so. */
  add(sample: ReadonlyMap<ValueName, Tensor>, inference: Inference): Promise<ReadonlySet<ValueName> | null>;
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

interface Opened {
  readonly session: FileSession;
  readonly copy: FileCopy;
  readonly given: ValuesInFile;
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
      return opened && judge(model, opened, sample, inference);
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
  const wanted = valuesInFile(graph, model.imported, values.keys());
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
  { graph, imported, outputs }: FileLayersOf,
  { session, copy, given, codes, others, reference }: Opened,
  sample: ReadonlyMap<ValueName, Tensor>,
  inference: Inference,
): Promise<ReadonlySet<ValueName>> {
  const held = asHeld(given, inference);
  const ofGraph = holdsHalves(given) ? await reference(held) : null;
  const computed = (value: ValueName) =>
    ofGraph?.resultOf(typed(graph, value)) ??
    inference.values.get(value) ??
    inference.outputs[outputs.findIndex((port) => port.value === value)];
  const inside = [...given].map(([value, type]) => {
    return [type.name, fileTensor(graph, value, type, must(held.values.get(value), value))] as const;
  });
  const fed: ReadonlyMap<ValueName, Tensor> = new Map([...sample, ...inside]);
  const results = await session.run(fed);
  const shown = new Map([...copy.outputs, ...copy.inner].map(({ name }, i) => [name, results[i]] as const));
  const ofFile = (value: ValueName) => {
    const output = outputs.findIndex((port) => port.value === value);
    return must(output < 0 ? shown.get(given.get(value)?.name ?? value) : results[output], value);
  };
  const seen = once(async () => {
    const { seen: inside } = await reference(inference);
    return (value: ValueName) => graph.constants.get(value) ?? inside(value);
  });
  const differ = new Set<ValueName>();
  for (const [value, meter] of codes) {
    const exact = async () => exactLayer(graph, value, await seen());
    const defined = () => definedInFile(imported, given.get(value)?.name ?? value, fed);
    if ((await meter.add(computed(value), ofFile(value), exact, defined)) > 0) differ.add(value);
  }
  for (const [value, one] of others) {
    const { different } = one.add(computed(value), graphData(ofFile(value), typeOf(graph, value).dtype));
    if (different > 0) differ.add(value);
  }
  return differ;
}

function typed(graph: Graph, value: ValueName): TypedValue {
  return { value, type: typeOf(graph, value) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

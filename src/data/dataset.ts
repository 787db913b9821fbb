import { basename, dirname, resolve } from 'node:path';
import type { Tensor, ValueName } from '../ir/types.ts';
import type { Truth } from '../metrics/truth.ts';
import { badData } from '../numerics/bad-data.ts';
import { invariant } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { nearestName } from '../support/nearest.ts';
import { type Column, createColumn, type DatasetInput, type Part } from './column.ts';
import { type DatasetDescriptor, type InputDescriptor, parseDescriptor } from './descriptor.ts';
import { type FileContent, readDataFile } from './read-arrays.ts';
import { readClasses, readTruth } from './truth.ts';

export type { DatasetInput } from './column.ts';
export type { DatasetDescriptor, InputDescriptor } from './descriptor.ts';

/** Samples for a model, each ready to be fed. */
export interface Dataset {
  readonly name: string;
  /** Number of samples. */
  readonly count: number;
  /** Sample `index` (0 .. count - 1): a tensor of the input's type and shape for each model input, in input order. */
  sample(index: number): ReadonlyMap<ValueName, Tensor>;
  /**
   * One class per row of the batch: count * (batch size of the model) entries, sample after sample. Null: unknown, or judged by
   * another metric than top1.
   */
  readonly labels: Int32Array | null;
  /** What outputs are scored against; absent: `labels`, by top1. */
  readonly truth?: Truth | null;
  /** So many samples in a row belong together, as the states of a model see them; absent: all of them. */
  readonly sequence?: number;
}

/** A path, several paths, or a descriptor whose relative paths start at the working directory. */
export type DatasetSource = string | readonly string[] | DatasetDescriptor;

export type { Truth } from '../metrics/truth.ts';

const LABEL_ARRAYS = ['labels', 'y'];

/**
 * Reads a data set for a model with these inputs:
 *
 * - NPY or IDX (also IDX.gz): samples stacked on axis 0, or a single sample. Several files are joined; for a model with
 *   several inputs give one file per input, in their order.
 * - NPZ: arrays named as the inputs (any name when there is one input); `labels` or `y` holds the labels.
 * - JSON: a descriptor, see DatasetDescriptor and dataset.schema.json.
 *
 * Values become x = raw * scale + offset in the type of the input. What is read and inflated is counted on `memory`. `states` are
 * inputs that runs hand on to one another, for which there are no data. UserError BAD_DATA, FILE or TOO_LARGE.
 */
export async function loadDataset(
  source: DatasetSource,
  inputs: readonly DatasetInput[],
  memory: MemoryBudget = new MemoryBudget(),
  states: readonly ValueName[] = [],
): Promise<Dataset> {
  const read = cachedReader(memory);
  const { descriptor, folder, name } = await describe(source, inputs, read);
  refuseStates(descriptor, states, name);
  const partsOf = async (files: string | readonly string[], pick: Picker): Promise<Part[]> => {
    const paths = (typeof files === 'string' ? [files] : files).map((file) => resolve(folder, file));
    return Promise.all(paths.map(async (where) => ({ where, array: pick(await read(where), where) })));
  };

  const columns = new Map<ValueName, Column>();
  for (const input of inputs) {
    const column = inputDescriptor(descriptor, input, inputs, name);
    columns.set(input.name, createColumn(input, await partsOf(column.files, pickInput(input.name)), column));
  }
  const { count: total, rowsPerSample } = commonSize(columns, name);
  const parts = await labelParts(descriptor, inputs, name, partsOf);
  const metric = descriptor.metric ?? 'top1';
  const { sequence } = descriptor;
  const labels = parts && metric === 'top1' ? readClasses(parts, name, total * rowsPerSample) : null;
  const start = Math.min(descriptor.skip ?? 0, total);
  const count = Math.min(descriptor.first ?? total, total - start);
  if (count === 0) throw badData(name, 'there are no samples');

  return {
    name,
    count,
    sample(index) {
      invariant(index >= 0 && index < count, `sample ${index} of ${count}`);
      return new Map([...columns].map(([input, column]) => [input, column.sample(start + index)]));
    },
    ...(sequence !== undefined && { sequence }),
    labels: labels?.slice(start * rowsPerSample, (start + count) * rowsPerSample) ?? null,
    ...(parts &&
      metric !== 'top1' && { truth: readTruth(metric, parts, { where: name, total, rowsPerSample, start }) }),
  };
}

type Reader = (path: string) => Promise<FileContent>;
type Picker = (content: FileContent, path: string) => Tensor;

/** An NPZ file that serves several inputs is read once. */
function cachedReader(memory: MemoryBudget): Reader {
  const contents = new Map<string, Promise<FileContent>>();
  return (path) => {
    const content = contents.get(path) ?? readDataFile(path, memory);
    contents.set(path, content);
    return content;
  };
}

/** Every source as a descriptor, the folder its paths start at, and a name. */
async function describe(source: DatasetSource, inputs: readonly DatasetInput[], read: Reader) {
  if (typeof source !== 'string' && !Array.isArray(source)) {
    const descriptor = parseDescriptor(source, 'data set');
    return { descriptor, folder: '.', name: descriptor.name ?? 'data set' };
  }
  const paths: readonly string[] = typeof source === 'string' ? [source] : source;
  if (paths.length === 0) throw badData('data set', 'no file is given');
  const contents = await Promise.all(paths.map((path) => read(resolve(path))));
  const name = paths.map((path) => basename(path)).join(', ');
  if (contents[0].kind === 'descriptor' && paths.length === 1) {
    const descriptor = parseDescriptor(contents[0].json, paths[0]);
    return { descriptor, folder: dirname(paths[0]), name: descriptor.name ?? name };
  }
  const onePerInput = inputs.length > 1 && contents.every(({ kind }) => kind === 'array');
  if (onePerInput && paths.length !== inputs.length) {
    const list = inputs.map((input) => `'${input.name}'`).join(', ');
    throw badData(name, `${paths.length} files for ${inputs.length} inputs`, `give one file each for ${list}`);
  }
  const entries = inputs.map((input, i) => [input.name, { files: onePerInput ? paths[i] : paths }]);
  const descriptor: DatasetDescriptor = { inputs: Object.fromEntries(entries) };
  return { descriptor, folder: '.', name };
}

function refuseStates({ inputs }: DatasetDescriptor, states: readonly ValueName[], where: string): void {
  const state = states.find((name) => Object.hasOwn(inputs ?? {}, name));
  if (state === undefined) return;
  const what = `'${state}' is a state: it begins with zeros, and each run hands it on to the next`;
  throw badData(where, what, 'leave it out of the data, or make it an input again: --state none');
}

/** The entry of one input. */
function inputDescriptor(
  { inputs: entries, files, ...rest }: DatasetDescriptor,
  input: DatasetInput,
  inputs: readonly DatasetInput[],
  where: string,
): InputDescriptor {
  const names = inputs.map(({ name }) => name);
  const stranger = Object.keys(entries ?? {}).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    const nearest = nearestName(stranger, names);
    const hint = nearest
      ? `did you mean '${nearest}'?`
      : `its inputs are ${names.map((name) => `'${name}'`).join(', ')}`;
    throw badData(where, `the model has no input '${stranger}'`, hint);
  }
  if (entries && Object.hasOwn(entries, input.name)) return entries[input.name];
  if (files !== undefined && inputs.length === 1) return { ...rest, files };
  throw badData(where, `nothing is said about input '${input.name}'`, 'give each input an entry in "inputs"');
}

/** The array for an input: the one of its name, or the only one that is not a label. */
function pickInput(name: ValueName): Picker {
  return (content, path) => {
    if (content.kind === 'array') return content.array;
    if (content.kind === 'descriptor') throw badData(path, 'a descriptor cannot stand where an array is wanted');
    const others = [...content.arrays.keys()].filter((key) => !LABEL_ARRAYS.includes(key));
    const array = content.arrays.get(name) ?? (others.length === 1 ? content.arrays.get(others[0]) : undefined);
    if (!array) throw badData(path, `it has no array '${name}', only ${others.map((key) => `'${key}'`).join(', ')}`);
    return array();
  };
}

function commonSize(columns: ReadonlyMap<ValueName, Column>, where: string) {
  const sizes = [...columns.values()].map(({ count, rowsPerSample }) => ({ count, rowsPerSample }));
  if (sizes.length === 0) throw badData(where, 'the model has no inputs');
  if (sizes.some(({ count }) => count !== sizes[0].count)) {
    const list = [...columns].map(([name, { count }]) => `${count} for '${name}'`).join(', ');
    throw badData(where, `the inputs have different numbers of samples: ${list}`);
  }
  return sizes[0];
}

/** From the descriptor's files, else from the NPZ files of the first input when every one of them has labels. */
async function labelParts(
  descriptor: DatasetDescriptor,
  inputs: readonly DatasetInput[],
  name: string,
  partsOf: (files: string | readonly string[], pick: Picker) => Promise<Part[]>,
): Promise<Part[] | null> {
  const { files } = inputDescriptor(descriptor, inputs[0], inputs, name);
  const parts = await partsOf(descriptor.labels ?? files, pickLabels(descriptor.labels !== undefined));
  if (!parts.some(({ array }) => array === NO_LABELS)) return parts;
  if (descriptor.metric === undefined) return null;
  throw badData(name, `it names the metric ${descriptor.metric} and has no labels`, 'name their files in "labels"');
}

const NO_LABELS: Tensor = { dtype: 'i32', shape: [0], data: new Int32Array(0) };

function pickLabels(required: boolean): Picker {
  return (content, path) => {
    const key = content.kind === 'arrays' ? LABEL_ARRAYS.find((name) => content.arrays.has(name)) : undefined;
    const named = content.kind === 'arrays' && key !== undefined ? content.arrays.get(key) : undefined;
    if (named) return named();
    if (!required) return NO_LABELS;
    if (content.kind === 'array') return content.array;
    throw badData(path, "there are no labels in it: neither an array 'labels' nor 'y'");
  };
}

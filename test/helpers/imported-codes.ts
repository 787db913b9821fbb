import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { producerOf, typeOf } from '../../src/ir/graph.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { codedAs, codeMeter, type Wrong } from '../../src/verify/code-meter.ts';
import { byDefinition } from '../../src/verify/definitions/index.ts';
import { exactLayer } from '../../src/verify/exact/index.ts';
import { definedInFile } from '../../src/verify/integer-file-layers.ts';
import { openReference } from '../../src/verify/reference.ts';
import { type FileSpec, onnxFile, randomFeeds } from './onnx-file.ts';
import { importQuantized } from './quantized-models.ts';
import { quickPlan } from './quick-plan.ts';
import type { RandomImport, Scales } from './random-imports.ts';
import { type Case, runBatch } from './run-batch.ts';

export interface Job {
  readonly operator: string;
  readonly name: string;
  readonly file: FileSpec;
  readonly feeds: ReadonlyMap<ValueName, Tensor>;
}

/** `models` random files of each operator. */
export function randomJobs(
  operators: Readonly<Record<string, RandomImport>>,
  { models, scales, seed }: { readonly models: number; readonly scales: Scales; readonly seed: number },
): Job[] {
  return Object.entries(operators).flatMap(([operator, make], k) =>
    Array.from({ length: models }, (_, i) => {
      const rng = createRng(seed * 7919 + 101 * k + 10_007 * i);
      const file = make(rng, scales);
      return { operator, name: `m${k}_${i}`, file, feeds: codesFor(file, rng.int(1, 1e6)) };
    }),
  );
}

function codesFor(file: FileSpec, seed: number): ReadonlyMap<ValueName, Tensor> {
  const [feeds] = randomFeeds(file, 1 + (seed % 3)).slice(-1);
  return feeds;
}

export interface Outcome {
  readonly job: Job;
  readonly codes: number;
  /** Codes of the C that are not onnxruntime's, but one off where the exact result lies on a tie within float32's error. */
  readonly atTies: number;
  /** All others that are not, and what the first of them is. */
  readonly wrong: number;
  readonly first: Wrong | null;
  /** Values that the C computes in real numbers. */
  readonly real: readonly ValueName[];
  /** Why there is no C, or it did not run. */
  readonly failure: string | null;
}

/** The C of every file, all in one program, against onnxruntime on the very file, graph optimisation disabled. */
export async function compareImports(
  jobs: readonly Job[],
  features: ReadonlySet<string> = new Set(),
): Promise<Outcome[]> {
  const cases: (Imported | string)[] = [];
  for (const { name, file, feeds } of jobs) cases.push(await caseOf(name, file, feeds, features).catch(String));
  const folder = mkdtempSync(join(tmpdir(), 'nibblec-imports-'));
  const outputs = new Map<string, ReadonlyMap<ValueName, Tensor>>();
  const judge = async ({ name }: Case, results: ReadonlyMap<ValueName, Tensor>) => {
    outputs.set(name, results);
    return null;
  };
  const compiled = cases.filter((made) => typeof made !== 'string');
  const failures = await runBatch(folder, compiled, { judge });
  rmSync(folder, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const [i, job] of jobs.entries()) {
    const made = cases[i];
    const got = outputs.get(job.name);
    if (typeof made === 'string') outcomes.push(failed(job, made));
    else if (got) outcomes.push(await outcomeOf(job, made, got));
    else outcomes.push(failed(job, failures.get(job.name) ?? 'not run'));
  }
  return outcomes;
}

const NOTHING = { codes: 0, atTies: 0, wrong: 0, first: null, real: [], failure: null };
const failed = (job: Job, failure: string): Outcome => ({ ...NOTHING, job, failure });

interface Imported extends Case {
  /** As the file says. */
  readonly original: Graph;
  readonly graph: Graph;
}

async function caseOf(
  name: string,
  file: FileSpec,
  feeds: Case['feeds'],
  features: ReadonlySet<string>,
): Promise<Imported> {
  const bytes = onnxFile(file);
  const wanted = await withSession(bytes, {}, (session) => session.run(feeds));
  const { original, graph } = await importQuantized(bytes);
  const program = lowerGraph(graph, { name, features, ioLayout: 'onnx' });
  return { name, program, files: emitC(program, quickPlan(program)), feeds, wanted, original, graph };
}

async function outcomeOf(
  job: Job,
  { original, graph, feeds, wanted }: Imported,
  got: ReadonlyMap<ValueName, Tensor>,
): Promise<Outcome> {
  const real = graph.nodes.flatMap(({ outputs }) =>
    outputs.filter((value) => value && typeOf(graph, value).dtype === 'f32'),
  );
  const outcome = { ...NOTHING, job, first: null as Wrong | null, real: real as ValueName[] };
  for (const [value, file] of wanted) {
    const data = got.get(value)!.data;
    const coded = codedAs(graph, value);
    outcome.codes += file.data.length;
    if (coded) {
      const meter = codeMeter(value, coded);
      const exact = async () => exactLayer(graph, value, await valuesOf(graph, feeds));
      await meter.add(data, file, exact, () => definedInFile(original, value, feeds));
      const { atTies, wrong, first } = meter.result();
      outcome.atTies += atTies;
      outcome.wrong += wrong;
      outcome.first ??= first;
    } else outcome.wrong += wrongIntegers(original, value, feeds, { data, ofFile: file.data });
  }
  return outcome;
}

/** Integers that are neither onnxruntime's nor, where its products saturate, those of the definition. */
function wrongIntegers(
  file: Graph,
  value: ValueName,
  feeds: Case['feeds'],
  { data, ofFile }: { readonly data: TypedArray; readonly ofFile: TypedArray },
): number {
  const wrong = Array.from(data as Int32Array, (number, i) => [number, i] as const).filter(
    ([number, i]) => number !== ofFile[i],
  );
  const node = producerOf(file, value);
  if (wrong.length === 0 || !node) return 0;
  const inputs = node.inputs.map((input) =>
    input === null ? null : (file.constants.get(input) ?? feeds.get(input) ?? null),
  );
  const exact = byDefinition(node, inputs, { output: 0, ofC: data, ofRuntime: ofFile });
  return wrong.filter(([number, i]) => number !== exact?.result[i]).length;
}

/** What the layers of a graph read, as its integer definition says. */
async function valuesOf(graph: Graph, feeds: Case['feeds']): Promise<(value: ValueName) => Tensor> {
  const read = graph.nodes.flatMap(({ inputs }) => inputs).filter((value) => value !== null);
  const inside = read.filter((value) => !graph.inputs.includes(value) && !graph.constants.has(value));
  const session = await openReference(buildOracle(graph), [], [...new Set(inside)]);
  try {
    const { seen } = await session.run({ feed: feeds, outputs: [], values: new Map() });
    return (value) => graph.constants.get(value) ?? seen(value);
  } finally {
    await session.release();
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import type { Tensor, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { type FileSpec, onnxFile, randomFeeds } from './onnx-file.ts';
import { importQuantized } from './quantized-models.ts';
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
  /** Codes of the C that are not onnxruntime's, and the largest difference. */
  readonly different: number;
  readonly largest: number;
  /** Why there is no C, or it did not run. */
  readonly failure: string | null;
}

/** The C of every file, all in one program, against onnxruntime on the very file, graph optimisation disabled. */
export async function compareImports(
  jobs: readonly Job[],
  features: ReadonlySet<string> = new Set(),
): Promise<Outcome[]> {
  const cases: (Case | string)[] = [];
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
  return jobs.map((job, i) => {
    const made = cases[i];
    if (typeof made === 'string') return failed(job, made);
    const got = outputs.get(job.name);
    return got ? outcomeOf(job, made, got) : failed(job, failures.get(job.name) ?? 'not run');
  });
}

const failed = (job: Job, failure: string): Outcome => ({ job, codes: 0, different: 0, largest: 0, failure });

async function caseOf(
  name: string,
  file: FileSpec,
  feeds: Case['feeds'],
  features: ReadonlySet<string>,
): Promise<Case> {
  const bytes = onnxFile(file);
  const wanted = await withSession(bytes, {}, (session) => session.run(feeds));
  const { graph } = await importQuantized(bytes);
  const program = lowerGraph(graph, { name, features, ioLayout: 'onnx' });
  return { name, program, files: emitC(program, planMemory(program)), feeds, wanted };
}

function outcomeOf(job: Job, { wanted }: Case, got: ReadonlyMap<ValueName, Tensor>): Outcome {
  const outcome = { job, codes: 0, different: 0, largest: 0, failure: null };
  for (const [value, { data }] of wanted) {
    const codes = got.get(value)?.data ?? [];
    for (let i = 0; i < data.length; i++) {
      const difference = Math.abs(Number(codes[i]) - Number(data[i]));
      outcome.codes++;
      if (difference > 0) outcome.different++;
      outcome.largest = Math.max(outcome.largest, difference);
    }
  }
  return outcome;
}

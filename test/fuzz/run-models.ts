import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { UserError } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { onnxFile } from '../helpers/onnx-file.ts';
import { type Case, runBatch } from '../helpers/run-batch.ts';
import { differsAtTies } from './at-ties.ts';
import { judge } from './judge.ts';
import { type ByVerify, judgeByVerify } from './judge-by-verify.ts';
import type { Outcome } from './outcome.ts';
import { type RandomModel, randomModel } from './random-model.ts';
import { runFile, tryFile, type Values } from './reference.ts';
import { runtimeFault } from './runtime-faults.ts';
import { wild } from './wild.ts';

/** Models to one program. */
const BATCH = 40;
/** Programs that are built and run while the next models are compiled. */
const AT_ONCE = 2;

export interface RunOptions {
  readonly seed: number;
  readonly indices: readonly number[];
  /** Scratch space. */
  readonly folder: string;
  readonly sanitize?: boolean;
  /** wild: single operators on infinities, NaN and numbers at the ends of float32 (wild.ts), judged as `--verify` does. */
  readonly numbers?: Numbers;
  progress?(done: number): void;
}

export type Numbers = 'tame' | 'wild';

interface Judged extends Case {
  readonly compiled: Compilation;
  readonly model: RandomModel;
  /** onnxruntime's results; null: it has none, for this reason. */
  readonly refusal: string | null;
}

/** Models `indices` of the stream `seed` through the whole compiler, gcc and onnxruntime, in order. */
export async function runModels(options: RunOptions): Promise<Outcome[]> {
  const { seed, indices, folder, sanitize = true, numbers = 'tame', progress } = options;
  const outcomes: Outcome[] = [];
  const building = new Set<Promise<void>>();
  for (let start = 0; start < indices.length; start += BATCH) {
    const compiled: Judged[] = [];
    for (const index of indices.slice(start, start + BATCH)) {
      const result = await compileOne(await modelOf(seed, index, numbers));
      if ('verdict' in result) outcomes.push(result);
      else compiled.push(result);
    }
    if (building.size >= AT_ONCE) await Promise.race(building);
    const run = numbers === 'wild' ? runWild : runCompiled;
    const job = run(join(folder, `batch${start}`), compiled, sanitize).then((results) => {
      outcomes.push(...results);
      building.delete(job);
      progress?.(outcomes.length);
    });
    building.add(job);
  }
  await Promise.all(building);
  return outcomes.sort((a, b) => a.model.index - b.model.index);
}

/** A chain of operators, or one of them. */
async function modelOf(seed: number, index: number, numbers: Numbers): Promise<RandomModel> {
  if (numbers === 'tame') return randomModel(seed, index, tryFile);
  return wild(await randomModel(seed, index, async () => null));
}

/** The same for models that are at hand. */
export async function judgeModels(models: readonly RandomModel[], folder: string): Promise<Outcome[]> {
  const compiled = await Promise.all(models.map(compileOne));
  const judged = compiled.filter((result): result is Judged => !('verdict' in result));
  const refused = compiled.filter((result): result is Outcome => 'verdict' in result);
  return [...refused, ...(await runCompiled(folder, judged, true))];
}

/** C of the model beside onnxruntime's results, or how it ended without. */
async function compileOne(model: RandomModel): Promise<Judged | Outcome> {
  let wanted: Values = new Map();
  let refusal: string | null = null;
  try {
    wanted = await runFile(model);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    refusal = words(error);
  }
  const name = `m${model.index}`;
  try {
    const ioLayout = model.index % 2 === 0 ? 'native' : 'onnx';
    // One run of the file is one run of the C: a first state is an input, as it is in onnxruntime.
    const options = { name, target: await host, ioLayout, states: 'none' } as const;
    const compiled = await compileModel({ model: onnxFile(model), ...options });
    const { program, files } = compiled;
    return { name, program, files, feeds: model.feeds, wanted, compiled, model, refusal };
  } catch (error) {
    if (!(error instanceof UserError)) return { model, verdict: 'differ', reason: `INTERNAL: ${String(error)}` };
    const reason = `${error.problem.code}: ${words(error)}`;
    if (refusal !== null) return { model, verdict: 'refused', reason: refusal };
    return { model, verdict: error.problem.code === 'UNSUPPORTED' ? 'unsupported' : 'differ', reason };
  }
}

const host = loadTarget('host');

async function runCompiled(folder: string, cases: readonly Judged[], sanitize: boolean): Promise<Outcome[]> {
  if (cases.length === 0) return [];
  const byName = new Map(cases.map((test) => [test.name, test]));
  const results = await runBatch(folder, cases, {
    sanitize,
    judge: ({ name, wanted }, outputs) => judge(byName.get(name)!.model, outputs, wanted),
  });
  rmSync(folder, { recursive: true });
  const outcomes = cases.map(async ({ name, compiled, model, refusal }): Promise<Outcome> => {
    const wrong = results.get(name) ?? null;
    const fault = wrong === null ? null : await runtimeFault(model);
    if (fault) return { model, verdict: 'off', reason: `${fault.op}: ${fault.reason}` };
    if (wrong !== null && !(await differsAtTies(compiled, model.feeds)))
      return { model, verdict: 'differ', reason: wrong };
    return refusal === null ? { model, verdict: 'agree', reason: '' } : { model, verdict: 'told', reason: refusal };
  });
  return Promise.all(outcomes);
}

async function runWild(folder: string, cases: readonly Judged[], sanitize: boolean): Promise<Outcome[]> {
  if (cases.length === 0) return [];
  const byName = new Map(cases.map((test) => [test.name, test]));
  const told = new Map<string, ByVerify>();
  const results = await runBatch(folder, cases, {
    sanitize,
    async judge({ name, feeds }, outputs) {
      const said = await judgeByVerify(byName.get(name)!.compiled, feeds, outputs).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        return { wrong: [`${error.problem.code}: ${words(error)}`], off: null };
      });
      told.set(name, said);
      return said.wrong.length > 0 ? said.wrong.join('; ') : null;
    },
  });
  rmSync(folder, { recursive: true });
  return cases.map(({ name, model, refusal }): Outcome => {
    const wrong = results.get(name) ?? null;
    if (wrong !== null) return { model, verdict: 'differ', reason: wrong };
    const off = told.get(name)?.off ?? null;
    if (off !== null) return { model, verdict: 'off', reason: `${model.op}: ${off}` };
    return refusal === null ? { model, verdict: 'agree', reason: '' } : { model, verdict: 'told', reason: refusal };
  });
}

function words({ problem }: UserError): string {
  return [problem.message, ...(problem.because ?? [])].join('; ').slice(0, 500);
}

import type { GeneratedFiles } from '../codegen/emit.ts';
import type { Dataset } from '../data/dataset.ts';
import { executions } from '../ir/loops.ts';
import type { MemoryPlan, Port, Program } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph } from '../ir/types.ts';
import type { Score } from '../metrics/index.ts';
import { openMeter, truthOf } from '../metrics/truth.ts';
import { realNumbers } from '../quant/real-numbers.ts';
import { must } from '../support/errors.ts';
import { agrees, type Comparison } from './compare.ts';
import { type FileVerdict, filePassed, type Judged, type JudgedC, judgedBy } from './file-verdict.ts';
import { buildHarness, type Counts, type Harness, type HarnessModel, runHarness } from './harness.ts';
import { harnessModel as programHarness } from './harness-model.ts';
import { openFileJudge } from './judge-file.ts';
import { openLayerJudge } from './layer-judge.ts';
import { type Limits, unmetLimits, unmetScore } from './limits.ts';
import type { CRun } from './reference.ts';
import { asModelInput, fromMemory, toMemory } from './samples.ts';
import { asFileInput, firstCodes, nextCodes } from './state-codes.ts';
import type { Optimize, Toolchain } from './toolchain.ts';
import { tracedValues } from './trace.ts';

/** What compileModel() returns, as far as it is judged here. */
export interface CompiledModel extends JudgedC {
  readonly name: string;
  readonly graph: Graph;
  readonly oracle: Graph;
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly files: GeneratedFiles;
}

export interface VerifyOptions {
  readonly toolchain: Toolchain;
  readonly directory: string;
  readonly optimize?: Optimize;
  /** Default: as many as the data set has. */
  readonly samples?: number;
  /** Compare every layer's result, not only the outputs. Default true. */
  readonly layers?: boolean;
  readonly sanitize?: boolean;
  readonly counts?: boolean;
  /** Run the user's file too, where the model came from one. Default true. */
  readonly file?: boolean;
  /** Float closeness: largest error over the value's range. Default 1e-5. */
  readonly tolerance?: number;
  /** What the verdict asks for beside agreement. */
  readonly limits?: Limits;
  progress?(done: number, total: number): void;
}

export interface Verdict {
  readonly toolchain: string;
  readonly samples: number;
  /** The outputs agree with the file, and every layer with what onnxruntime computes from what the C fed it. */
  readonly passed: boolean;
  /** Limits that are not met, a sentence each; the C may agree all the same. */
  readonly unmet: readonly string[];
  readonly judged: Judged;
  /** The outputs beside those of the user's file; null where it was not asked for. */
  readonly file: FileVerdict | null;
  readonly layers: readonly Comparison[];
  readonly outputs: readonly Comparison[];
  /** Of the C against the labels; null without any. */
  readonly score: Score | null;
  readonly counts: Counts | null;
}

/** Samples per run of the program: bounds the size of the trace file. */
const CHUNK_BYTES = 128 * 2 ** 20;

/**
 * Builds the generated C, runs it over the data set and compares every layer with onnxruntime running the oracle:
 * integers must be equal, floats close. Throws UserError TOOL_FAILED, TOOL_MISSING, RUNTIME, MISMATCH (memory rules).
 */
export async function verifyModel(model: CompiledModel, dataset: Dataset, options: VerifyOptions): Promise<Verdict> {
  const { layers = true, tolerance = 1e-5 } = options;
  const count = Math.min(options.samples ?? dataset.count, dataset.count);
  const { sequence = count } = dataset;
  const chunk = layers ? Math.min(count, samplesPerRun(model.program, sequence)) : count;
  const harness = await buildHarness(options.toolchain, harnessModel(model), {
    files: model.files,
    directory: options.directory,
    optimize: options.optimize ?? '-O2',
    sanitize: options.sanitize ?? false,
    counts: options.counts ?? false,
    traceSamples: layers ? chunk : 0,
    sequence,
  });
  const judge = await openLayerJudge(model, layers, tolerance);
  const truth = truthOf(dataset);
  const [output] = model.program.outputs;
  const meter = truth && output ? openMeter(truth, output.type.shape, dataset.name) : null;
  const fileJudge =
    options.file === false ? null : await openFileJudge(model, { tolerance, truth, where: dataset.name });
  let counts: Counts | null = null;
  try {
    for (let first = 0; first < count; first += chunk) {
      const samples = Array.from({ length: Math.min(chunk, count - first) }, (_, i) => dataset.sample(first + i));
      const { runs, ...measured } = await runC(model, harness, samples, sequence);
      for (const [i, run] of runs.entries()) {
        await judge.add(run);
        const stated = new Map([
          ...samples[i],
          ...asFileInput(model.program, run.states, model.imported ?? model.graph),
        ]);
        await fileJudge?.add(stated, run, truth?.sample(first + i) ?? null);
        meter?.add(realNumbers({ ...output.type, data: run.outputs[0] }, output.type), truth!.sample(first + i));
      }
      counts ??= measured.counts;
      options.progress?.(first + samples.length, count);
    }
  } finally {
    await judge.release();
    await fileJudge?.release();
  }
  const verdict = judge.result();
  const file = fileJudge?.result(verdict.layers) ?? null;
  const score = truth && meter ? { metric: truth.metric, value: meter.value() } : null;
  return {
    toolchain: options.toolchain.name,
    samples: count,
    passed: [...verdict.layers, ...verdict.outputs].every((one) => agrees(one, tolerance)) && filePassed(file),
    unmet: [...unmetLimits(file, options.limits ?? {}), ...unmetScore(score, options.limits ?? {})],
    judged: judgedBy(model, file),
    file,
    ...verdict,
    score,
    counts,
  };
}

/** Bounds the size of the trace file, but for sequences, which are run as a whole where there is state. */
function samplesPerRun(program: Program, sequence: number): number {
  const results = executions(program).flatMap(({ result, also = [] }) => [...(result ? [result] : []), ...also]);
  const bytes = results.reduce((sum, { type }) => sum + arenaBytes(type), 0);
  const most = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, bytes)));
  return program.states ? sequence * Math.max(1, Math.floor(most / sequence)) : most;
}

type Sample = ReturnType<Dataset['sample']>;

/** `sequence`: so many of the samples belong together. */
async function runC(
  { program, oracle }: CompiledModel,
  harness: Harness,
  samples: readonly Sample[],
  sequence: number,
) {
  const feeds = samples.map((sample) => {
    const given = (port: Port) => asModelInput(must(sample.get(port.value), port.value), port.type);
    return new Map(program.inputs.map((port) => [port.value, given(port)]));
  });
  const bytes = feeds.map((feed) =>
    Buffer.concat(program.inputs.map((port) => toMemory(must(feed.get(port.value), port.value), port))),
  );
  const { outputs, trace, counts } = await runHarness(harness, bytes);
  const traced = harness.traceSamples > 0 ? tracedValues(program, oracle) : [];
  let states = firstCodes(program);
  const runs = feeds.map((feed, i): CRun & { readonly states: typeof states } => {
    const before = i % sequence === 0 ? firstCodes(program) : states;
    const results = program.outputs.map((port, o) => fromMemory(outputs[i][o], port));
    states = nextCodes(program, results);
    return {
      feed: new Map([...feed, ...before]),
      states: before,
      outputs: results,
      values: new Map(traced.map(({ index, port }) => [port.value, fromMemory(trace[i][index], port)])),
    };
  });
  return { runs, counts };
}

export function harnessModel({ program, plan }: CompiledModel): HarnessModel {
  return programHarness(program, plan);
}

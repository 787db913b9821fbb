import type { GeneratedFiles } from '../codegen/emit.ts';
import type { Dataset } from '../data/dataset.ts';
import { exportOnnx } from '../frontend/export-onnx.ts';
import type { MemoryPlan, Port, Program } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, TypedArray } from '../ir/types.ts';
import { createSession, type OrtSession } from '../runtime/ort-session.ts';
import { must } from '../support/errors.ts';
import { agrees, type Comparer, type Comparison, comparer } from './compare.ts';
import { buildHarness, type Counts, type Harness, type HarnessModel, runHarness } from './harness.ts';
import { harnessModel as programHarness } from './harness-model.ts';
import { asModelInput, fromMemory, toMemory } from './samples.ts';
import type { Optimize, Toolchain } from './toolchain.ts';

/** What compileModel() returns, as far as it is judged here. */
export interface CompiledModel {
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
  /** Float closeness: largest error over the value's range. Default 1e-5. */
  readonly tolerance?: number;
  progress?(done: number, total: number): void;
}

export interface Verdict {
  readonly toolchain: string;
  readonly samples: number;
  /** The model's outputs agree with onnxruntime, and so does every integer layer. */
  readonly passed: boolean;
  readonly layers: readonly Comparison[];
  readonly outputs: readonly Comparison[];
  /** Share of samples whose largest output is the label's; null without labels. */
  readonly top1: number | null;
  readonly counts: Counts | null;
}

/** Samples per run of the program: bounds the size of the trace file. */
const CHUNK_BYTES = 128 * 2 ** 20;

/**
 * Builds the generated C, runs it over the data set and compares every layer with onnxruntime running the oracle:
 * integers must be equal, floats close. Throws UserError TOOL_FAILED, TOOL_MISSING, RUNTIME, MISMATCH (memory rules).
 */
export async function verifyModel(model: CompiledModel, dataset: Dataset, options: VerifyOptions): Promise<Verdict> {
  const { program } = model;
  const { layers = true, tolerance = 1e-5 } = options;
  const count = Math.min(options.samples ?? dataset.count, dataset.count);
  const traced = layers ? tracedCalls(model) : [];
  const traceBytes = program.calls.reduce((sum, call) => sum + (call.result ? arenaBytes(call.result.type) : 0), 0);
  const chunk = layers ? Math.max(1, Math.min(count, Math.floor(CHUNK_BYTES / Math.max(1, traceBytes)))) : count;
  const harness = await buildHarness(options.toolchain, harnessModel(model), {
    files: model.files,
    directory: options.directory,
    optimize: options.optimize ?? '-O2',
    sanitize: options.sanitize ?? false,
    counts: options.counts ?? false,
    traceSamples: layers ? chunk : 0,
  });
  const wanted = [...new Set([...traced.map(({ port }) => port.value), ...program.outputs.map((port) => port.value)])];
  const session = await createSession(exportOnnx(model.oracle, { outputs: wanted }));
  const judges: Judges = {
    layers: traced.map(({ index, port }) => ({ index, port, comparer: comparer(program.calls[index].symbol, port) })),
    outputs: program.outputs.map((port) => ({ port, comparer: comparer('output', port) })),
  };
  let counts: Counts | null = null;
  const winners: number[] = [];
  try {
    for (let first = 0; first < count; first += chunk) {
      const samples = Array.from({ length: Math.min(chunk, count - first) }, (_, i) => dataset.sample(first + i));
      const run = await judgeChunk({ model, harness, session, judges }, samples);
      winners.push(...run.winners);
      counts ??= run.counts;
      options.progress?.(first + samples.length, count);
    }
  } finally {
    await session.release();
  }
  const results = judges.layers.map((judge) => judge.comparer.result());
  const outputs = judges.outputs.map((judge) => judge.comparer.result());
  return {
    toolchain: options.toolchain.name,
    samples: count,
    passed: outputs.every((o) => agrees(o, tolerance)) && results.every((r) => !r.exact || agrees(r, tolerance)),
    layers: results,
    outputs,
    top1: top1(winners, dataset.labels),
    counts,
  };
}

interface Judges {
  readonly layers: readonly { readonly index: number; readonly port: Port; readonly comparer: Comparer }[];
  readonly outputs: readonly { readonly port: Port; readonly comparer: Comparer }[];
}

interface ChunkContext {
  readonly model: CompiledModel;
  readonly harness: Harness;
  readonly session: OrtSession;
  readonly judges: Judges;
}

async function judgeChunk(
  { model, harness, session, judges }: ChunkContext,
  samples: readonly ReturnType<Dataset['sample']>[],
): Promise<{ winners: number[]; counts: Counts | null }> {
  const feeds = samples.map(
    (sample) =>
      new Map(
        model.program.inputs.map((port) => [
          port.value,
          asModelInput(must(sample.get(port.value), port.value), port.type),
        ]),
      ),
  );
  const bytes = feeds.map((feed) =>
    Buffer.concat(model.program.inputs.map((port) => toMemory(must(feed.get(port.value), port.value), port))),
  );
  const run = await runHarness(harness, bytes);
  const winners: number[] = [];
  for (const [i, feed] of feeds.entries()) {
    const expected = await session.run(feed);
    for (const { index, port, comparer: judge } of judges.layers) {
      judge.add(fromMemory(run.trace[i][index], port), must(expected.get(port.value), port.value).data);
    }
    judges.outputs.forEach(({ port, comparer: judge }, o) => {
      const actual = fromMemory(run.outputs[i][o], port);
      judge.add(actual, must(expected.get(port.value), port.value).data);
      if (o === 0) winners.push(largest(actual));
    });
  }
  return { winners, counts: run.counts };
}

export function harnessModel({ program, plan }: CompiledModel): HarnessModel {
  return programHarness(program, plan);
}

/** Calls that complete a value the oracle knows as well. */
function tracedCalls({ program, oracle }: CompiledModel): { index: number; port: Port }[] {
  return program.calls.flatMap(({ result }, index) =>
    result && oracle.types.has(result.value) && !oracle.constants.has(result.value) ? [{ index, port: result }] : [],
  );
}

function largest(data: TypedArray): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[best]) best = i;
  return best;
}

function top1(winners: readonly number[], labels: Int32Array | null): number | null {
  if (!labels || winners.length === 0) return null;
  return winners.filter((winner, i) => winner === labels[i]).length / winners.length;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import type { Tensor } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { describe, fail, fromOrt, missingRuntime, type OrtValue, sessionOptions } from './ort-session.ts';

export interface IsolatedResult {
  readonly outputs: readonly OrtValue[];
  /** The outputs asked for. */
  readonly values: ReadonlyMap<string, Tensor>;
}

/** Longer than any real model takes to load. */
const MAX_MILLISECONDS = 120_000;

/** Address space of the other process, where the system can limit it: onnxruntime then says bad_alloc. */
const MAX_KILOBYTES = 3 * 2 ** 20;

/** What the other process does with each model: load, run without inputs when outputs are wanted, answer. */
const CHILD = `
  const ort = require(process.argv[1]);
  ort.env.logLevel = 'fatal';
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ model, fetch, options }) => {
    try {
      const session = await ort.InferenceSession.create(model, options);
      const results = fetch.length > 0 ? await session.run({}, fetch) : {};
      const values = fetch.map((name) => ({ type: results[name].type, dims: results[name].dims, data: results[name].data }));
      const outputs = session.outputMetadata;
      await session.release();
      process.send({ outputs, values });
    } catch (error) {
      process.send({ error: String(error && error.message) });
    }
  });
`;

interface Reply {
  readonly outputs: readonly Ort.InferenceSession.ValueMetadata[];
  readonly values: readonly Pick<Ort.Tensor, 'type' | 'dims' | 'data'>[];
  readonly error?: string;
}

/**
 * The one process that stays for the next model: starting it takes longer than most models. It ends with ours,
 * and keeps ours alive only while it works.
 */
let child: ChildProcess | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * Loads a model in another process, and computes the outputs in `fetch` when they need no inputs. onnxruntime's checks
 * are not written for hostile files: it divides by attributes and aborts on odd ones, which must not end our process.
 * Throws UserError RUNTIME; `isCrash` tells whether onnxruntime ended or hung instead of answering.
 */
export async function runIsolated(model: Uint8Array, fetch: readonly string[] = []): Promise<IsolatedResult> {
  const turn = last.then(() => ask(model, fetch));
  last = turn.catch(() => undefined);
  const { outputs, values, error } = await turn;
  if (error !== undefined) return fail('onnxruntime cannot load the graph', error);
  return { outputs: outputs.map(describe), values: new Map(fetch.map((name, i) => [name, fromOrt(values[i])])) };
}

export function isCrash(error: unknown): boolean {
  return error instanceof UserError && error.cause instanceof Crash;
}

class Crash extends Error {}

function ask(model: Uint8Array, fetch: readonly string[]): Promise<Reply> {
  const process = child?.connected ? child : start();
  child = process;
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      process.off('message', onMessage);
      process.off('exit', onExit);
      process.off('error', onExit);
      process.channel?.unref();
      finish();
    };
    const crash = (words: string) => {
      child = null;
      const problem = { code: 'RUNTIME' as const, message: words };
      settle(() => reject(new UserError(problem, { cause: new Crash(words) })));
    };
    const onMessage = (reply: Reply) => settle(() => resolve(reply));
    const onExit = () => crash('onnxruntime ended abnormally while it loaded the graph');
    const timer = setTimeout(() => {
      process.kill('SIGKILL');
      crash(`onnxruntime did not finish within ${MAX_MILLISECONDS / 1000} seconds`);
    }, MAX_MILLISECONDS);
    process.channel?.ref();
    process.on('message', onMessage);
    process.on('exit', onExit);
    process.on('error', onExit);
    process.send({ model, fetch, options: sessionOptions({}) });
  });
}

function start(): ChildProcess {
  let runtime: string;
  try {
    runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  } catch (cause) {
    throw missingRuntime(cause);
  }
  const command = [process.execPath, '-e', CHILD, runtime];
  const limited = ['/bin/sh', '-c', `ulimit -v ${MAX_KILOBYTES} 2>/dev/null; exec "$0" "$@"`, ...command];
  const [file, ...rest] = process.platform === 'linux' ? limited : command;
  const started = spawn(file, rest, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced' });
  // Requests have listeners of their own; between them an error only means that the next one starts anew.
  started.on('error', () => undefined);
  started.unref();
  started.channel?.unref();
  return started;
}

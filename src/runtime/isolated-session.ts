import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import type { Tensor } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import {
  describe,
  fail,
  feedOf,
  fromOrt,
  missingRuntime,
  type OrtOptions,
  type OrtSession,
  type OrtValue,
  sessionOptions,
} from './ort-session.ts';

export interface IsolatedResult {
  readonly outputs: readonly OrtValue[];
  /** The outputs asked for. */
  readonly values: ReadonlyMap<string, Tensor>;
}

/** Longer than any real model takes to load. */
const MAX_MILLISECONDS = 120_000;

/** Address space of the other process, where the system can limit it: onnxruntime then says bad_alloc. */
const MAX_KILOBYTES = 3 * 2 ** 20;

/**
 * What the other process does, a job at a time: sessions stay under the number that they were opened with. onnxruntime
 * holds its thread while it works, so another one looks whether the process that asked is still there; its limits keep it
 * from taking much of the address space.
 */
const CHILD = `
  const [runtime, parent] = process.argv.slice(1);
  const watch = 'setInterval(() => process.ppid === ' + Number(parent) + ' || process.kill(process.pid, "SIGKILL"), 500)';
  const SMALL = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8, codeRangeSizeMb: 1, stackSizeMb: 1 };
  new (require('node:worker_threads').Worker)(watch, { eval: true, resourceLimits: SMALL }).unref();
  const ort = require(runtime);
  ort.env.logLevel = 'fatal';
  const sessions = new Map();
  const values = (results, fetch) =>
    fetch.map((name) => ({ type: results[name].type, dims: results[name].dims, data: results[name].data }));
  const jobs = {
    async open({ session, model, options }) {
      const opened = await ort.InferenceSession.create(model, options);
      sessions.set(session, opened);
      return { inputs: opened.inputMetadata, outputs: opened.outputMetadata };
    },
    async run({ session, feeds, fetch }) {
      const inputs = Object.fromEntries(feeds.map(([name, feed]) => [name, new ort.Tensor(feed.type, feed.data, feed.dims)]));
      return { values: values(await sessions.get(session).run(inputs, fetch, { logSeverityLevel: 4 }), fetch) };
    },
    async close({ session }) {
      await sessions.get(session).release();
      sessions.delete(session);
      return {};
    },
  };
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ job, ...request }) => {
    try {
      process.send(await jobs[job](request));
    } catch (error) {
      process.send({ error: String(error && error.message) });
    }
  });
`;

type Request =
  | {
      readonly job: 'open';
      readonly session: number;
      readonly model: Uint8Array;
      readonly options: Ort.InferenceSession.SessionOptions;
    }
  | {
      readonly job: 'run';
      readonly session: number;
      readonly feeds: readonly (readonly [string, ReturnType<typeof feedOf>])[];
      readonly fetch: readonly string[];
    }
  | { readonly job: 'close'; readonly session: number };

interface Reply {
  readonly inputs?: readonly Ort.InferenceSession.ValueMetadata[];
  readonly outputs?: readonly Ort.InferenceSession.ValueMetadata[];
  readonly values?: readonly Pick<Ort.Tensor, 'type' | 'dims' | 'data'>[];
  readonly error?: string;
}

/**
 * The one process that stays for the next model: starting it takes longer than most models. It ends with ours,
 * and keeps ours alive only while it works.
 */
let child: ChildProcess | null = null;
let last: Promise<unknown> = Promise.resolve();

let opened = 0;

/**
 * Loads a model in another process, and computes the outputs in `fetch` when they need no inputs. onnxruntime's checks
 * are not written for hostile files: it divides by attributes and aborts on odd ones, which must not end our process.
 * Throws UserError RUNTIME; `isCrash` tells whether onnxruntime ended or hung instead of answering.
 */
export async function runIsolated(model: Uint8Array, fetch: readonly string[] = []): Promise<IsolatedResult> {
  const session = await openIsolated(model);
  try {
    const values = fetch.length > 0 ? await session.run(new Map(), fetch) : new Map<string, Tensor>();
    return { outputs: session.outputs, values };
  } finally {
    await session.release();
  }
}

/** As createSession(), in the other process with its limits on memory and on the time of each answer. */
export async function openIsolated(model: Uint8Array, options: OrtOptions = {}): Promise<OrtSession> {
  const session = opened++;
  const reply = await inTurn({ job: 'open', session, model, options: sessionOptions(options) });
  if (reply.error !== undefined) return fail('onnxruntime cannot load the graph', reply.error);
  const home = child;
  const outputs = (reply.outputs ?? []).map(describe);
  return {
    inputs: (reply.inputs ?? []).map(describe),
    outputs,
    async run(feeds, fetch = outputs.map(({ name }) => name)) {
      if (child !== home) throw crashed('onnxruntime ended abnormally');
      const { values = [], error } = await inTurn({
        job: 'run',
        session,
        feeds: [...feeds].map(([name, tensor]) => [name, feedOf(tensor)] as const),
        fetch,
      });
      if (error !== undefined) return fail('onnxruntime cannot run the graph', error);
      return new Map(fetch.map((name, i) => [name, fromOrt(values[i])]));
    },
    async release() {
      if (child === home && home?.connected) await inTurn({ job: 'close', session });
    },
  };
}

async function inTurn(request: Request): Promise<Reply> {
  const turn = last.then(() => ask(request));
  last = turn.catch(() => undefined);
  return turn;
}

export function isCrash(error: unknown): boolean {
  return error instanceof UserError && error.cause instanceof Crash;
}

class Crash extends Error {}

function crashed(message: string): UserError {
  return new UserError({ code: 'RUNTIME', message }, { cause: new Crash(message) });
}

function ask(request: Request): Promise<Reply> {
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
      settle(() => reject(crashed(words)));
    };
    const onMessage = (reply: Reply) => settle(() => resolve(reply));
    const onExit = () =>
      crash(`onnxruntime ended abnormally while it ${request.job === 'open' ? 'loaded' : 'ran'} the graph`);
    const timer = setTimeout(() => {
      process.kill('SIGKILL');
      crash(`onnxruntime did not finish within ${MAX_MILLISECONDS / 1000} seconds`);
    }, MAX_MILLISECONDS);
    process.channel?.ref();
    process.on('message', onMessage);
    process.on('exit', onExit);
    process.on('error', onExit);
    process.send(request);
  });
}

function start(): ChildProcess {
  let runtime: string;
  try {
    runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  } catch (cause) {
    throw missingRuntime(cause);
  }
  const command = [process.execPath, '-e', CHILD, runtime, String(process.pid)];
  const limited = ['/bin/sh', '-c', `ulimit -v ${MAX_KILOBYTES} 2>/dev/null; exec "$0" "$@"`, ...command];
  const [file, ...rest] = process.platform === 'linux' ? limited : command;
  const started = spawn(file, rest, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced' });
  // Requests have listeners of their own; between them an error only means that the next one starts anew.
  started.on('error', () => undefined);
  started.unref();
  started.channel?.unref();
  return started;
}

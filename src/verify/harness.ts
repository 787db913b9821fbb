import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { templateSet } from '../codegen/templates.ts';
import { invariant, UserError } from '../support/errors.ts';
import { harnessFile } from './compile.ts';
import { toolFailed } from './run-tool.ts';
import type { BuildRequest, Built, Toolchain } from './toolchain.ts';

/** What the harness must know about a generated model. */
export interface HarnessModel {
  /** Prefix of everything in the generated C. */
  readonly prefix: string;
  readonly arenaBytes: number;
  readonly inputs: readonly HarnessPort[];
  readonly outputs: readonly HarnessPort[];
  /** Of the input that comes by rows; absent: there is none. */
  readonly fed?: { readonly rows: number; readonly rowBytes: number };
  /** A run returns a code, 0 or negative. */
  readonly returns: boolean;
  /** Places in the arena that keep their bytes from run to run; absent: none. */
  readonly states?: readonly { readonly offset: number; readonly bytes: number }[];
  /** In the order of the layer hook: layers of a loop in every turn. */
  readonly steps: readonly HarnessStep[];
}

/** What a layer completes: the value that its hook shows (0 bytes: none), and others by their places in the arena. */
export interface HarnessStep {
  readonly layer: number;
  readonly bytes: number;
  readonly also: readonly { readonly bytes: number; readonly offset: number }[];
}

export interface HarnessPort {
  /** C function that gives its address: 'kws_input'; '': there is none. */
  readonly accessor: string;
  readonly bytes: number;
  /** It comes by rows and has no place in the arena. */
  readonly fed?: boolean;
  /** Of its place in the arena. */
  readonly offset: number;
}

export interface HarnessRequest extends BuildRequest {
  /** Record every layer's result for this many samples (default 0). */
  readonly traceSamples?: number;
  /** Measure time per layer and stack on the first sample (default no). */
  readonly counts?: boolean;
  /** So many samples are a sequence, before which states are reset (default: all of them). */
  readonly sequence?: number;
  /** false: one run per sample instead of two over different poisons; for long runs whose C was checked before. */
  readonly twice?: boolean;
}

/** A program that runs one model over any samples. */
export interface Harness {
  readonly toolchain: Toolchain;
  readonly model: HarnessModel;
  readonly built: Built;
  readonly traceSamples: number;
  readonly counts: boolean;
}

export interface HarnessResult {
  /** [sample][output]: raw little-endian bytes. */
  readonly outputs: readonly (readonly Uint8Array[])[];
  /** [sample][result]: raw bytes of what each layer completes, layer by layer; as many samples as were traced. */
  readonly trace: readonly (readonly Uint8Array[])[];
  readonly counts: Counts | null;
  /** Wall time of the whole run. */
  readonly seconds: number;
}

export interface Counts {
  readonly unit: Toolchain['clockUnit'];
  /** Per layer, of all turns together, exact to a few instructions: the hook's own time is taken out. */
  readonly layers: readonly number[];
  readonly total: number;
  /** Stack that one run used; null where it cannot be measured. */
  readonly stackBytes: number | null;
}

/**
 * Builds a program around the generated C (request.files) that runs it over samples, checks that it stays inside of its arena and
 * does not depend on what was there before, and records results.
 * @throws UserError TOOL_FAILED, TOOL_MISSING.
 */
export async function buildHarness(
  toolchain: Toolchain,
  model: HarnessModel,
  request: HarnessRequest,
): Promise<Harness> {
  const { traceSamples = 0, counts = false, twice = true, sequence = 0 } = request;
  const { states = [] } = model;
  const hook = traceSamples > 0 || counts;

  const total = (ports: readonly HarnessPort[]) => ports.reduce((sum, port) => sum + port.bytes, 0);
  const numbered = (ports: readonly HarnessPort[]) => ports.map((port, index) => ({ fed: false, ...port, index }));
  const header = templateSet(['harness']).render('harness_model.h', {
    prefix: model.prefix,
    upper: model.prefix.toUpperCase(),
    arenaBytes: model.arenaBytes,
    inputs: numbered(model.inputs),
    outputs: numbered(model.outputs),
    fed: model.fed ?? null,
    returns: model.returns,
    states,
    stateBytes: states.reduce((sum, { bytes }) => sum + bytes, 0),
    sequence,
    steps: model.steps,
    also: model.steps.flatMap(({ also }, step) => also.map((value) => ({ ...value, step }))),
    // A sample takes at least a byte of input.bin, so that samples can be counted.
    inputBytes: Math.max(1, total(model.inputs)),
    outputBytes: total(model.outputs),
    tracedSamples: traceSamples,
    counts: counts ? 1 : 0,
    runs: twice ? 2 : 1,
    hook,
  });
  const built = await toolchain.build({
    ...request,
    files: new Map([
      ...request.files,
      ['harness_model.h', header],
      ['harness.c', await harnessFile(toolchain.harness ?? 'harness.c')],
    ]),
    defines: [...(request.defines ?? []), ...(hook ? [`${model.prefix.toUpperCase()}_LAYER_HOOK=harness_layer`] : [])],
  });
  return { toolchain, model, built, traceSamples, counts };
}

/**
 * Runs all samples (each: the raw bytes of all inputs, back to back).
 * @throws UserError MISMATCH when the C breaks a rule of memory, TOOL_FAILED when the program crashed (sanitizer, fault) or hung.
 */
export async function runHarness(
  harness: Harness,
  samples: readonly Uint8Array[],
  options: { readonly timeoutSeconds?: number } = {},
): Promise<HarnessResult> {
  const { toolchain, model, built } = harness;
  const inFolder = (name: string) => join(built.directory, name);
  await writeFile(
    inFolder('input.bin'),
    Buffer.concat(samples.map((sample) => (sample.length > 0 ? sample : Buffer.alloc(1)))),
  );
  const run = await toolchain.run(built, options);
  if (run.exitCode !== 0) throw failure(harness, run.exitCode, run.stderr + run.stdout);

  const traced = Math.min(harness.traceSamples, samples.length);
  const trace = traced > 0 ? await readFile(inFolder('trace.bin')) : new Uint8Array();
  const counted = harness.counts && samples.length > 0;
  return {
    outputs: split(await readFile(inFolder('output.bin')), model.outputs, samples.length),
    trace: split(trace, resultsOf(model), traced),
    counts: counted ? toCounts(await readFile(inFolder('counts.bin')), model, toolchain.clockUnit) : null,
    seconds: run.seconds,
  };
}

function resultsOf({ steps }: HarnessModel): readonly { readonly bytes: number }[] {
  return steps.flatMap((step) => [step, ...step.also]);
}

/** What to do about a run that ended early. */
const ENDED: Readonly<Record<string, string>> = {
  OVERFLOW: 'more results have to fit: give --capacity a larger number, or none where the model has a bound of its own',
  BAD_COUNT: 'the sample asks for a negative number of results, or for more than there are: give real ones by --data',
};

function failure({ toolchain, model, built }: Harness, exitCode: number, output: string): UserError {
  const rule = output.split('\n').filter((line) => line.startsWith('harness: '));
  if (exitCode !== 2 || rule.length === 0) {
    return toolFailed(`${model.prefix} crashed (status ${exitCode}) on ${toolchain.name}`, built.program, [], output);
  }
  const code = /^harness: (sample \d+): the run returned (\w+)/m.exec(output);
  if (code) {
    return new UserError({
      code: 'MISMATCH',
      message: `${model.prefix}_run() returned ${model.prefix.toUpperCase()}_${code[2]}, for ${code[1]}`,
      hint: ENDED[code[2]!]!,
    });
  }
  return new UserError({
    code: 'MISMATCH',
    message: `the C of ${model.prefix} breaks a rule on ${toolchain.name}`,
    where: built.directory,
    because: rule.map((line) => line.slice('harness: '.length)),
    hint: 'this is a bug in nibblec; please report it with the model',
  });
}

/** Cuts a file of `count` records, each the given pieces back to back. */
function split(bytes: Uint8Array, pieces: readonly { readonly bytes: number }[], count: number): Uint8Array[][] {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[][] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    records.push(
      pieces.map((piece) => {
        at += piece.bytes;
        return plain.slice(at - piece.bytes, at);
      }),
    );
  }
  invariant(at === bytes.length, `the harness wrote ${bytes.length} bytes instead of ${at}`);
  return records;
}

/** counts.bin: uint64 for each layer, for all together, and the bytes of stack (0: not known). */
function toCounts(bytes: Uint8Array, { steps }: HarnessModel, unit: Counts['unit']): Counts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigUint64(i * 8, true)));
  const stackBytes = values.at(-1) ?? 0;
  const layers = new Array<number>(Math.max(-1, ...steps.map(({ layer }) => layer)) + 1).fill(0);
  for (const [i, { layer }] of steps.entries()) layers[layer] += values[i];
  return { unit, layers, total: values.at(-2) ?? 0, stackBytes: stackBytes || null };
}

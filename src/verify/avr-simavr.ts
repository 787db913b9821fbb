import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../support/errors.ts';
import { type Compiler, compileObjects, objectSizes } from './compile.ts';
import { linkAlone } from './link-alone.ts';
import { runTool, toolAvailable, toolFailed } from './run-tool.ts';
import { type Printed, readPrinted, readTrace } from './simavr-output.ts';
import type { BuildRequest, Built, RunOptions, RunResult, Toolchain } from './toolchain.ts';

const COMPILER = 'avr-gcc';
const SIMULATOR = 'simavr';

/** A cycle is a microsecond, so that the times in the trace are cycles. */
const HERTZ = 1_000_000;

/** Samples lie in flash beside the model: so many bytes of them go into one program. */
const SAMPLE_BYTES = 1536;

/** `flags` name the part: ['-mmcu=atmega328p']. */
export function avrSimavr(flags: readonly string[]): Toolchain {
  const part = (flags.find((flag) => flag.startsWith('-mmcu=')) ?? '-mmcu=atmega328p').slice('-mmcu='.length);
  const compiler: Compiler = {
    command: COMPILER,
    machineFlags: flags,
    compileFlags: [],
    linkFlags: [],
    machineFiles: [],
  };
  return {
    name: `${COMPILER} on ${SIMULATOR}'s ${part}`,
    clockUnit: 'cycles',
    objdump: 'avr-objdump',
    harness: 'harness_avr.c',
    available,
    compile: (request) => compileObjects(request, compiler),
    build: (request) => build(request, compiler),
    run: (built, options) => run(built, part, flags, options),
    size: (compiled) => objectSizes('avr-size', compiled),
    linkAlone: (compiled, roots) => linkAlone(COMPILER, flags, compiled, roots),
  };
}

async function available(): Promise<true | string> {
  const compiler = await toolAvailable(COMPILER);
  return compiler === true ? toolAvailable(SIMULATOR, '--help', 1) : compiler;
}

/** The program itself is linked when there are samples to put into it. */
async function build(request: BuildRequest, compiler: Compiler): Promise<Built> {
  const compiled = await compileObjects(request, compiler);
  return { ...compiled, program: join(compiled.directory, 'program') };
}

async function run(built: Built, part: string, flags: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { directory } = built;
  const input = await readFile(join(directory, 'input.bin'));
  const bytes = await sampleBytes(directory);
  const { runs, perRun } = await runsOf(directory);
  const perProgram = bytes * Math.max(1, Math.floor(SAMPLE_BYTES / bytes));
  const all: Printed[] = [];
  let seconds = 0;
  for (let from = 0; from < input.length; from += perProgram) {
    await linkWith(built, flags, input.subarray(from, from + perProgram), bytes);
    const result = await runTool(SIMULATOR, ['-m', part, '-f', `${HERTZ}`, built.program], { directory, ...options });
    seconds += result.seconds;
    const printed = readPrinted(`${result.stdout}\n${result.stderr}`);
    const samples = Math.min(perProgram, input.length - from) / bytes;
    if (printed.failure === null && (printed.overrun || printed.outputs.length < samples * runs * perRun))
      throw stackOverran(printed.leftBytes);
    if (printed.failure !== null || result.exitCode !== 0) {
      const stderr = printed.failure === null ? result.stderr : `harness: ${printed.failure}`;
      return { exitCode: printed.failure === null ? result.exitCode : 2, stdout: result.stdout, stderr, seconds };
    }
    if (from === 0) await writeCounts(directory, printed);
    all.push(printed);
  }
  return writeResults(directory, all, seconds);
}

/** Nothing on the part keeps the stack from what lies below it, so that a program may end without a word as well. */
function stackOverran(leftBytes: number | null): UserError {
  const left =
    leftBytes === null || leftBytes <= 0
      ? "arena and variables are larger than the part's RAM"
      : `arena and variables leave ${leftBytes} bytes of the part's RAM, and the stack ran into them`;
  return new UserError({
    code: 'DOES_NOT_FIT',
    message: 'the program does not fit into the memory of the simulated part',
    because: [left],
    hint: 'take a part with more RAM, or a model with a smaller arena (`compile` prints its bytes)',
  });
}

/** Bytes of one sample, as harness_model.h has them. */
async function sampleBytes(directory: string): Promise<number> {
  const header = await readFile(join(directory, 'harness_model.h'), 'utf8');
  return Number(/#define HARNESS_INPUT_BYTES (\d+)/.exec(header)?.[1]);
}

async function linkWith(built: Built, flags: readonly string[], samples: Uint8Array, bytes: number): Promise<void> {
  const { directory, objects, program } = built;
  const text = [
    '#include <avr/pgmspace.h>',
    '#include <stdint.h>',
    `const uint16_t harness_sample_count = ${samples.length / bytes};`,
    `const uint8_t harness_samples[] PROGMEM = { ${samples.join(', ')} };`,
  ];
  await writeFile(join(directory, 'samples.c'), `${text.join('\n')}\n`);
  // No --gc-sections: nothing refers to the section that tells the simulator where its registers are.
  const args = [...flags, '-Os', 'samples.c', ...objects.values(), '-o', program, '-Wl,--section-start=.mmcu=0x910000'];
  const { exitCode, stdout, stderr } = await runTool(COMPILER, args, { directory });
  if (/is not within region|overflowed by/.test(stderr)) throw stackOverran(null);
  if (exitCode !== 0)
    throw toolFailed(`${COMPILER} could not link the program`, COMPILER, args, `${stderr}\n${stdout}`);
}

/** counts.bin as harness.c writes it: cycles of each layer, of all, bytes of stack. */
async function writeCounts(directory: string, { stackBytes }: Printed): Promise<void> {
  if (stackBytes === null) return;
  const times = readTrace(await readFile(join(directory, 'trace.vcd'), 'utf8'), HERTZ);
  const spans = times.slice(1).map((time, i) => time - times[i]!);
  const [markItself = 0, ...layers] = spans;
  const cycles = layers.map((span) => Math.max(0, span - markItself));
  const total = cycles.reduce((sum, value) => sum + value, 0);
  const values = [...cycles.slice(0, -1), total, stackBytes];
  await writeFile(join(directory, 'counts.bin'), new Uint8Array(BigUint64Array.from(values, BigInt).buffer));
}

async function writeResults(directory: string, all: readonly Printed[], seconds: number): Promise<RunResult> {
  const outputs = all.flatMap((printed) => printed.outputs);
  const trace = all.flatMap((printed) => printed.trace);
  const { runs, perRun } = await runsOf(directory);
  const first: Uint8Array[] = [];
  for (let i = 0; i < outputs.length; i += runs * perRun) {
    const once = outputs.slice(i, i + perRun);
    const again = outputs.slice(i + (runs - 1) * perRun, i + runs * perRun);
    if (!Buffer.concat(once).equals(Buffer.concat(again))) {
      const stderr = `harness: sample ${i / (runs * perRun)}: the result depends on what was in the arena before`;
      return { exitCode: 2, stdout: '', stderr, seconds };
    }
    first.push(...once);
  }
  await writeFile(join(directory, 'output.bin'), Buffer.concat(first));
  await writeFile(join(directory, 'trace.bin'), Buffer.concat(trace));
  return { exitCode: 0, stdout: '', stderr: '', seconds };
}

/** How often every sample runs, and how many outputs it has. */
async function runsOf(directory: string): Promise<{ runs: number; perRun: number }> {
  const header = await readFile(join(directory, 'harness_model.h'), 'utf8');
  const number = (name: string) => Number(new RegExp(`#define ${name} (\\d+)`).exec(header)?.[1]);
  return { runs: number('HARNESS_RUNS'), perRun: number('HARNESS_OUTPUTS') };
}

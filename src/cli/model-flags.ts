import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { type Command, Option } from 'commander';
import type { CompileOptions } from '../compile.ts';
import { GOALS, type Goal } from '../ir/lowering.ts';
import type { Json } from '../ir/program.ts';
import { parseRecipe, type Recipe } from '../passes/recipe.ts';
import { allPasses } from '../passes/registry.ts';
import { CALIBRATION_METHODS, type CalibrationMethod } from '../quant/observers.ts';
import { UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { systemWords } from '../support/system-words.ts';
import type { Target } from '../targets/target.ts';
import { activationBits } from './activation-bits.ts';
import { CAPACITY_FLAG, CAPACITY_HELP, capacity } from './capacity-flag.ts';
import { CONSTANT_FLAG, CONSTANT_HELP, type ConstantFlag, constant, readConstants } from './constant-flag.ts';
import { kernelPins } from './kernel-pins.ts';
import { opener } from './open-data.ts';
import { type Amount, amount, amountOf, byteCount, dimension, percentage, wholeNumber } from './parsers.ts';
import { STATE_FLAG, STATE_HELP, type StateFlag, state } from './state-flag.ts';
import { weightFormats } from './weight-formats.ts';

/** What every verb that compiles a model understands. */
export interface ModelFlags {
  readonly calibrate?: readonly string[];
  readonly samples?: number;
  readonly method?: CalibrationMethod;
  readonly percentile?: number;
  readonly equalize?: boolean;
  readonly biasCorrection?: boolean;
  readonly precision?: 'float32' | 'int8';
  readonly weights?: Json;
  readonly activations?: Json;
  readonly distill?: boolean;
  readonly exclude?: readonly string[];
  readonly floatIo?: boolean;
  readonly ioLayout?: 'native' | 'onnx';
  readonly goal?: Goal;
  readonly kernels?: Readonly<Record<string, string>>;
  /** False: --no-fuse. */
  readonly fuse?: boolean;
  readonly ram?: Amount;
  readonly inputRows?: boolean;
  readonly dim?: Readonly<Record<string, number>>;
  readonly constant?: readonly ConstantFlag[];
  readonly capacity?: Readonly<Record<string, number>>;
  readonly state?: StateFlag;
  readonly name?: string;
  readonly recipe?: string;
  readonly seed: number;
  readonly compilerMemory?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Of verbs that write or run the C. */
export function addMemoryFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--ram <bytes|%>',
        "what the arena may take: layers go row by row to get there (default: the target's budget)",
      )
        .argParser(amount)
        .conflicts('fuse'),
    )
    .option('--no-fuse', 'compute each layer as a whole: nothing row by row')
    .option('--input-rows', 'the image comes row by row, through NAME_feed(), and is never in RAM as a whole');
}

/** Adds them to a command. A recipe says itself what the passes do. */
export function addModelFlags(command: Command): Command {
  const alone = (option: Option) => option.conflicts('recipe');
  return command
    .option(
      '--calibrate <data...>',
      'samples of the real input (NPY, NPZ, IDX or a JSON data set): makes the model int8',
    )
    .addOption(
      alone(
        new Option('--samples <n>', 'calibrate on at most so many of them (default 256)').argParser(wholeNumber(1)),
      ),
    )
    .addOption(
      alone(new Option('--method <name>', 'how calibration chooses ranges (default mse)').choices(CALIBRATION_METHODS)),
    )
    .addOption(alone(new Option('--percentile <p>', 'for --method percentile (default 99.99)').argParser(percentage)))
    .addOption(alone(new Option('--equalize', 'even out the ranges of channels between layers before calibration')))
    .addOption(alone(new Option('--no-bias-correction', 'leave the mean errors of quantized layers as they are')))
    .addOption(
      alone(
        new Option('--precision <p>', 'default: int8 with calibration data, else float32').choices(['float32', 'int8']),
      ),
    )
    .addOption(
      alone(
        new Option(
          '--weights <formats>',
          'few-bit weights, as in int4 or int4,:first=int8,conv*=ternary (see nibblec formats)',
        )
          .argParser(weightFormats)
          .conflicts('precision'),
      ),
    )
    .addOption(
      alone(
        new Option(
          '--activations <bits>',
          '4: packed two to a byte, but for the borders; 16: all; as in 4 or 16,conv1=8,block*=8',
        )
          .argParser(activationBits)
          .conflicts('precision'),
      ),
    )
    .addOption(alone(new Option('--distill', 'train scales and biases against the float model, on the same samples')))
    .addOption(alone(new Option('--exclude <node...>', 'nodes (by ONNX name) that stay in float32')))
    .addOption(alone(new Option('--float-io', 'float32 inputs and outputs around an int8 model')))
    .addOption(
      new Option('--io-layout <l>', 'memory order of inputs and outputs: native keeps images channels-last').choices([
        'native',
        'onnx',
      ]),
    )
    .addOption(
      new Option('--goal <g>', 'what kernels are chosen for (default balanced: speed that costs little RAM)').choices(
        GOALS,
      ),
    )
    .option(
      '--kernels <layer=kernel>',
      'the kernel of a layer (by ONNX name), as in conv1=conv2d_s8,fc=dense_s8; may be repeated',
      kernelPins,
    )
    .option('--dim <name=value>', 'number for a symbolic dimension; may be repeated', dimension)
    .option(CONSTANT_FLAG, CONSTANT_HELP, constant)
    .option(CAPACITY_FLAG, CAPACITY_HELP, capacity)
    .option(STATE_FLAG, STATE_HELP, state)
    .option('--recipe <file>', 'JSON file that lists the passes to run')
    .addOption(compilerMemory())
    .option('--seed <n>', 'of everything random', wholeNumber(0), 0)
    .option('--json', 'one JSON document on standard output, nothing else')
    .option('-q, --quiet', 'no progress');
}

/** --name, of commands that write something. */
export function addNameFlag(command: Command): Command {
  return command.option('--name <name>', "prefix of the C and of its files (default: the model file's name)");
}

/** --compiler-memory, of every command that reads a model. */
export function compilerMemory(): Option {
  return new Option(
    '--compiler-memory <bytes>',
    'what files may make the compiler take: read, inflated, folded (default 1GiB)',
  ).argParser(byteCount);
}

/** The model file and the flags as options of compileModel(). */
export async function modelOptions(path: string, flags: ModelFlags, target: Target): Promise<CompileOptions> {
  const { samples, method, percentile, equalize, biasCorrection } = flags;
  const memory = new MemoryBudget(flags.compilerMemory);
  const recipe = flags.recipe === undefined ? null : parseRecipe(await readJson(flags.recipe), allPasses);
  return {
    model: await readModel(path),
    directory: dirname(path),
    name: flags.name ?? basename(path, extname(path)),
    target,
    calibrate: {
      ...(samples !== undefined && { samples }),
      ...(method && { method }),
      ...(percentile !== undefined && { percentile }),
    },
    memory,
    ...(flags.calibrate && { calibration: opener(flags.calibrate, memory) }),
    ...(flags.dim && { dimensions: flags.dim }),
    ...(flags.constant && { constants: await readConstants(flags.constant, memory) }),
    ...(flags.capacity && { capacities: new Map(Object.entries(flags.capacity)) }),
    ...(flags.state && { states: flags.state }),
    ...(flags.precision && { precision: flags.precision }),
    ...(flags.weights !== undefined && { weights: flags.weights }),
    ...(flags.activations !== undefined && { activations: flags.activations }),
    ...(flags.distill && { distill: true }),
    ...(flags.exclude && { exclude: flags.exclude }),
    ...(flags.floatIo && { floatIo: true }),
    ...(equalize && { equalize }),
    ...(biasCorrection === false && { correctBias: false }),
    ...(flags.ioLayout && { ioLayout: flags.ioLayout }),
    ...(recipe && { recipe: recipe.pipeline }),
    ...kernelOptions(flags, recipe),
    ...(flags.ram && { ramBytes: amountOf(flags.ram, target.ramBytes, '--ram') }),
    ...(flags.fuse === false && { fuse: false }),
    ...(flags.inputRows && { inputRows: true }),
    passes: { seed: flags.seed },
  };
}

/** A flag counts more than the recipe, layer by layer. */
function kernelOptions(flags: ModelFlags, recipe: Recipe | null): Pick<CompileOptions, 'goal' | 'kernels'> {
  const goal = flags.goal ?? recipe?.goal;
  const kernels = { ...recipe?.kernels, ...flags.kernels };
  return { ...(goal && { goal }), ...(Object.keys(kernels).length > 0 && { kernels }) };
}

export async function readModel(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
}

export async function readJson(path: string): Promise<Json> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const because = [cause instanceof Error ? cause.message : String(cause)];
    throw new UserError({ code: 'BAD_ARGUMENT', message: `${path} is not JSON`, because }, { cause });
  }
}

function cannotRead(path: string, cause: unknown): UserError {
  const because = [systemWords(cause)];
  return new UserError({ code: 'FILE', message: `cannot read ${path}`, because }, { cause });
}

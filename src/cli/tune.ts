import { basename, dirname, extname } from 'node:path';
import { Command, Option } from 'commander';
import { type Compilation, generateC } from '../compile.ts';
import type { PassOptions, Step } from '../passes/pass.ts';
import { parseRecipe } from '../passes/recipe.ts';
import { allPasses } from '../passes/registry.ts';
import { TUNING_RECIPES, trains } from '../passes/retrain/recipes.ts';
import { LOSSES } from '../passes/retrain/training-options.ts';
import { isPath } from '../project/arguments.ts';
import { fullReport } from '../report/full-report.ts';
import { renderAccuracy } from '../report/render-accuracy.ts';
import { renderWeights } from '../report/render-weights.ts';
import { buildReport } from '../report/report.ts';
import { UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { loadTarget } from '../targets/load.ts';
import { type Tuning, tuneModel } from '../tune.ts';
import { activationBits } from './activation-bits.ts';
import { CAPACITY_FLAG, CAPACITY_HELP, capacity } from './capacity-flag.ts';
import { openCheckpoints } from './checkpoint-folder.ts';
import { CONSTANT_FLAG, CONSTANT_HELP, type ConstantFlag, constant, readConstants } from './constant-flag.ts';
import { spareForeignFile } from './foreign-files.ts';
import { interruptible } from './interruptible.ts';
import { compilerMemory, readJson, readModel } from './model-flags.ts';
import { opener } from './open-data.ts';
import { dimension, positive, wholeNumber } from './parsers.ts';
import { createProgress, type Progress } from './progress.ts';
import { accuracyOn, noLabels } from './report-flag.ts';
import { note, say, sayJson } from './say.ts';
import { writeFiles } from './write-files.ts';

export interface TuneFlags {
  readonly data: readonly string[];
  readonly labels?: string;
  readonly recipe: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly test?: readonly string[];
  readonly testLabels?: string;
  readonly activations?: ReturnType<typeof activationBits>;
  readonly epochs?: number;
  readonly batch?: number;
  readonly rate?: number;
  readonly epochSamples?: number;
  readonly clipNorm?: number;
  readonly loss?: string;
  readonly checkpoint?: string;
  readonly resume?: boolean;
  readonly dim?: Readonly<Record<string, number>>;
  readonly constant?: readonly ConstantFlag[];
  readonly capacity?: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly compilerMemory?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function tuneCommand(): Command {
  const command = new Command('tune')
    .summary('re-train a float model into few bits, written as ONNX')
    .description(
      'Quantize a float model to few bits and train it until it is as good as it gets. Writes an ONNX file (QDQ) that\n' +
        'any ONNX tool opens and that nibblec compile turns into C with the very codes, scales and storage formats.\n' +
        'Without labels the float model is the teacher; with labels it learns from both.',
    )
    .argument('<model.onnx>', 'the model, in float32')
    .option('-o, --out <file>', 'the tuned model (default: NAME_tuned.onnx)')
    .option('--force', 'overwrite a file that nibblec did not write');
  return addTuneFlags(command)
    .option('--json', 'one JSON document on standard output, nothing else')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

/** What to train on, and how. */
export function addTuneFlags(command: Command): Command {
  return command
    .requiredOption('--data <data...>', 'samples to train on (NPY, NPZ, IDX or a JSON data set)')
    .option('--labels <file>', 'classes of the --data samples (NPY, NPZ, IDX), unless they are in these files')
    .requiredOption('-r, --recipe <name|file>', `${Object.keys(TUNING_RECIPES).join(', ')}, or a JSON file of passes`)
    .option('--test <data...>', 'labelled samples that are not trained on, for the accuracy before and after')
    .option('--test-labels <file>', 'classes of the --test samples, unless they are in these files')
    .option('--activations <bits>', '4 or 16, as in 4 or 16,conv1=8, in calibration', activationBits)
    .option('--epochs <n>', "of every pass that trains (default: the recipe's)", wholeNumber(1))
    .option('--batch <n>', 'samples in a batch', wholeNumber(1))
    .option('--rate <x>', 'learning rate', positive)
    .option('--epoch-samples <n>', 'samples in an epoch, drawn anew for each (default: all)', wholeNumber(1))
    .option('--clip-norm <x>', 'largest norm of the gradients', positive)
    .addOption(new Option('--loss <name>', 'what to learn from').choices(LOSSES))
    .option('--checkpoint <dir>', 'keep the state of training there, after each epoch')
    .option('--resume', 'go on from the state in --checkpoint')
    .option('--dim <name=value>', 'number for a symbolic dimension; may be repeated', dimension)
    .option(CONSTANT_FLAG, CONSTANT_HELP, constant)
    .option(CAPACITY_FLAG, CAPACITY_HELP, capacity)
    .addOption(compilerMemory())
    .option('--seed <n>', 'of everything random', wholeNumber(0), 0);
}

const EXAMPLES = `
Examples:
  $ nibblec tune lenet.onnx --data train.npz --recipe inq-4 -o lenet_inq.onnx
  $ nibblec tune lenet.onnx --data train.json --recipe ttq --epochs 8 --test test.json
  $ nibblec tune lenet.onnx --data train.json --recipe lsq-3 --checkpoint state
  $ nibblec tune lenet.onnx --data train.json --recipe lsq-3 --checkpoint state --resume
  $ nibblec tune lenet.onnx --data train.json --recipe lsq-4 --activations 16
  $ nibblec compile lenet_inq.onnx -t stm32f405rg
`;

async function run(path: string, flags: TuneFlags): Promise<void> {
  if (!flags.force) await spareForeignFile(placeOf(path, flags));
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const tuning = await interruptible(
      (signal) => tune(path, flags, progress, signal),
      () => {
        progress.stop();
        note(flags.checkpoint ? `interrupted; go on with --checkpoint ${flags.checkpoint} --resume` : 'interrupted');
      },
    );
    await finish(tuning, path, flags, progress);
  } finally {
    progress.stop();
  }
}

export async function tune(path: string, flags: TuneFlags, progress: Progress, signal: AbortSignal): Promise<Tuning> {
  const { checkpoint, resume = false } = flags;
  if (resume && checkpoint === undefined) throw wrong('--resume says nothing without --checkpoint', 'give the folder');
  if (flags.testLabels && !flags.test) throw wrong('--test-labels says nothing without --test', 'give both');
  if (flags.labels && flags.loss === 'teacher') throw wrong('--labels says nothing to --loss teacher', 'leave one out');
  const memory = new MemoryBudget(flags.compilerMemory);
  const options = {
    memory,
    model: await readModel(path),
    directory: dirname(path),
    data: opener(flags.data, memory, flags.labels),
    recipe: await recipeOf(flags.recipe),
    ...(flags.activations && { activations: flags.activations }),
    training: trainingOf(flags),
    seed: flags.seed,
    progress: progress.update,
    signal,
    ...(flags.dim && { dimensions: flags.dim }),
    ...(flags.constant && { constants: await readConstants(flags.constant, memory) }),
    ...(flags.capacity && { capacities: new Map(Object.entries(flags.capacity)) }),
    ...(checkpoint !== undefined && {
      checkpoints: (run: Tuning['run']) => openCheckpoints(checkpoint, run, resume),
    }),
  };
  try {
    return await tuneModel(options);
  } catch (error) {
    throw error instanceof UserError && error.problem.code === 'DIVERGED' ? withWayOn(error, checkpoint) : error;
  }
}

/** A built-in recipe, or a file. */
async function recipeOf(recipe: string): Promise<string | readonly Step[]> {
  return isPath(recipe) ? parseRecipe(await readJson(recipe), allPasses).pipeline : recipe;
}

function trainingOf({ epochs, batch, rate, epochSamples: samples, clipNorm, loss }: TuneFlags): PassOptions {
  const given = { epochs, batch, rate, samples, clipNorm, loss };
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function withWayOn(error: UserError, folder: string | undefined): UserError {
  const hint =
    folder === undefined
      ? 'lower --rate or give --clip-norm 1; with --checkpoint DIR the last whole epoch is kept'
      : `the last whole epoch is in ${folder}: go on with --checkpoint ${folder} --resume and a lower --rate, or --clip-norm 1; take the newest NPZ file away to begin its part again`;
  return new UserError({ ...error.problem, hint }, { cause: error });
}

/** Nothing is written before the C is known to come out of it. */
async function finish(tuning: Tuning, path: string, flags: TuneFlags, progress: Progress): Promise<void> {
  const name = basename(path, extname(path));
  const target = await loadTarget('host');
  const compilation: Compilation = generateC(tuning, { model: tuning.model, name, target });
  const accuracy = flags.test ? await accuracyOn(compilation, labelled(flags, flags.test), progress) : null;
  if (flags.test && !accuracy) throw noLabels('test', 'test-labels');
  const full = fullReport(buildReport(compilation), { accuracy });
  const out = placeOf(path, flags);
  await writeFiles(dirname(out), new Map([[basename(out), tuning.model]]));
  progress.stop();
  const trained = allPasses.filter(trains).map((pass) => pass.name);
  if (flags.json) {
    sayJson({ out, run: tuning.run, remarks: tuning.remarks, ...full });
    return;
  }
  for (const remark of tuning.remarks) if (trained.includes(remark.pass)) say(`${remark.pass}: ${remark.text}`);
  const weights = renderWeights(full);
  if (weights) say(`\n${weights}\n`);
  if (accuracy) say(`${renderAccuracy(accuracy)}\n`);
  say(`Wrote ${out}`);
}

function placeOf(path: string, { out }: TuneFlags): string {
  return out ?? `${basename(path, extname(path))}_tuned.onnx`;
}

function labelled({ testLabels, seed }: TuneFlags, data: readonly string[]) {
  return { data, seed, ...(testLabels !== undefined && { labels: testLabels }) };
}

function wrong(message: string, hint: string): UserError {
  return new UserError({ code: 'BAD_ARGUMENT', message, hint });
}

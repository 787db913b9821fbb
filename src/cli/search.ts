import { Command, Option } from 'commander';
import type { CompileOptions } from '../compile.ts';
import { renderSearch } from '../search/render-search.ts';
import { searchActivations } from '../search/search-activations.ts';
import { searchPage } from '../search/search-page.ts';
import { searchPrecision } from '../search/search-precision.ts';
import type { Goal, SearchOptions } from '../search/types.ts';
import { UserError } from '../support/errors.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';
import { cIdentifier } from '../support/names.ts';
import { loadTarget } from '../targets/load.ts';
import type { Target } from '../targets/target.ts';
import { VERSION } from '../version.ts';
import { activationChoices } from './activation-bits.ts';
import { spareForeignFiles } from './foreign-files.ts';
import { inScratch } from './in-scratch.ts';
import { addModelFlags, addNameFlag, type ModelFlags, modelOptions } from './model-flags.ts';
import { opener } from './open-data.ts';
import { type Amount, amount, amountOf, formatPin, nonNegative, type Pin, wholeNumber } from './parsers.ts';
import { createProgress } from './progress.ts';
import { say, sayJson } from './say.ts';
import { writeFiles } from './write-files.ts';

type Flags = ModelFlags & {
  readonly target: string;
  readonly out: string;
  readonly flash?: Amount;
  readonly ram?: Amount;
  readonly instructions?: number;
  readonly maxLoss?: number;
  readonly maxDrop?: number;
  readonly formats?: readonly string[];
  readonly activationBits?: ReturnType<typeof activationChoices>;
  readonly pin?: readonly Pin[];
  readonly data?: readonly string[];
  readonly labels?: string;
  readonly force?: boolean;
  readonly sweep: number;
  readonly candidates: number;
};

const DEFAULT_FORMATS = ['int8', 'int4', 'int3', 'ternary'];

export function searchCommand(): Command {
  const command = new Command('search')
    .summary('find a weight format for each layer within limits of flash, RAM and accuracy')
    .description(
      'Measure how the outputs suffer when one layer has fewer bits, and what it saves; find the best assignments of\n' +
        'formats to layers; encode, compile and run several of them. Writes NAME_recipe.json for compile --recipe,\n' +
        'NAME_search.html with the picture and NAME_search.json. Without --max-loss and --max-drop the one with the\n' +
        'least loss within the limits is chosen, with them the smallest.',
    )
    .argument('<model.onnx>', 'the model, in float32')
    .option('-t, --target <name>', "a name from 'nibblec targets', or the path of a target file", 'cortex-m4f')
    .option('-o, --out <dir>', 'where the files go', './generated')
    .option('--force', 'overwrite files that nibblec did not write')
    .option(
      '--flash <bytes|%>',
      "flash the model may take, as 20000, 64KiB or 50% (default: the target's budget)",
      amount,
    )
    .option('--ram <bytes|%>', "RAM it may take (default: the target's budget)", amount)
    .option('--instructions <n>', 'instructions of one inference on the emulator of the target', wholeNumber(1))
    .addOption(
      new Option('--max-loss <x>', 'divergence from float32 in nats (classifiers), else relative squared error')
        .argParser(nonNegative)
        .conflicts('maxDrop'),
    )
    .option(
      '--max-drop <points>',
      'points of the metric under float32 (percent of an mse); needs --data with labels',
      nonNegative,
    )
    .option('--formats <list>', `formats to choose from, see nibblec formats (default: ${DEFAULT_FORMATS})`, commaList)
    .addOption(
      new Option('--activation-bits <list>', 'bits of activations to choose from, mixed too, as in 4,8,16')
        .argParser(activationChoices)
        .conflicts('activations'),
    )
    .option(
      '--pin <layer=format>',
      'fix the format of a layer (name, pattern, :first, :last); may be repeated',
      formatPin,
    )
    .option('--data <data...>', 'labelled samples, for top-1 or the metric of the data set')
    .option('--labels <file>', 'classes of the --data samples (NPY, NPZ, IDX)')
    .option('--sweep <n>', 'calibration samples to measure and encode with', wholeNumber(1, 512), 128)
    .option('--candidates <n>', 'assignments to encode, compile and run', wholeNumber(1), 6);
  return addNameFlag(addModelFlags(command)).addHelpText('after', EXAMPLES).action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec search kws.onnx --calibrate mfcc.npy -t stm32f072rb --flash 20%
  $ nibblec search kws.onnx --calibrate mfcc.npy --data test.npz --max-drop 0.5
  $ nibblec search kws.onnx --calibrate mfcc.npy --flash 16KiB --formats int8,int4 --pin :first=int8
  $ nibblec search kws.onnx --calibrate mfcc.npy --flash 32KiB --ram 16KiB --activation-bits 4,8,16
  $ nibblec compile kws.onnx --calibrate mfcc.npy --recipe generated/kws_recipe.json
`;

async function run(path: string, flags: Flags): Promise<void> {
  const target = await loadTarget(flags.target);
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const compile = await modelOptions(path, refuseRecipe(flags), target);
    const name = cIdentifier(compile.name, 'model').toLowerCase();
    const [recipeFile, page, data] = [`${name}_recipe.json`, `${name}_search.html`, `${name}_search.json`];
    if (!flags.force) await spareForeignFiles(flags.out, [recipeFile, page, data]);
    const bits = flags.activationBits;
    const found = await inScratch((directory) => {
      const options: SearchOptions = {
        compile: { ...compile, passes: { ...compile.passes, progress: progress.update } } satisfies CompileOptions,
        formats: flags.formats ?? DEFAULT_FORMATS,
        pins: flags.pin ?? [],
        limits: limitsOf(flags, target),
        goal: goalOf(flags),
        samples: flags.sweep,
        labelled: labelledOf(flags, compile.memory),
        candidates: flags.candidates,
        directory,
        progress: progress.update,
      };
      return bits ? searchActivations(options, bits) : searchPrecision(options);
    });
    progress.stop();
    const { recipe, ...report } = found;
    const files = new Map([
      [recipeFile, `${JSON.stringify(recipe, null, 2)}\n`],
      [page, searchPage(found)],
      [data, `${JSON.stringify({ version: VERSION, ...report }, null, 2)}\n`],
    ]);
    await writeFiles(flags.out, files);
    if (flags.json) sayJson({ out: flags.out, files: [...files.keys()], search: report });
    else say(`${renderSearch(found)}\nWrote ${[...files.keys()].join(', ')} in ${flags.out}`);
  } finally {
    progress.stop();
  }
}

function refuseRecipe(flags: Flags): Flags {
  const flag = flags.recipe !== undefined ? '--recipe' : flags.weights !== undefined ? '--weights' : null;
  if (flag === null && flags.precision !== 'float32') return flags;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `${flag ?? '--precision float32'} says what search is to find`,
    hint: 'leave it out; --formats and --pin say what may be chosen',
  });
}

function limitsOf({ flash, ram, instructions }: Flags, { flashBytes, ramBytes, budget }: Target) {
  return {
    flashBytes: flash ? amountOf(flash, flashBytes, '--flash') : flashBytes * budget.flash,
    ramBytes: ram ? amountOf(ram, ramBytes, '--ram') : ramBytes * budget.ram,
    instructions: instructions ?? Number.POSITIVE_INFINITY,
  };
}

function goalOf({ maxLoss, maxDrop, data }: Flags): Goal {
  if (maxLoss !== undefined) return { kind: 'max-loss', most: maxLoss };
  if (maxDrop === undefined) return { kind: 'least-loss' };
  if (data) return { kind: 'max-drop', most: maxDrop };
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: '--max-drop needs samples to count right answers on',
    hint: 'give --data FILES with labels, or limit the loss with --max-loss',
  });
}

function labelledOf({ data, labels }: Flags, memory: MemoryBudget | undefined) {
  if (data) return opener(data, memory, labels);
  if (labels === undefined) return null;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: '--labels says nothing without --data',
    hint: 'give --data FILES and --labels FILE together',
  });
}

function commaList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

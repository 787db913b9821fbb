import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { parseProject } from '../project/project-file.ts';
import { UserError } from '../support/errors.ts';
import { uniqueIdentifiers } from '../support/names.ts';
import { loadTarget } from '../targets/load.ts';
import { readModel } from './model-flags.ts';
import { CONFIG_FLAG } from './open-project.ts';
import { say } from './say.ts';
import { writeFiles } from './write-files.ts';

interface Flags {
  readonly config: string;
  readonly target: readonly string[];
  readonly calibrate?: readonly string[];
  readonly data?: readonly string[];
  readonly labels?: string;
  readonly weights?: string;
  readonly out: string;
}

export function initCommand(): Command {
  return new Command('init')
    .summary('write a project file for build and check')
    .description('Write nibblec.config.json, which says once what build and check need to know of each model.')
    .argument('[model.onnx...]', 'the models (default: all of this folder)')
    .option(...CONFIG_FLAG)
    .option('-t, --target <names...>', "names from 'nibblec targets', or paths of target files", ['host'])
    .option('--calibrate <data...>', 'samples of the real input, which make the models int8')
    .option('--data <data...>', 'labelled samples to judge the C on')
    .option('--labels <file>', 'classes of the --data samples, unless they are in these files')
    .option('--weights <formats>', 'few-bit weights, as in int4')
    .option('-o, --out <dir>', 'where a folder for each model goes', 'generated')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec init kws.onnx -t stm32f405rg --calibrate mfcc.npy --data test.npz
  $ nibblec init                                              every model of this folder, in float32
`;

async function run(paths: readonly string[], flags: Flags): Promise<void> {
  const { config } = flags;
  if (existsSync(config)) {
    throw new UserError({ code: 'FILE', message: `${config} is there already`, hint: "edit it, then 'nibblec build'" });
  }
  const models = paths.length > 0 ? paths : await modelsHere();
  for (const path of models) await readModel(path);
  for (const name of flags.target) await loadTarget(name);
  const folder = dirname(config);
  const names = uniqueIdentifiers(
    models.map((path) => basename(path, extname(path)).toLowerCase()),
    'model',
  );
  const entries = models.map((path, i) => [names[i], entryOf(path, names[i], flags, folder)]);
  const project = { $schema: schemaFrom(folder), models: Object.fromEntries(entries) };
  parseProject(project, config);
  await writeFiles(folder, new Map([[basename(config), `${JSON.stringify(project, null, 2)}\n`]]));
  say(
    `Wrote ${config} for ${names.join(', ')}\n\nNext\n  nibblec build    makes and measures what it says; commit what it writes`,
  );
  say('  nibblec check    fails where that is no longer so: for CI');
}

async function modelsHere(): Promise<string[]> {
  const models = (await readdir('.')).filter((name) => name.endsWith('.onnx') && !name.endsWith('_qdq.onnx')).sort();
  if (models.length > 0) return models;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: 'there is no .onnx file in this folder',
    hint: 'name the models',
  });
}

function entryOf(path: string, name: string, flags: Flags, folder: string): Record<string, unknown> {
  const { target, calibrate, data, labels, weights, out } = flags;
  const here = (file: string) => posix(relative(folder, file));
  const files = (given: readonly string[]) => (given.length === 1 ? here(given[0]) : given.map(here));
  return {
    model: here(path),
    ...(calibrate && { calibrate: files(calibrate) }),
    ...(data && { data: files(data) }),
    ...(labels !== undefined && { labels: here(labels) }),
    targets: target.map((one) => (one.endsWith('.json') ? here(one) : one)),
    ...(weights !== undefined && { weights }),
    limits: {},
    out: here(join(out, name)),
  };
}

const SCHEMA = fileURLToPath(new URL('../project/project.schema.json', import.meta.url));

/** Editors read it: in the package that the project has installed, else in the one that runs. */
function schemaFrom(folder: string): string {
  const installed = 'node_modules/nibblec/dist/project/project.schema.json';
  const path = existsSync(join(folder, installed)) ? installed : posix(relative(folder, SCHEMA));
  return path.startsWith('.') ? path : `./${path}`;
}

function posix(path: string): string {
  return path.replaceAll('\\', '/');
}

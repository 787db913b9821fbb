import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, CommanderError } from 'commander';
import { argumentsOf, isPath, within } from '../project/arguments.ts';
import { LOCK_FILE, type Lock, parseLock } from '../project/lock.ts';
import { badProject, PROJECT_FILE, type ProjectModel, parseProject, type Settings } from '../project/project-file.ts';
import {
  COMPILE_SETTINGS,
  DATA_SETTINGS,
  QUANTIZE_SETTINGS,
  type Setting,
  TUNE_SETTINGS,
} from '../project/settings.ts';
import { UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import { addModelFlags, addNameFlag, type ModelFlags, readJson } from './model-flags.ts';
import { amount } from './parsers.ts';
import { addTuneFlags, type TuneFlags } from './tune.ts';
import { addVerifyFlags, type VerifyFlags } from './verify-flags.ts';

/** A model of the project, its settings read as flags are. */
export interface OpenModel {
  readonly entry: ProjectModel;
  /** That of the project file. */
  readonly folder: string;
  /** Paths as this process opens them. */
  readonly model: string;
  readonly out: string;
  /** As loadTarget() takes them. */
  readonly targets: readonly string[];
  readonly flags: ModelFlags & VerifyFlags;
  readonly tune: TuneFlags | null;
}

export interface Project {
  readonly models: readonly OpenModel[];
  /** Names of all that the file has. */
  readonly all: readonly string[];
  /** Of models that were built before. */
  readonly lock: Lock;
  readonly folder: string;
}

export const CONFIG_FLAG = ['-c, --config <file>', 'the project file', PROJECT_FILE] as const;

/**
 * Reads the project file and the lock beside it. `names`: the models that are wanted; none: all.
 * @throws UserError FILE, BAD_PROJECT, BAD_ARGUMENT.
 */
export async function openProject(path: string, names: readonly string[] = []): Promise<Project> {
  if (!existsSync(path)) {
    const hint = "'nibblec init MODEL.onnx' writes one; --config FILE names another one";
    throw new UserError({ code: 'FILE', message: `there is no ${path}`, hint });
  }
  const folder = dirname(path);
  const entries = parseProject(await readJson(path), path);
  const lockPath = within(folder, LOCK_FILE);
  const lock = existsSync(lockPath) ? parseLock(await readJson(lockPath), lockPath) : {};
  const models = wanted(entries, names).map((entry) => openModel(entry, folder, path));
  return { models, all: entries.map(({ name }) => name), lock, folder };
}

function wanted(entries: readonly ProjectModel[], names: readonly string[]): readonly ProjectModel[] {
  const known = entries.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return names.length === 0 ? entries : entries.filter(({ name }) => names.includes(name));
  const nearest = nearestName(stranger, known);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `the project has no model '${stranger}'`,
    hint: nearest ? `did you mean '${nearest}'?` : `it has ${known.join(', ')}`,
  });
}

function openModel(entry: ProjectModel, folder: string, where: string): OpenModel {
  const at = `${where}, ${entry.name}`;
  const text = (settings: Settings, table: Readonly<Record<string, Setting>>) => argumentsOf(settings, table, folder);
  const shared = text(entry.quantize, QUANTIZE_SETTINGS);
  const flags: ModelFlags & VerifyFlags = parsed(addVerifyFlags(addNameFlag(addModelFlags(new Command()))), at, [
    ...shared,
    ...text(entry.compile, COMPILE_SETTINGS),
    ...text(entry.judge, DATA_SETTINGS),
    `--name=${entry.name}`,
  ]);
  const tune =
    entry.tune && parsed<TuneFlags>(addTuneFlags(new Command()), at, [...shared, ...text(entry.tune, TUNE_SETTINGS)]);
  requireAmounts(entry, at);
  const [model, out] = [entry.model, entry.out].map((path) => within(folder, path));
  const targets = entry.targets.map((target) => (isPath(target) ? within(folder, target) : target));
  return { entry, folder, model, out, targets, flags, tune };
}

/** Before anything is compiled. */
function requireAmounts({ limits }: ProjectModel, where: string): void {
  for (const key of ['flash', 'ram'] as const) {
    const value = limits[key];
    try {
      if (value !== undefined) amount(String(value));
    } catch (error) {
      if (error instanceof CommanderError) throw badProject(where, [`limits: "${key}": ${error.message}`]);
      throw error;
    }
  }
}

function parsed<T>(command: Command, where: string, args: readonly string[]): T {
  command.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} });
  try {
    return command.parse(args, { from: 'user' }).opts() as T;
  } catch (error) {
    if (error instanceof CommanderError) throw badProject(where, [error.message.replace(/^error: /, '')]);
    throw error;
  }
}

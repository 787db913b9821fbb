import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import { checkTargetFile } from './check.ts';
import { type Bank, type BoardName, type Feature, largestContiguous, type Target } from './target.ts';

/** Works from src/ (tests) and from dist/ (installed): both lie one level below the package root. */
export const TARGET_FOLDER = fileURLToPath(new URL('../../targets/', import.meta.url));

/** A target file as written: `extends` names a file beside it whose entries it takes over or replaces. */
interface TargetFile {
  readonly name: string;
  readonly title: string;
  readonly extends?: string;
  readonly core?: string;
  readonly clockHz?: number;
  readonly memory?: { readonly flash: readonly BankFile[]; readonly ram: readonly BankFile[] };
  readonly features?: readonly Feature[];
  readonly toolchain?: Target['toolchain'];
  readonly emulator?: BoardName;
  readonly runsAs?: string;
  readonly budget?: Target['budget'];
}

interface BankFile {
  readonly name: string;
  readonly origin: string;
  readonly bytes: number;
}

/**
 * A target by the name of a shipped file ('stm32f405rg') or by the path of a .json file of the user's.
 * @throws UserError BAD_TARGET with every wrong entry, or with the nearest known name.
 */
export async function loadTarget(nameOrPath: string): Promise<Target> {
  const path = isPath(nameOrPath) ? nameOrPath : join(TARGET_FOLDER, `${nameOrPath}.json`);
  const file = await readTargetFile(path, nameOrPath);
  return file.extends === undefined ? toTarget(file, path) : toTarget(await extended(file, path), path);
}

/** All shipped targets, sorted by name. */
export async function listTargets(): Promise<Target[]> {
  return Promise.all((await targetNames()).map((name) => loadTarget(name)));
}

async function targetNames(): Promise<string[]> {
  const files = await readdir(TARGET_FOLDER);
  return files
    .filter((file) => file.endsWith('.json') && file !== 'target.schema.json')
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

function isPath(nameOrPath: string): boolean {
  return nameOrPath.endsWith('.json') || /[\\/]/.test(nameOrPath);
}

async function readTargetFile(path: string, nameOrPath: string): Promise<TargetFile> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw badTarget(path, [`not JSON: ${cause.message}`], cause);
    throw await noSuchTarget(nameOrPath, cause);
  }
  const problems = checkTargetFile(content);
  if (problems.length > 0) throw badTarget(path, problems);
  return content as TargetFile;
}

/** One level: the core that a part extends stands on its own. It is looked for beside the file, then among the shipped ones. */
async function extended(file: TargetFile, path: string): Promise<TargetFile> {
  const name = file.extends ?? '';
  if (isPath(name)) throw badTarget(path, [`extends: expected the name of a target, not a path: "${name}"`]);
  const beside = join(dirname(path), `${name}.json`);
  const base = await readTargetFile(beside, name).catch((error: unknown) => {
    if (error instanceof UserError && error.cause instanceof Error && 'code' in error.cause) {
      return readTargetFile(join(TARGET_FOLDER, `${name}.json`), name);
    }
    throw error;
  });
  if (base.extends !== undefined)
    throw badTarget(path, [`extends: "${name}" itself extends "${base.extends}"; one level only`]);
  return { ...base, ...file };
}

function toTarget(file: TargetFile, path: string): Target {
  const { name, title, core, toolchain } = file;
  const missing = Object.entries({ core, toolchain }).filter(([, value]) => value === undefined);
  const problems = missing.map(([key]) => `${key}: missing (give it here, or in the core this target extends)`);
  if (!path.endsWith(`${name}.json`)) problems.push(`name: "${name}" is not the file's name`);
  if (!core || !toolchain || problems.length > 0) throw badTarget(path, problems);

  const memory = file.memory ? { flash: file.memory.flash.map(toBank), ram: file.memory.ram.map(toBank) } : null;
  return {
    name,
    title,
    core,
    clockHz: file.clockHz ?? null,
    memory,
    features: new Set(file.features ?? []),
    toolchain,
    emulator: file.emulator ?? null,
    runsAs: file.runsAs ?? null,
    budget: file.budget ?? { flash: 1, ram: 1 },
    flashBytes: memory ? memory.flash.reduce((sum, bank) => sum + bank.bytes, 0) : Number.POSITIVE_INFINITY,
    ramBytes: memory ? largestContiguous(memory.ram) : Number.POSITIVE_INFINITY,
  };
}

function toBank({ name, origin, bytes }: BankFile): Bank {
  return { name, origin: Number.parseInt(origin, 16), bytes };
}

function badTarget(path: string, because: readonly string[], cause?: unknown): UserError {
  const hint = 'targets/target.schema.json describes every entry';
  return new UserError(
    { code: 'BAD_TARGET', message: 'this target file cannot be used', where: path, because, hint },
    { cause },
  );
}

async function noSuchTarget(name: string, cause: unknown): Promise<UserError> {
  if (isPath(name)) return badTarget(name, [cause instanceof Error ? cause.message : 'cannot be read'], cause);
  const names = await targetNames();
  const suggestion = nearestName(name, names);
  const hint = suggestion
    ? `did you mean '${suggestion}'?`
    : 'run `nibblec targets` for the list, or give the path of a .json file';
  return new UserError(
    { code: 'BAD_TARGET', message: `there is no target '${name}'`, because: [`known: ${names.join(', ')}`], hint },
    { cause },
  );
}

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../ir/program.ts';
import type { Checkpoints } from '../passes/pass.ts';
import { UserError } from '../support/errors.ts';
import { systemWords } from '../support/system-words.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../train/checkpoint-file.ts';
import type { TuningRun } from '../tune.ts';
import { makeFolder } from './make-folder.ts';

/** Says what the checkpoints beside it belong to. */
const RUN_FILE = 'run.json';

/**
 * The checkpoints of one run in a folder: run.json, and one NPZ file for each part of each pass that trains, replaced
 * after every epoch. `resume`: goes on from what is there.
 * @throws UserError BAD_ARGUMENT for the checkpoints of another run, BAD_DATA for damaged ones, FILE.
 */
export async function openCheckpoints(folder: string, run: TuningRun, resume: boolean): Promise<Checkpoints> {
  const before = await readRun(folder);
  if (resume) requireSame(folder, before, run);
  else if (before !== null) throw occupied(folder);
  await write(folder, RUN_FILE, `${JSON.stringify(run, null, 2)}\n`);
  return {
    async read(name) {
      const file = fileOf(name);
      const bytes = await readIfThere(join(folder, file));
      return bytes && decodeCheckpoint(bytes, join(folder, file));
    },
    write: (name, checkpoint) => write(folder, fileOf(name), encodeCheckpoint(checkpoint)),
  };
}

/** '13-inq/portion-2' -> '13-inq.portion-2.npz' */
function fileOf(name: string): string {
  return `${name.replaceAll('/', '.')}.npz`;
}

async function readRun(folder: string): Promise<TuningRun | null> {
  const bytes = await readIfThere(join(folder, RUN_FILE));
  if (bytes === null) return null;
  try {
    const run: TuningRun = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof run === 'object' && run !== null) return run;
  } catch {
    // Told below, as other texts that are no object.
  }
  throw new UserError({
    code: 'BAD_DATA',
    message: `${join(folder, RUN_FILE)} is damaged`,
    hint: 'choose another folder for the checkpoints',
  });
}

/** Whatever decides about the result must be the same, but for what may be changed when training diverged. */
function requireSame(folder: string, before: TuningRun | null, run: TuningRun): void {
  if (before === null) {
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: `there are no checkpoints in ${folder}`,
      hint: 'leave out --resume to begin',
    });
  }
  const differences = [
    ...(before.model === run.model ? [] : ['the model is another one']),
    ...(before.data === run.data ? [] : ['the data are others']),
    ...(before.seed === run.seed ? [] : [`the seed was ${before.seed}, not ${run.seed}`]),
    ...(fixed(before.recipe) === fixed(run.recipe) ? [] : ['the recipe, or an option of it, is another one']),
  ];
  if (differences.length === 0) return;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `the checkpoints in ${folder} belong to another run`,
    because: differences,
    hint: 'give what was given then (only the learning rate and clipNorm may change), or choose another folder',
  });
}

/** The recipe without what may change. */
function fixed(recipe: Json): string {
  return JSON.stringify(recipe, (key, value) => (key === 'rate' || key === 'clipNorm' ? undefined : value));
}

function occupied(folder: string): UserError {
  return new UserError({
    code: 'BAD_ARGUMENT',
    message: `there are checkpoints of a run in ${folder}`,
    hint: 'go on from them with --resume, or choose another folder',
  });
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fileError(`cannot read ${path}`, cause);
  }
}

/** Whole or not at all: under another name first. */
async function write(folder: string, file: string, content: string | Uint8Array): Promise<void> {
  const [path, temporary] = [join(folder, file), join(folder, `.${file}.tmp`)];
  try {
    await makeFolder(folder);
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    throw fileError(`cannot write ${path}`, cause);
  }
}

function fileError(message: string, cause: unknown): UserError {
  const because = [systemWords(cause)];
  const hint = 'choose another folder with --checkpoint';
  return new UserError({ code: 'FILE', message, because, hint }, { cause });
}

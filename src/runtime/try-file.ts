import { copyFile, type ModelFile } from '../frontend/file-copy.ts';
import type { Tensor, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { plainWords } from '../support/runtime-words.ts';
import { type FileSession, openFile } from './file-session.ts';
import { isCrash } from './isolated-session.ts';

/** Why onnxruntime does not run a file that is none the worse for it. */
export interface NotRun {
  /** Conv 'block2/conv', where it names one. */
  readonly node: string | null;
  readonly text: string;
}

/** Words of onnxruntime about what it has no kernel or no memory for. */
const LIMITS = /not implemented|could not find an implementation|support|bad_alloc|memory/i;

/**
 * Runs the user's file, in another process, on each of these samples before anything is made of it: what the rules of
 * operators do not know, its kernels may. Throws BAD_MODEL where every run ends in an error of the same node, or ends
 * onnxruntime. Else null, or what kept it from running.
 */
export async function tryFile(
  file: ModelFile,
  samples: readonly ReadonlyMap<ValueName, Tensor>[],
): Promise<NotRun | null> {
  const copy = copyFile(file);
  const failures: UserError[] = [];
  let session: FileSession | null = null;
  try {
    for (const sample of samples) {
      try {
        session ??= await openFile(copy);
        await session.run(sample);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failures.push(error);
        if (!session && !isCrash(error)) break; // it cannot be loaded
        if (isCrash(error)) session = null;
      }
    }
    if (failures.length === samples.length && (session || failures.every(isCrash))) refuse(failures);
  } finally {
    await session?.release();
  }
  const [failure] = failures;
  return failure
    ? { node: failure.problem.where ?? null, text: plainWords(failure.problem.because?.[0] ?? failure.message) }
    : null;
}

/** All runs failed: BAD_MODEL if for one reason that lies in the file. */
function refuse(failures: readonly UserError[]): void {
  const [{ problem }] = failures;
  if (failures.every(isCrash)) {
    throw new UserError({
      code: 'BAD_MODEL',
      message: 'onnxruntime ends on the model, or finds no end',
      because: [problem.message],
      hint: 'its shapes and attributes may not fit each other; --verify cannot judge a model that onnxruntime does not run',
    });
  }
  const nodes = new Set(failures.map((failure) => (isCrash(failure) ? null : failure.problem.where)));
  const words = problem.because?.[0] ?? '';
  if (nodes.size > 1 || problem.where === undefined || LIMITS.test(words)) return;
  throw new UserError({
    code: 'BAD_MODEL',
    message: 'onnxruntime refuses a node whenever it runs it',
    where: problem.where,
    because: [plainWords(words)],
    hint: 'export the model again, or mend the node',
  });
}

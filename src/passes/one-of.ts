import { UserError } from '../support/errors.ts';

/** The name as one of those that an option of a pass may have. Throws UserError BAD_ARGUMENT. */
export function oneOf<T extends string>(pass: string, known: readonly T[], name: string): T {
  const found = known.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `${pass} does not know '${name}'`,
    hint: `choose one of ${known.join(', ')}`,
  });
}

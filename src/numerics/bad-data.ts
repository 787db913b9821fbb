import { UserError } from '../support/errors.ts';

/** The error of every reader in this room: `where` names the file or array, `because` says what is wrong with it. */
export function badData(where: string, because: string, hint?: string): UserError {
  return new UserError({
    code: 'BAD_DATA',
    message: `${where}: ${because}`,
    where,
    because: [because],
    ...(hint === undefined ? {} : { hint }),
  });
}

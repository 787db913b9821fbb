import { SCALES, type Scales } from '../../quant/pow2-scale.ts';
import { UserError } from '../../support/errors.ts';

/** The option `scales` of a pass. Throws UserError BAD_ARGUMENT. */
export function knownScales(pass: string, name: string): Scales {
  const found = SCALES.find((candidate) => candidate === name);
  if (found) return found;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `${pass} knows no scales '${name}'`,
    hint: `choose one of ${SCALES.join(', ')}`,
  });
}

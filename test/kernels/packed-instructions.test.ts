import { expect, test } from 'vitest';
import { BENCHED_TOTALS, benchedInstructions } from '../helpers/benched.ts';

/** Counted by npm run bench:kernels; test/long/instructions.test.ts counts them again. */
const ROWS = BENCHED_TOTALS.filter(({ format, core }) => format === 'int8-a4' && /-m(4f|33)$/.test(core));

test('activations of 4 bits: seven models on two cores', () => expect(ROWS.length).toBe(14));

test.each(ROWS)('$model on $core: at most 1.1 of the instructions with 8 bits', ({ model, core, instructions }) => {
  expect(instructions / (benchedInstructions(model, core, 'int8') ?? 0)).toBeLessThanOrEqual(1.1);
});

import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import { dimension, inputs, length, places, rank, rankOf, values } from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';

/** The last dimension is real numbers, or pairs of real and imaginary part. */
const parts: Rule = fits({ input: '... 1|... 2' });
const one = (input: number, name: string): Rule => length(input, name, () => 1);

export const dftRules: readonly Rule[] = [
  inputs(1, 3),
  rank(0, 2, Infinity),
  parts,
  one(1, 'dft_length'),
  values(1, 'dft_length', 1),
  one(2, 'axis'),
  places(2, 'axis', rankOf()),
  notTheParts,
  oneSided,
];

function notTheParts(facts: NodeFacts): string | null {
  const axis = facts.numbers(2)?.[0] ?? -2;
  return normalizeAxis(axis, rankOf()(facts)) === rankOf()(facts) - 1
    ? 'its axis is that of the parts of a number'
    : null;
}

/** Half a spectrum stands for real signals. */
function oneSided({ node, input }: NodeFacts): string | null {
  const half = intAttribute(node, 'onesided', 0) === 1 && intAttribute(node, 'inverse', 0) === 0;
  return half && input(0)?.shape.at(-1) === 2 ? 'one side of the spectrum of complex numbers is not all of it' : null;
}

const frame = (facts: NodeFacts) => facts.numbers(3)?.[0] ?? (facts.input(2) ? dimension(2, 0)(facts) : 0);

export const stftRules: readonly Rule[] = [
  inputs(2, 4),
  fits({ signal: '? ?|? ? 1|? ? 2' }),
  one(1, 'frame_step'),
  values(1, 'frame_step', 1),
  rank(2, 1),
  one(3, 'frame_length'),
  (facts) => fits({ signal: '...', frame_step: 'scalar', window: 'F' }, { F: frame })(facts),
  (facts) => {
    const [length, samples] = [frame(facts), dimension(0, 1)(facts)];
    return length <= samples ? null : `frames of ${length} are longer than the signal of ${samples}`;
  },
];

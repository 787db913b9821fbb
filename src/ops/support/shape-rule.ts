import { elementCount } from '../../ir/shape.ts';
import type { Shape } from '../../ir/types.ts';
import { invariant } from '../../support/errors.ts';
import type { NodeFacts, Rule } from '../op-def.ts';

/** Values of the words in patterns that no dimension gives, such as attributes. */
export type Words = Readonly<Record<string, (facts: NodeFacts) => number>>;

/**
 * The shapes of the inputs by their ONNX names in ONNX order, in letters: fits({ X: 'N C ...', W: 'M C/group ...', B: 'M' }).
 * A dimension is a number, a letter, or a term ('4H', 'C/group', 'M*group'); a letter means one number wherever it stands,
 * '?' any. '...' is any number of dimensions, '...S' the same ones wherever it stands. 'scalar' is one element of any rank,
 * 'A|B' either. What is left out fits; '' as a pattern is a tensor without dimensions.
 */
export function fits(patterns: Readonly<Record<string, string>>, words: Words = {}): Rule {
  return (facts) => {
    const known = new Map<string, number | Shape>();
    for (const [word, value] of Object.entries(words)) known.set(word, value(facts));
    for (const [index, [name, pattern]] of Object.entries(patterns).entries()) {
      const shape = facts.input(index)?.shape;
      if (!shape || pattern.split('|').some((one) => matches(shape, one, known))) continue;
      return `${name} is [${shape.join(', ')}], not ${described(pattern, known)}`;
    }
    return null;
  };
}

/** Whether the shape fits; letters that it is the first to give become known. */
function matches(shape: Shape, pattern: string, known: Map<string, number | Shape>): boolean {
  if (pattern === 'scalar') return elementCount(shape) === 1;
  const terms = pattern.split(' ').filter((term) => term !== '');
  const rest = terms.findIndex((term) => term.startsWith('...'));
  if (rest < 0 ? shape.length !== terms.length : shape.length < terms.length - 1) return false;
  const found = new Map<string, number | Shape>();
  const same = (word: string, value: number | Shape) => {
    const own = known.get(word) ?? found.get(word);
    if (own === undefined) found.set(word, value);
    return own === undefined || String(own) === String(value);
  };
  const after = terms.length - rest - 1;
  const fit = terms.every((term, i) => {
    if (term === '?' || term === '...') return true;
    if (i === rest) return same(term, shape.slice(i, shape.length - after));
    const dimension = rest < 0 || i < rest ? shape[i] : shape[shape.length - (terms.length - i)];
    return /^[A-Za-z_]+$/.test(term) ? same(term, dimension) : dimension === termValue(term, known, found);
  });
  if (fit) for (const [word, value] of found) known.set(word, value);
  return fit;
}

/** '3', '4H', 'C/group', 'M*group', '2*M*K'. */
function termValue(term: string, ...known: readonly ReadonlyMap<string, number | Shape>[]): number {
  const factors = term.replace(/^(\d+)(?=[A-Za-z])/, '$1*').split(/(?=[*/])/);
  return factors.reduce((product, factor) => {
    const word = factor.replace(/^[*/]/, '');
    const value = /^\d+$/.test(word)
      ? Number(word)
      : known.map((map) => map.get(word)).find((own) => own !== undefined);
    invariant(typeof value === 'number', `nothing says what ${word} is in the pattern ${term}`);
    return factor.startsWith('/') ? product / value : product * value;
  }, 1);
}

/** '[M, C/group, ...] with C = 2, group = 1' */
function described(pattern: string, known: ReadonlyMap<string, number | Shape>): string {
  const shapes = pattern.split('|').map((one) => (one === 'scalar' ? 'one element' : `[${one.split(' ').join(', ')}]`));
  const words = [...new Set(pattern.match(/(\.\.\.)?[A-Za-z_]+/g) ?? [])].filter((word) => known.has(word));
  const values = words.map((word) => `${word} = ${word.startsWith('...') ? `[${known.get(word)}]` : known.get(word)}`);
  return `${shapes.join(' or ')}${values.length === 0 ? '' : ` with ${values.join(', ')}`}`;
}

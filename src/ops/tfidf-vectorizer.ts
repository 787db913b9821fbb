import { intAttribute, intsAttribute, stringAttribute } from '../ir/attributes.ts';
import { dataOf } from '../ir/tensor.ts';
import type { Node } from '../ir/types.ts';
import type { LowerBuilder, NodeFacts, OpDef } from './op-def.ts';
import { inLoops, linesParams } from './support/loops.ts';
import { inputs, oneOf, rank } from './support/rules.ts';

export const tfIdfVectorizer: OpDef = {
  op: 'TfIdfVectorizer',
  summary: 'Counts n-grams of integers from a pool, with gaps; weighted on request.',
  check: [inputs(1), rank(0, 1, 2), oneOf('mode', 'TF', 'IDF', 'TFIDF'), poolFits],
  lower(node, lower) {
    const { dtype, shape } = lower.type(node.inputs[0]);
    if (dtype !== 'i32' && dtype !== 'i64') return lower.refuse(`${dtype} is not supported`);
    const pool = intsAttribute(node, 'pool_int64s', []);
    if (pool.length === 0) return lower.refuse('a pool of strings is not supported');
    const x = lower.read(0, 'row-major');
    const y = lower.write(0, 'row-major');
    const width = y.shape.at(-1)!;
    const poolTable = lower.table('pool', dtype, dataOf(dtype, pool), 'parameters', 'n-grams, one after the other');
    const places = Int32Array.from(intsAttribute(node, 'ngram_indexes', []));
    const placeTable = lower.table('places', 'i32', places, 'parameters', 'output of each n-gram');
    const lines = gramGroups(node, pool.length).flatMap(({ size, from, grams, first }) => {
      const same = `${x.name}[i0 * ${shape.at(-1)!} + at + j * step] == ${poolTable}[${from} + gram * ${size} + j]`;
      return [
        `for (int32_t gram = 0; gram < ${grams}; gram++) {`,
        `    for (int32_t step = 1; step <= ${size === 1 ? 1 : intAttribute(node, 'max_skip_count', 0) + 1}; step++) {`,
        `        for (int32_t at = 0; at + ${size - 1} * step < ${shape.at(-1)!}; at++) {`,
        `            int32_t j = 0;`,
        `            while (j < ${size} && ${same}) {`,
        '                j++;',
        '            }',
        `            if (j == ${size}) {`,
        `                ${y.name}[i0 * ${width} + ${placeTable}[${first} + gram]] += 1.0f;`,
        '            }',
        '        }',
        '    }',
        '}',
      ];
    });
    const rows = shape.length === 1 ? 1 : shape[0];
    lower.call({
      template: 'lines',
      params: linesParams([
        ...inLoops([rows * width], [`${y.name}[i0] = 0.0f;`]),
        ...inLoops([rows], lines),
        ...weighted(node, lower, places, rows, width, y.name),
      ]),
      summary: `TfIdfVectorizer, ${places.length} n-grams`,
    });
  },
};

/** The lists of the pool say the same number of n-grams. */
function poolFits({ node }: NodeFacts): string | null {
  const [pool, counts, places, weights] = ['pool_int64s', 'ngram_counts', 'ngram_indexes', 'weights'].map((name) =>
    intsAttribute(node, name, []),
  );
  const [shortest, longest] = [intAttribute(node, 'min_gram_length', 1), intAttribute(node, 'max_gram_length', 1)];
  if (pool.length === 0) return null;
  if (shortest < 1 || longest < shortest) return `n-grams from ${shortest} to ${longest} are none`;
  if (longest > counts.length) return `ngram_counts says nothing of n-grams of ${longest}`;
  if (intAttribute(node, 'max_skip_count', 0) < 0) return 'max_skip_count is negative';
  const sizes = counts.map((from, i) => ((counts[i + 1] ?? pool.length) - from) / (i + 1));
  if (counts[0] !== 0 || sizes.some((size) => !(Number.isInteger(size) && size >= 0)))
    return `ngram_counts [${counts}] does not cut a pool of ${pool.length}`;
  const grams = sizes.reduce((a, b) => a + b, 0);
  if (places.length !== grams) return `ngram_indexes names ${places.length} places for ${grams} n-grams`;
  if (node.attributes.weights !== undefined && weights.length !== grams)
    return `it has ${weights.length} weights for ${grams} n-grams`;
  return places.some((place) => place < 0) ? 'ngram_indexes has a negative place' : null;
}

/** The pool's part for each n: where it begins, how many n-grams it has, the number of its first one. */
function gramGroups(node: Node, poolLength: number) {
  const counts = intsAttribute(node, 'ngram_counts', []);
  const [shortest, longest] = [intAttribute(node, 'min_gram_length', 1), intAttribute(node, 'max_gram_length', 1)];
  let first = 0;
  return counts
    .map((from, i) => {
      const size = i + 1;
      const grams = ((counts[i + 1] ?? poolLength) - from) / size;
      first += grams;
      return { size, from, grams, first: first - grams };
    })
    .filter(({ size, grams }) => grams > 0 && size >= shortest && size <= longest);
}

/** TF counts as they are; IDF the weight of what occurs; TFIDF both multiplied. */
function weighted(
  node: Node,
  lower: LowerBuilder,
  places: Int32Array,
  rows: number,
  width: number,
  y: string,
): string[] {
  const mode = stringAttribute(node, 'mode', 'TF');
  if (mode === 'TF') return [];
  const weights = new Float32Array(width).fill(1);
  const given = intsAttribute(node, 'weights', []);
  places.forEach((place, gram) => {
    weights[place] = given[gram] ?? 1;
  });
  const table = lower.table('weights', 'f32', weights, 'parameters', 'weight of each output');
  const element = `${y}[i0 * ${width} + i1]`;
  const count = mode === 'IDF' ? `((${element} > 0.0f) ? 1.0f : 0.0f)` : element;
  return inLoops([rows, width], [`${element} = ${count} * ${table}[i1];`]);
}

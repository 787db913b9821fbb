import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import { axis, bounded, inputs, shapeOf, when } from './rules.ts';
import { fits } from './shape-rule.ts';

/** Several scales: one per index along the axis, or one per block of it. */
const several = (facts: NodeFacts) => elementCount(shapeOf(facts, 1)) !== 1 || blockSize(facts) > 0;
const blockSize = ({ node }: NodeFacts) => intAttribute(node, 'block_size', 0);

/** Of QuantizeLinear and DequantizeLinear: x, scale, zero point. */
export const scaleRules: readonly Rule[] = [
  inputs(2, 3),
  bounded('block_size', 0, 0),
  when(several, axis('axis', 1)),
  scales(1, 'its scale'),
  scales(2, 'its zero point'),
  (facts) =>
    facts.input(2) && elementCount(shapeOf(facts, 1)) !== elementCount(shapeOf(facts, 2))
      ? 'it has not as many zero points as scales'
      : null,
];

function scales(input: number, what: string): Rule {
  return (facts) => {
    const own = facts.input(input)?.shape;
    if (!own) return null;
    const shape = shapeOf(facts);
    const at = normalizeAxis(intAttribute(facts.node, 'axis', 1), shape.length);
    const block = blockSize(facts);
    const blocked = shape.map((size, d) => (d === at ? Math.ceil(size / block) : size));
    if (block > 0 ? String(own) === String(blocked) : !several(facts) || (own.length === 1 && own[0] === shape[at]))
      return null;
    return `${what} is [${own}], not [${block > 0 ? blocked : shape[at]}]`;
  };
}

/** Operands of onnxruntime's operators on codes: each with one scale and one zero point. */
export function scaled(pairs: readonly string[], behind: readonly string[] = []): readonly Rule[] {
  const patterns: Record<string, string> = {};
  for (const name of pairs)
    Object.assign(patterns, { [name]: '...', [`${name}_scale`]: 'scalar', [`${name}_zero_point`]: 'scalar' });
  for (const name of behind) Object.assign(patterns, { [`${name}_scale`]: 'scalar', [`${name}_zero_point`]: 'scalar' });
  const names = Object.keys(patterns);
  const needed = names.findLastIndex((name) => !name.endsWith('_zero_point'));
  return [inputs(1, names.length), scalesGiven(names.slice(0, needed + 1)), fits(patterns)];
}

/** Only zero points may be left out. */
function scalesGiven(names: readonly string[]): Rule {
  return ({ node }) => {
    const missing = names.find((name, i) => node.inputs[i] == null && !name.endsWith('_zero_point'));
    return missing === undefined ? null : `${missing} is missing`;
  };
}

/** Scale and zero point of the result, then three inputs for each part. */
export const qlinearConcatRules: readonly Rule[] = [
  inputs(5, Infinity),
  ({ node }) =>
    (node.inputs.length - 2) % 3 === 0
      ? null
      : `it has ${node.inputs.length} inputs: two and three for each part are wanted`,
  (facts) => {
    const odd = facts.node.inputs.findIndex((_, i) => (i < 2 || i % 3 !== 2) && elementCount(shapeOf(facts, i)) !== 1);
    return odd < 0 ? null : `input ${odd} is [${shapeOf(facts, odd)}], not one element`;
  },
  (facts) => {
    const parts = facts.node.inputs.flatMap((_, i) => (i >= 2 && i % 3 === 2 ? [shapeOf(facts, i)] : []));
    const at = normalizeAxis(intAttribute(facts.node, 'axis', 0), parts[0].length);
    if (!(at >= 0 && at < parts[0].length)) return `axis ${at} is not one of ${parts[0].length}`;
    const odd = parts.find(
      (part) => part.length !== parts[0].length || part.some((size, d) => d !== at && size !== parts[0][d]),
    );
    return odd ? `[${odd}] cannot stand beside [${parts[0]}]` : null;
  },
];

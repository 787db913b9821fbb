import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';
import { Spelling, type Value } from './spelling.ts';

const preparation = (op: string, summary: string, spelled: Spelled): OpDef => ({
  op,
  domain: 'ai.onnx.ml',
  summary,
  upgrade: (node, _opset, upgrade) => {
    const spell = new Spelling(upgrade);
    return spell.become(node, spelled(node, spell, upgrade));
  },
});
type Spelled = (node: Node, spell: Spelling, upgrade: UpgradeBuilder) => Value;

/** Estimators' features, brought to what the estimator was trained on. */
export const preparationOps: readonly OpDef[] = [
  preparation('Scaler', '(x - offset) scale, one number or one per feature.', (node, spell) => {
    const x = spell.input(node);
    const number = (name: string) => spell.floats(intsAttribute(node, name, []));
    return spell.each('Mul', spell.each('Sub', x, number('offset')), number('scale'));
  }),
  preparation('Normalizer', 'Each row over its largest number, its sum of magnitudes or its length.', normalized),
  preparation('Imputer', 'A number in the place of a missing one, for all features or one per feature.', imputed),
  preparation('Binarizer', '1 where a number is above the threshold, else 0.', (node, spell) => {
    const x = spell.input(node);
    const isAbove = spell.each('Greater', x, spell.number(floatAttribute(node, 'threshold', 0)));
    return spell.each('Where', isAbove, spell.number(1), spell.number(0));
  }),
  preparation('FeatureVectorizer', 'Features of several inputs side by side.', (node, spell) => {
    const parts = node.inputs.map((_, i) => matrixOf(spell.input(node, i), spell));
    const columns = parts.reduce((sum, { shape }) => sum + shape[1], 0);
    return spell.node('Concat', parts, [parts[0].shape[0], columns], { axis: 1 });
  }),
  preparation('ArrayFeatureExtractor', 'Those elements of the last axis that the second input names.', picked),
  preparation('LabelEncoder', 'Numbers by a table of numbers, and one for all that is not in it.', encoded),
];

/** Of MAX it is the largest number, not the largest magnitude; a row of zeros stays. */
function normalized(node: Node, spell: Spelling, upgrade: UpgradeBuilder): Value {
  const x = spell.input(node);
  const norm = stringAttribute(node, 'norm', 'MAX');
  if (!(norm in NORMS)) return upgrade.refuse(`its norm is '${norm}', not ${Object.keys(NORMS).join(' or ')}`);
  const size = spell.reduce(NORMS[norm], x);
  const divisor = spell.each('Where', spell.each('Equal', size, spell.number(0)), spell.number(1), size);
  return spell.each('Div', x, divisor);
}

const NORMS: Readonly<Record<string, string>> = { MAX: 'ReduceMax', L1: 'ReduceL1', L2: 'ReduceL2' };

/** What is replaced is NaN unless a number is named. */
function imputed(node: Node, spell: Spelling, upgrade: UpgradeBuilder): Value {
  const x = spell.given(node, 0);
  if (x.dtype !== 'f32') return upgrade.refuse(`features of ${x.dtype} are not supported`);
  const values = intsAttribute(node, 'imputed_value_floats', []);
  if (values.length !== 1 && values.length !== x.shape.at(-1))
    return upgrade.refuse(`it has ${values.length} numbers for ${x.shape.at(-1)} features`);
  const missing = floatAttribute(node, 'replaced_value_float', 0);
  const isMissing = Number.isNaN(missing) ? spell.each('IsNaN', x) : spell.each('Equal', x, spell.number(missing));
  return spell.each('Where', isMissing, spell.floats(values), x);
}

/** [N, C] of an input of any rank: what has one dimension is one row. */
function matrixOf(x: Value, spell: Spelling): Value {
  if (x.shape.length === 2) return x;
  const rows = x.shape.length < 2 ? 1 : x.shape[0];
  const shape = [rows, elementCount(x.shape) / rows];
  return spell.node('Reshape', [x, spell.ints(shape)], shape);
}

function picked(node: Node, spell: Spelling): Value {
  const [x, index] = [spell.given(node, 0), spell.given(node, 1)];
  const count = elementCount(index.shape);
  const flat = spell.node('Reshape', [index, spell.ints([count])], [count], {}, index.dtype);
  const shape = x.shape.length < 2 ? [1, count] : [...x.shape.slice(0, -1), count];
  const own = spell.node('Gather', [x, flat], [...x.shape.slice(0, -1), count], { axis: -1 }, x.dtype);
  return x.shape.length < 2 ? spell.node('Reshape', [own, spell.ints(shape)], shape, {}, x.dtype) : own;
}

/** One comparison per key, the first key last, so that it counts. */
function encoded(node: Node, spell: Spelling, upgrade: UpgradeBuilder): Value {
  const x = spell.given(node, 0);
  const lists = (name: string) =>
    ['floats', 'int64s'].flatMap((type) => {
      const given = node.attributes[`${name}_${type}`];
      return given === undefined ? [] : [{ type, numbers: intsAttribute(node, `${name}_${type}`, []) }];
    })[0];
  const [keys, values] = [lists('keys'), lists('values')];
  if (!keys || !values) return upgrade.refuse('its table holds text, or is a tensor');
  const isFloat = values.type === 'floats';
  const otherwise = isFloat ? floatAttribute(node, 'default_float', -0) : intAttribute(node, 'default_int64', -1);
  const one = (value: number) => (isFloat ? spell.number(value) : spell.integer(value));
  return keys.numbers.reduceRight(
    (rest, key, i) => {
      const found = keys.type === 'floats' ? spell.number(key) : spell.integer(key);
      const isKey = Number.isNaN(key) ? spell.each('IsNaN', x) : spell.each('Equal', x, found);
      return spell.each('Where', isKey, one(values.numbers[i]), rest);
    },
    spell.filled(x.shape, one(otherwise)),
  );
}

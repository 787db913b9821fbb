import { intAttribute, intsAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';
import { above, highest, labelsAt, scoresOfTwo, transformed } from './scores.ts';
import { Spelling, type Value, withColumns } from './spelling.ts';

/** X W + b for each target, then the transform. */
export const linearRegressor: OpDef = {
  op: 'LinearRegressor',
  domain: 'ai.onnx.ml',
  summary: 'Linear regression, as Gemm.',
  upgrade(node, _opset, upgrade) {
    const spell = new Spelling(upgrade);
    const sums = linear(node, intAttribute(node, 'targets', 1), spell, upgrade);
    return spell.become(node, transformed(node, sums, spell));
  },
};

/** The class of the highest score X W + b; of one row of coefficients that of the score's sign. */
export const linearClassifier: OpDef = {
  op: 'LinearClassifier',
  domain: 'ai.onnx.ml',
  summary: 'Linear classification: labels and scores, as Gemm and ArgMax.',
  upgrade(node, _opset, upgrade) {
    const spell = new Spelling(upgrade);
    const rows = intsAttribute(node, 'intercepts', []).length;
    const labels = intsAttribute(node, 'classlabels_ints', []);
    const sums = linear(node, rows, spell, upgrade);
    const scores = transformed(node, sums, spell);
    if (rows > 1) return spell.become(node, labelsAt(highest(sums, spell), labels, spell), scores);
    const isPair = labels.length === 2;
    const label = labelsAt(above(sums, 0, spell), isPair ? labels : [0, 1], spell);
    return spell.become(node, label, isPair ? scoresOfTwo(node, sums, false, spell) : scores);
  },
};

function linear(node: Node, rows: number, spell: Spelling, upgrade: UpgradeBuilder): Value {
  const x = spell.input(node);
  const features = x.shape.at(-1) ?? 1;
  const coefficients = intsAttribute(node, 'coefficients', []);
  const intercepts = intsAttribute(node, 'intercepts', []);
  if (rows < 1 || coefficients.length !== rows * features)
    return upgrade.refuse(`it has ${coefficients.length} coefficients for ${rows} rows of ${features}`);
  if (intercepts.length > 0 && intercepts.length !== rows)
    return upgrade.refuse(`it has ${intercepts.length} intercepts for ${rows} rows`);
  const matrix = x.shape.length === 1 ? spell.node('Reshape', [x, spell.ints([1, features])], [1, features]) : x;
  const w = spell.floats(coefficients, [rows, features]);
  const b = intercepts.length > 0 ? [spell.floats(intercepts)] : [];
  return spell.node('Gemm', [matrix, w, ...b], withColumns(matrix, rows), { transB: 1 });
}

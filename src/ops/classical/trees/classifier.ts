import { intsAttribute } from '../../../ir/attributes.ts';
import type { Node } from '../../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../../op-def.ts';
import { above, highest, labelsAt, scoresOfTwo, transformed } from '../scores.ts';
import { Spelling, type Value, withColumns } from '../spelling.ts';
import { leavesBelow, numbersAt, readEnsemble } from './ensemble.ts';

/** Labels and scores of classes by the sums of their weights, as onnxruntime's kernel chooses them. */
export const treeEnsembleClassifier: OpDef = {
  op: 'TreeEnsembleClassifier',
  domain: 'ai.onnx.ml',
  summary: 'Decision trees: labels and scores of classes.',
  upgrade(node, _opset, upgrade) {
    const labels = intsAttribute(node, 'classlabels_int64s', []);
    if (labels.length < 2) return upgrade.refuse(`it has ${labels.length} labels`);
    const owners = new Set(intsAttribute(node, 'class_ids', []));
    const form = labels.length > 2 ? ofMany : owners.size <= 1 ? ofOneSum : ofTwo;
    return form(node, labels, new Spelling(upgrade), upgrade);
  },
};

type Form = (node: Node, labels: readonly number[], spell: Spelling, upgrade: UpgradeBuilder) => Node;

/** The label of the highest sum. onnxruntime leaves out classes that no leaf on the way has said anything of. */
const ofMany: Form = (node, labels, spell, upgrade) => {
  const isSigned = numbersAt(node, 'class_weights').some((weight) => weight < 0);
  if (isSigned && numbersAt(node, 'base_values').length === 0) refuseSilent(node, labels, upgrade);
  const sums = trees(node, labels.length, spell);
  return spell.become(node, labelsAt(highest(sums, spell), labels, spell), transformed(node, sums, spell));
};

/** All weights are of one of two classes, and count for the second: chosen above 0.5 where no weight is negative, else above 0. */
const ofOneSum: Form = (node, labels, spell) => {
  const sum = trees(node, 1, spell);
  const isSigned = numbersAt(node, 'class_weights').some((weight) => weight < 0);
  const label = labelsAt(above(sum, isSigned ? 0 : 0.5, spell), labels, spell);
  return spell.become(node, label, scoresOfTwo(node, sum, isSigned, spell));
};

/** Two sums: the label is 1 where the second is above 0, else 0, whatever the classes are called. */
const ofTwo: Form = (node, labels, spell, upgrade) => {
  if (numbersAt(node, 'base_values').length > 0)
    return upgrade.refuse('base_values of two classes that both have weights are not supported');
  refuseSilent(node, labels, upgrade);
  const sums = trees(node, 2, spell);
  const second = spell.node('Gather', [sums, spell.ints([1])], withColumns(sums, 1), { axis: 1 });
  return spell.become(node, above(second, 0, spell), transformed(node, sums, spell));
};

/** Of each class some tree has to say something in all of its leaves. */
function refuseSilent(node: Node, labels: readonly number[], upgrade: UpgradeBuilder): void {
  const ensemble = readEnsemble(node, 'class');
  if (typeof ensemble === 'string') return upgrade.refuse(ensemble);
  const told = new Set(
    ensemble.roots.flatMap((root) => {
      const [first, ...others] = leavesBelow(root, ensemble);
      return first
        .map(({ target }) => target)
        .filter((target) => others.every((leaf) => leaf.some((own) => own.target === target)));
    }),
  );
  const silent = labels.findIndex((_, i) => !told.has(i));
  if (silent >= 0) upgrade.refuse(`its leaves may say nothing of class ${labels[silent]}`);
}

/** The sums, as the regressor has them; of one class all weights are of the only target. */
function trees(node: Node, targets: number, spell: Spelling): Value {
  const x = spell.features(node);
  const own = Object.entries(node.attributes).filter(([name]) => /^(nodes_|base_values)/.test(name));
  const classes = Object.entries(node.attributes).flatMap(([name, value]) => {
    if (!/^class_(treeids|nodeids|ids|weights)/.test(name)) return [];
    const all = name === 'class_ids' && targets === 1 ? intsAttribute(node, name, []).map(() => 0) : value;
    return [[name.replace('class_', 'target_'), all] as const];
  });
  const attributes = Object.fromEntries([...own, ...classes, ['n_targets', targets] as const]);
  return spell.node('TreeEnsembleRegressor', [x], withColumns(x, targets), attributes, 'f32', undefined, 'ai.onnx.ml');
}

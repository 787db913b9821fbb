import { intAttribute, stringAttribute } from '../../../ir/attributes.ts';
import type { Node } from '../../../ir/types.ts';
import { invariant } from '../../../support/errors.ts';
import type { LowerBuilder, OpDef } from '../../op-def.ts';
import { inLoops, linesParams } from '../../support/loops.ts';
import { transformed, transformOf } from '../scores.ts';
import { Spelling, withColumns } from '../spelling.ts';
import { treeEnsembleClassifier } from './classifier.ts';
import { numbersAt, readEnsemble } from './ensemble.ts';
import { treeRules } from './rules.ts';
import { type TreeTables, treeTables } from './tables.ts';

/** What the trees make of a row of features, added up or joined otherwise, and a number for each target. */
const treeEnsembleRegressor: OpDef = {
  op: 'TreeEnsembleRegressor',
  domain: 'ai.onnx.ml',
  summary: 'Decision trees: a number per target from all of them.',
  check: treeRules,
  upgrade(node, _opset, upgrade) {
    const { post_transform, ...attributes } = node.attributes;
    const spell = new Spelling(upgrade);
    const x = spell.features(node);
    const sums = { ...node, inputs: [x.name], attributes };
    if (transformOf(node) === 'NONE') return sums;
    const shape = withColumns(x, intAttribute(node, 'n_targets', 1));
    const scores = spell.node('TreeEnsembleRegressor', [x], shape, attributes, 'f32', undefined, 'ai.onnx.ml');
    return spell.become(node, transformed(node, scores, spell));
  },
  lower(node, lower) {
    const { dtype } = lower.type(node.inputs[0]);
    if (dtype !== 'f32') return lower.refuse(`features of ${dtype} are not supported`);
    const targets = intAttribute(node, 'n_targets', 1);
    const ensemble = readEnsemble(node, 'target');
    invariant(typeof ensemble !== 'string', 'the rules have let pass what is no tree');
    const tables = treeTables(ensemble, targets);
    if (tables.features.length > MOST || tables.weights.length / tables.width > MOST)
      return lower.refuse(`its trees have more than ${MOST} nodes or leaves`);
    const aggregate = stringAttribute(node, 'aggregate_function', 'SUM');
    const isPartial = ensemble.leaves.some(({ length }) => length !== targets);
    if (/MIN|MAX/.test(aggregate) && isPartial) return lower.refuse('some leaves say nothing of a target');
    const x = lower.read(0, 'row-major');
    const y = lower.write(0, 'row-major');
    lower.call({
      template: 'lines',
      params: linesParams(walks(node, lower, tables, { x: x.name, y: y.name, targets, shape: x.shape })),
      summary: `TreeEnsemble, ${tables.roots.length} trees, ${tables.features.length} nodes`,
    });
  },
};

export const treeOps: readonly OpDef[] = [treeEnsembleRegressor, treeEnsembleClassifier];

/** Places are numbers of 16 bits. */
const MOST = 32767;

interface Names {
  readonly x: string;
  readonly y: string;
  readonly targets: number;
  readonly shape: readonly number[];
}

/** Row by row, tree by tree. */
function walks(node: Node, lower: LowerBuilder, tables: TreeTables, { x, y, targets, shape }: Names): string[] {
  const table = (name: string, dtype: 'i16' | 'u16' | 'f32', data: readonly number[], comment: string) => {
    const array = { i16: Int16Array, u16: Uint16Array, f32: Float32Array }[dtype].from(data);
    return lower.table(name, dtype, array, 'parameters', comment);
  };
  const { roots, features, thresholds, branches, missing, weights, width } = tables;
  const walk = missing ? 'nn_tree_missing_f32' : 'nn_tree_f32';
  const asked = missing ? features.map((feature, i) => 2 * feature + Number(missing[i])) : features;
  const columns = [
    table('features', 'u16', asked, missing ? 'of each node: 2 feature, + 1 where NaN goes below' : 'of each node'),
    table('thresholds', 'f32', thresholds, 'of each node'),
    table('branches', 'i16', branches, 'of each node: at most at the threshold, above it; ~row of a leaf'),
  ].join(', ');
  const first = roots.length === 1 ? `${roots[0]}` : `${table('roots', 'i16', roots, 'of each tree')}[tree]`;
  const leaves = table('leaves', 'f32', weights, width === 1 ? 'weight of each leaf' : `rows of ${width} weights`);
  const target = tables.targets.every((own) => own === 0)
    ? ''
    : `[${table('targets', 'u16', tables.targets, 'of each tree')}[tree]]`;
  const aggregate = stringAttribute(node, 'aggregate_function', 'SUM');
  const join = (sum: string, weight: string) => JOINED[aggregate](sum, weight);
  const features_ = shape.at(-1)!;
  const row = `${x} + i0 * ${features_}`;
  const leaf = `const int32_t leaf = ${walk}(row, ${first}, ${columns});`;
  const sums = `${y} + i0 * ${targets}`;
  const added =
    width > 1
      ? inLoops([width], join('sums[j0]', `${leaves}[leaf * ${width} + j0]`), 'j')
      : join(target === '' ? 'sums[0]' : `sums${target}`, `${leaves}[leaf]`);
  const start = /MIN|MAX/.test(aggregate) ? (aggregate === 'MIN' ? 'INFINITY' : '-INFINITY') : '0.0f';
  return inLoops(
    [shape.length < 2 ? 1 : shape[0]],
    [
      `const float *row = ${row};`,
      `float *sums = ${sums};`,
      '',
      ...inLoops([targets], [`sums[j0] = ${start};`], 'j'),
      ...(roots.length === 1
        ? ['{', ...indented([leaf, ...added]), '}']
        : treeLoop(roots.length, [leaf, '', ...added])),
      ...finished(node, lower, targets, roots.length),
    ],
  );
}

const JOINED: Readonly<Record<string, (sum: string, weight: string) => string[]>> = {
  SUM: (sum, weight) => [`${sum} += ${weight};`],
  AVERAGE: (sum, weight) => [`${sum} += ${weight};`],
  MIN: (sum, weight) => [`if (${weight} < ${sum}) {`, `    ${sum} = ${weight};`, '}'],
  MAX: (sum, weight) => [`if (${weight} > ${sum}) {`, `    ${sum} = ${weight};`, '}'],
};

function treeLoop(count: number, body: readonly string[]): string[] {
  return [`for (int32_t tree = 0; tree < ${count}; tree++) {`, ...indented(body), '}'];
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `    ${line}`));

/** The mean of the trees, and what all scores begin with. */
function finished(node: Node, lower: LowerBuilder, targets: number, trees: number): string[] {
  const base = numbersAt(node, 'base_values');
  const mean = stringAttribute(node, 'aggregate_function', 'SUM') === 'AVERAGE' ? ` / ${trees}.0f` : '';
  if (base.length === 0 && mean === '') return [];
  const added =
    base.length > 0
      ? ` + ${lower.table('base', 'f32', Float32Array.from(base), 'parameters', 'of each target')}[j0]`
      : '';
  return inLoops([targets], [`sums[j0] = sums[j0]${mean}${added};`], 'j');
}

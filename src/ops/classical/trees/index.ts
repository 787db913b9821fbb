import { intAttribute, stringAttribute } from '../../../ir/attributes.ts';
import type { Json } from '../../../ir/program.ts';
import type { Node } from '../../../ir/types.ts';
import { invariant } from '../../../support/errors.ts';
import type { LowerBuilder, OpDef } from '../../op-def.ts';
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
    const [rows, features] = x.shape;
    const { roots, width } = tables;
    lower.call({
      template: 'trees_f32',
      params: {
        ...{ x: x.name, y: y.name, rows: rows > 1 ? rows : 0, features, targets, trees: roots.length },
        walk: tables.missing ? 'nn_tree_missing_f32' : 'nn_tree_f32',
        width: width > 1 ? width : 0,
        ...AGGREGATES[aggregate],
        ...ending(node, roots.length),
        tables: tableNames(node, lower, tables),
      },
      summary: `${roots.length} trees, ${tables.features.length} comparisons`,
    });
  },
};

export const treeOps: readonly OpDef[] = [treeEnsembleRegressor, treeEnsembleClassifier];

/** Places are numbers of 16 bits. */
const MOST = 32767;

/** What a target begins with; by which comparison it keeps what it has before a weight, where they are not added up. */
const AGGREGATES: Readonly<Record<string, { readonly start: string; readonly keeps?: string }>> = {
  SUM: { start: '0.0f' },
  AVERAGE: { start: '0.0f' },
  MIN: { start: 'INFINITY', keeps: '<=' },
  MAX: { start: '-INFINITY', keeps: '>=' },
};

/** What becomes of the targets behind the last tree. */
function ending(node: Node, trees: number): { [key: string]: Json } {
  const isMean = stringAttribute(node, 'aggregate_function', 'SUM') === 'AVERAGE';
  return { mean: isMean ? `${trees}.0f` : '', ends: isMean || numbersAt(node, 'base_values').length > 0 };
}

function tableNames(node: Node, lower: LowerBuilder, tables: TreeTables): { [key: string]: Json } {
  const table = (name: string, dtype: keyof typeof ARRAYS, data: readonly number[], comment: string) =>
    lower.table(name, dtype, ARRAYS[dtype].from(data), 'parameters', comment);
  const { missing, width, targets } = tables;
  const features = missing ? tables.features.map((own, i) => 2 * own + Number(missing[i])) : tables.features;
  const base = numbersAt(node, 'base_values');
  return {
    roots: table('roots', 'i16', tables.roots, 'first node of each tree'),
    features: table(
      'features',
      'u16',
      features,
      missing ? '2 feature of each node, + 1: NaN below' : 'feature of each node',
    ),
    thresholds: table('thresholds', 'f32', tables.thresholds, 'threshold of each node'),
    branches: table(
      'branches',
      'i16',
      tables.branches,
      'behind each node: at most at the threshold, above it; ~row of leaves',
    ),
    leaves: table(
      'leaves',
      'f32',
      tables.weights,
      width === 1 ? 'weights of leaves' : `weights of leaves, rows of ${width}`,
    ),
    targets: targets.some((own) => own > 0) ? table('targets', 'u16', targets, 'target of each tree') : '',
    base: base.length > 0 ? table('base', 'f32', base, 'base value of each target') : '',
  };
}

const ARRAYS = { i16: Int16Array, u16: Uint16Array, f32: Float32Array };

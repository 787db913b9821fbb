import { expect, test } from 'vitest';
import type { Attribute } from '../../../src/ir/types.ts';
import { randomTrees, type TreeOptions } from '../../helpers/random-trees.ts';
import { type Case, constant, differences, type Given, given } from '../support/cases.ts';

const ml = (op: string, inputs: Case['inputs'], attributes: Record<string, Attribute> = {}, outputs = 1): Case => ({
  op,
  domain: 'ai.onnx.ml',
  inputs,
  attributes,
  outputs,
});
const x = given([6, 4]);
/** Tenths, as the thresholds are, and numbers that are none. */
const tenths = constant(
  [40, 4],
  Array.from({ length: 160 }, (_, i) => (((i * 37) % 21) - 10) / 10),
  'f32',
);
const features: Given = { ...tenths, constant: false };
const holes: Given = {
  ...features,
  data: Float32Array.from(features.data as Float32Array, (v, i) => (i % 7 === 3 ? Number.NaN : v)),
};
const TRANSFORMS = ['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO'];

test('preparation of features', async () => {
  const cases = [
    ml('Scaler', [x], { offset: [0.5], scale: [2] }),
    ml('Scaler', [x], { offset: [0.5, -1, 0, 3], scale: [2, 0.5, 1, -1] }),
    ml('Scaler', [given([6, 4], 'i64')], { offset: [1], scale: [0.25] }),
    ...['MAX', 'L1', 'L2'].map((norm) => ml('Normalizer', [x], { norm })),
    ml('Normalizer', [constant([2, 3], [0, 0, 0, 1, -2, 2], 'f32')], { norm: 'L2' }),
    ml('Imputer', [holes], { imputed_value_floats: [1, 2, 3, 4], replaced_value_float: Number.NaN }),
    ml('Imputer', [features], { imputed_value_floats: [9], replaced_value_float: Math.fround(0.5) }),
    ml('Binarizer', [x], { threshold: 0.25 }),
    ml('FeatureVectorizer', [x, given([6, 2], 'f32', 3)], { inputdimensions: [4, 2] }),
    ml('ArrayFeatureExtractor', [x, constant([1, 2], [3, 0])]),
    ml('LabelEncoder', [given([5], 'i64')], { keys_int64s: [-3, 5, 7], values_int64s: [1, 2, 3], default_int64: 9 }),
    ml('LabelEncoder', [constant([3], [2, 1, 4])], {
      keys_int64s: [1, 2],
      values_floats: [0.5, 1.5],
      default_float: -1,
    }),
  ];
  expect(await differences(cases)).toEqual([]);
});

test('linear models', async () => {
  const w = (rows: number) => Array.from({ length: rows * 4 }, (_, i) => Math.fround(Math.sin(i + 1)));
  const cases = [
    ml('LinearRegressor', [x], { coefficients: w(1), intercepts: [0.5] }),
    ml('LinearRegressor', [x], { coefficients: w(3), intercepts: [0.5, 1, 2], targets: 3 }),
    ml('LinearRegressor', [x], { coefficients: w(2), targets: 2, post_transform: 'SOFTMAX' }),
    ...TRANSFORMS.flatMap((post_transform) => [
      ml(
        'LinearClassifier',
        [x],
        { coefficients: w(3), intercepts: [0, 1, 0.5], classlabels_ints: [0, 1, 2], post_transform },
        2,
      ),
      ml(
        'LinearClassifier',
        [x],
        { coefficients: w(1), intercepts: [0.1], classlabels_ints: [4, 7], post_transform },
        2,
      ),
      ml(
        'LinearClassifier',
        [x],
        { coefficients: w(2), intercepts: [0.1, 0], classlabels_ints: [7, 4], post_transform },
        2,
      ),
    ]),
    ml(
      'LinearClassifier',
      [given([6, 4], 'i32')],
      { coefficients: w(3), intercepts: [0, 1, 0.5], classlabels_ints: [5, 1, 2] },
      2,
    ),
  ];
  expect(await differences(cases)).toEqual([]);
});

const trees = (options: Partial<TreeOptions>) => ({ trees: 3, depth: 4, features: 4, targets: 1, ...options });

test('trees that give numbers', async () => {
  const regressor = (options: Partial<TreeOptions>, more: Record<string, Attribute> = {}, data = features) =>
    ml('TreeEnsembleRegressor', [data], {
      ...randomTrees({ prefix: 'target', ...trees(options) }),
      n_targets: options.targets ?? 1,
      ...more,
    });
  const modes = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];
  const cases = [
    regressor({}),
    regressor({ trees: 1 }),
    regressor({ trees: 1, depth: 0 }),
    regressor({}, { base_values: [0.5] }),
    ...['AVERAGE', 'MIN', 'MAX'].map((aggregate_function) => regressor({ seed: 2 }, { aggregate_function })),
    regressor({ targets: 3 }, { base_values: [0.5, 1, 2], aggregate_function: 'AVERAGE' }),
    regressor({ targets: 3, leaves: 'tree', trees: 6 }),
    regressor({ targets: 3, leaves: 'leaf' }, { post_transform: 'SOFTMAX' }),
    ...modes.flatMap((mode) => [
      regressor({ modes: [mode] }, {}, holes),
      regressor({ modes: [mode], missing: true }, {}, holes),
    ]),
    regressor({ modes, missing: true, depth: 7, trees: 5 }, {}, holes),
  ];
  expect(await differences(cases)).toEqual([]);
});

test('trees that give classes', async () => {
  const classifier = (labels: number[], options: Partial<TreeOptions>, more: Record<string, Attribute> = {}) =>
    ml(
      'TreeEnsembleClassifier',
      [features],
      {
        ...randomTrees({ prefix: 'class', ...trees({ targets: labels.length, ...options }) }),
        classlabels_int64s: labels,
        ...more,
      },
      2,
    );
  const positive: Partial<TreeOptions> = { weight: (rng) => Math.fround(rng.uniform() / 3) };
  const cases = TRANSFORMS.flatMap((post_transform) => [
    classifier([0, 1, 2], {}, { post_transform }),
    classifier([3, 1, 2], { leaves: 'tree', trees: 6 }, { post_transform, base_values: [0.1, 0.2, 0.3] }),
    classifier([0, 1], { targets: 1 }, { post_transform }),
    classifier([5, 2], { targets: 1, ...positive }, { post_transform }),
    classifier([0, 1], { targets: 1 }, { post_transform, base_values: [0.25] }),
    classifier([0, 1], positive, { post_transform }),
    classifier([0, 1], {}, { post_transform }),
    classifier([5, 2], {}, { post_transform }),
  ]);
  expect(await differences(cases)).toEqual([]);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeModel } from '../../../src/frontend/onnx-writer.ts';
import type { Attribute } from '../../../src/ir/types.ts';
import { cli } from '../../cli/run-cli.ts';
import { randomTrees } from '../../helpers/random-trees.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-classes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const CLASSES = ['setosa', 'versicolor', 'virginica'];

/** As converters write a classifier: scaled features, scores of rows that add up to 1, a map for each row. */
async function writeClassifier(name: string, op: string, attributes: Record<string, Attribute>): Promise<string> {
  const ml = (kind: string, inputs: string[], outputs: string[], own: Record<string, Attribute>) => ({
    op: kind,
    domain: 'ai.onnx.ml',
    name: kind.toLowerCase(),
    inputs,
    outputs,
    attributes: own,
  });
  const bytes = writeModel({
    name: 'classifier',
    nodes: [
      ml('Scaler', ['x'], ['scaled'], { offset: [1, 2, 3, 4], scale: [0.5, 0.25, 1, 2] }),
      ml(op, ['scaled'], ['label', 'scores'], attributes),
      ml('Normalizer', ['scores'], ['shares'], { norm: 'L1' }),
      ml('ZipMap', ['shares'], ['probabilities'], { classlabels_strings: CLASSES }),
    ],
    inputs: [{ name: 'x', type: { dtype: 'f32', shape: [1, 4] } }],
    outputs: ['label', 'probabilities'].map((output) => ({ name: output, type: null })),
    constants: new Map(),
    opset: 17,
  });
  await writeFile(join(folder, name), bytes);
  return name;
}

test.each([
  [
    'logistic.onnx',
    'LinearClassifier',
    { coefficients: [1, 0, 2, -1, 0.5, 1, 0, 1, -1, -1, 1, 2], intercepts: [0, 1, 2], post_transform: 'SOFTMAX' },
  ],
  [
    'forest.onnx',
    'TreeEnsembleClassifier',
    randomTrees({ trees: 5, depth: 5, features: 4, targets: 3, prefix: 'class', weight: (rng) => rng.uniform() / 5 }),
  ],
] as const)('%s: classes are numbers, maps are left out, and the file itself agrees', async (name, op, attributes) => {
  await writeClassifier(name, op, { ...attributes, classlabels_strings: CLASSES });
  const { exitCode, stdout } = await cli(folder, 'compile', name, '--verify', '--count', '200', '-o', 'out');
  expect(stdout).toMatch(
    /the label of \w+Classifier '\w+' is the number of its class: 0 'setosa', 1 'versicolor', 2 'virginica'/,
  );
  expect(stdout).toMatch(/ZipMap 'zipmap' is left out: 'probabilities' holds the scores themselves/);
  expect(stdout).toMatch(/file: agrees/);
  expect(stdout).toMatch(/output +label +exact/);
  expect(exitCode).toBe(0);
});

const TREE = {
  n_targets: 1,
  nodes_treeids: [0, 0, 0],
  nodes_nodeids: [0, 1, 2],
  nodes_featureids: [0, 0, 0],
  nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF'],
  nodes_values: [0.5, 0, 0],
  nodes_truenodeids: [1, 0, 0],
  nodes_falsenodeids: [2, 0, 0],
  target_treeids: [0, 0],
  target_nodeids: [1, 2],
  target_ids: [0, 0],
  target_weights: [1, 2],
};

test.each<[string, Record<string, Attribute>, RegExp]>([
  ['a feature that there is not', { nodes_featureids: [4, 0, 0] }, /compares feature 4; there are 4/],
  ['a target that there is not', { target_ids: [0, 1] }, /target\/class ids is greater/],
  ['a branch into nothing', { nodes_falsenodeids: [9, 0, 0] }, /./],
  ['a circle', { nodes_modes: ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF'] }, /./],
  ['a leaf that there is not', { target_nodeids: [1, 7] }, /./],
  ['lists of two lengths', { nodes_values: [0.5, 0] }, /./],
  ['two nodes of one number', { nodes_nodeids: [0, 1, 1] }, /./],
  ['a base for other targets', { base_values: [1, 2] }, /base_values should have 0 or 1 values/],
])('a tree with %s is refused as a mistake of the file', async (_what, broken, message) => {
  const nodes = [
    {
      op: 'TreeEnsembleRegressor',
      domain: 'ai.onnx.ml',
      name: 't',
      inputs: ['x'],
      outputs: ['y'],
      attributes: { ...TREE, ...broken },
    },
  ];
  const inputs = [{ name: 'x', type: { dtype: 'f32' as const, shape: [1, 4] } }];
  const bytes = writeModel({ name: 'tree', nodes, inputs, outputs: [{ name: 'y', type: null }], constants: new Map() });
  await writeFile(join(folder, 'tree.onnx'), bytes);
  const { exitCode, stdout, stderr } = await cli(folder, 'compile', 'tree.onnx', '-o', 'none');
  expect(stderr).toMatch(/^error\[BAD_MODEL\]/);
  expect(stderr).toMatch(message);
  expect([exitCode, stdout]).toEqual([1, '']);
});

test('a table of text, and classes that are no list of texts', async () => {
  await writeClassifier('broken.onnx', 'LinearClassifier', { coefficients: [1], classlabels_strings: 'a' });
  const { exitCode, stderr } = await cli(folder, 'compile', 'broken.onnx', '-o', 'none');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/error\[BAD_MODEL\]: classlabels_strings is no list of texts/);
});

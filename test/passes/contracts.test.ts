import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import type { Graph } from '../../src/ir/types.ts';
import { FACTS } from '../../src/passes/facts.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { allPasses } from '../../src/passes/registry.ts';
import { sharedData, sharedModel } from '../helpers/shared-data.ts';
import { checkContract, describeContracts, passes, TOLERANCE } from './contract.ts';
import { evaluate, expectSameMeaning, snapshotOf } from './support.ts';

const MODELS = ['kws', 'ic', 'vww', 'ad', 'lenet5_mnist', 'dscnn_mnist', 'gru_mnist', 'resnet20_cifar'] as const;

test('names are unique, options are JSON, facts exist', () => {
  expect(new Set(allPasses.map((pass) => pass.name)).size).toBe(allPasses.length);
  for (const pass of allPasses) {
    expect(pass.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(pass.summary).toMatch(/\.$/);
    expect(JSON.parse(JSON.stringify(pass.defaults))).toEqual(pass.defaults);
    for (const fact of [...pass.requires, ...pass.provides]) expect(FACTS).toHaveProperty(fact);
  }
});

// Many more in test/long.
describeContracts(Array.from({ length: 12 }, (_, i) => i + 1));

describe.skipIf(!sharedData()).each(MODELS)('%s', (name) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await importOnnx(new Uint8Array(readFileSync(sharedModel(name))));
  });

  test.each(passes.map((pass) => [pass.name, pass] as const))('%s keeps its contract', async (_name, pass) => {
    await checkContract(graph, pass);
  });

  test('all passes in a row, twice', async () => {
    const once = (await runPipeline(graph, floatPasses, { evaluate })).graph;
    await expectSameMeaning(graph, once, TOLERANCE);
    expect(snapshotOf((await runPipeline(once, floatPasses, { evaluate })).graph)).toBe(snapshotOf(once));
    expect(once.nodes.map((node) => node.op)).toMatchSnapshot();
  });
});

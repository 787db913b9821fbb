import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { printGraph } from '../../src/ir/text.ts';
import type { Graph } from '../../src/ir/types.ts';
import { FACTS } from '../../src/passes/facts.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import type { AnyPass } from '../../src/passes/pass.ts';
import { runPass, runPipeline } from '../../src/passes/pipeline.ts';
import { allPasses } from '../../src/passes/registry.ts';
import { sharedData, sharedModel } from '../helpers/shared-data.ts';
import { randomGraph } from './random-graph.ts';
import { evaluate, expectSameMeaning, snapshotOf } from './support.ts';

/** Largest difference over the largest magnitude of an output: folding rounds weights once more, at 2^-24 each. */
const TOLERANCE = 1e-5;
const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const MODELS = ['kws', 'ic', 'vww', 'ad', 'lenet5_mnist', 'dscnn_mnist', 'gru_mnist', 'resnet20_cifar'] as const;

const passes = [...new Set(floatPasses)];

test('names are unique, options are JSON, facts exist', () => {
  expect(new Set(allPasses.map((pass) => pass.name)).size).toBe(allPasses.length);
  for (const pass of allPasses) {
    expect(pass.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(pass.summary).toMatch(/\.$/);
    expect(JSON.parse(JSON.stringify(pass.defaults))).toEqual(pass.defaults);
    for (const fact of [...pass.requires, ...pass.provides]) expect(FACTS).toHaveProperty(fact);
  }
});

/** The graph made fit for the pass: passes that provide what it requires have run. */
async function prepared(graph: Graph, pass: AnyPass): Promise<Graph> {
  let current = graph;
  for (const fact of pass.requires) {
    const provider = passes.find((other) => other.provides.includes(fact));
    if (provider && FACTS[fact].check(current) !== null)
      current = (await runPass(provider, current, { evaluate })).graph;
  }
  return current;
}

async function checkContract(graph: Graph, pass: AnyPass): Promise<void> {
  const before = await prepared(graph, pass);
  const untouched = snapshotOf(before);
  const once = (await runPass(pass, before, { evaluate })).graph;
  expect(snapshotOf(before)).toBe(untouched);
  expect(snapshotOf((await runPass(pass, once, { evaluate })).graph)).toBe(snapshotOf(once));
  await expectSameMeaning(before, once, TOLERANCE);
}

describe.each(passes.map((pass) => [pass.name, pass] as const))('%s', (_name, pass) => {
  test('random graphs: twice is once, the input is untouched, the meaning stays', async () => {
    for (const seed of SEEDS) {
      try {
        await checkContract(randomGraph(seed), pass);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  });
});

test('all passes in a row, twice, on random graphs', async () => {
  for (const seed of SEEDS) {
    const graph = randomGraph(seed);
    const once = (await runPipeline(graph, floatPasses, { evaluate })).graph;
    await expectSameMeaning(graph, once, TOLERANCE);
    const twice = (await runPipeline(once, floatPasses, { evaluate })).graph;
    expect({ seed, text: printGraph(twice) }).toEqual({ seed, text: printGraph(once) });
  }
});

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

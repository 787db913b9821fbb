import { describe, expect, test } from 'vitest';
import { printGraph } from '../../src/ir/text.ts';
import type { Graph } from '../../src/ir/types.ts';
import { FACTS } from '../../src/passes/facts.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import type { AnyPass } from '../../src/passes/pass.ts';
import { runPass, runPipeline } from '../../src/passes/pipeline.ts';
import { randomGraph } from './random-graph.ts';
import { evaluate, expectSameMeaning, snapshotOf } from './support.ts';

/** Largest difference over the largest magnitude of an output: folding rounds weights once more, at 2^-24 each. */
export const TOLERANCE = 1e-5;

export const passes = [...new Set(floatPasses)];

/** Twice is once, the input is untouched, the meaning stays: each pass, and all in a row, on the random graphs of these seeds. */
export function describeContracts(seeds: readonly number[]): void {
  describe.each(passes.map((pass) => [pass.name, pass] as const))('%s', (_name, pass) => {
    test('random graphs: twice is once, the input is untouched, the meaning stays', async () => {
      for (const seed of seeds) {
        try {
          await checkContract(randomGraph(seed), pass);
        } catch (cause) {
          throw new Error(`seed ${seed}`, { cause });
        }
      }
    });
  });

  test('all passes in a row, twice, on random graphs', async () => {
    for (const seed of seeds) {
      const graph = randomGraph(seed);
      const once = (await runPipeline(graph, floatPasses, { evaluate })).graph;
      await expectSameMeaning(graph, once, TOLERANCE);
      const twice = (await runPipeline(once, floatPasses, { evaluate })).graph;
      expect({ seed, text: printGraph(twice) }).toEqual({ seed, text: printGraph(once) });
    }
  });
}

export async function checkContract(graph: Graph, pass: AnyPass): Promise<void> {
  const before = await prepared(graph, pass);
  const untouched = snapshotOf(before);
  const once = (await runPass(pass, before, { evaluate })).graph;
  expect(snapshotOf(before)).toBe(untouched);
  expect(snapshotOf((await runPass(pass, once, { evaluate })).graph)).toBe(snapshotOf(once));
  await expectSameMeaning(before, once, TOLERANCE);
}

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

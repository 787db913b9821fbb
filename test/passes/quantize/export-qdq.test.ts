import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/ir/types.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { floatPasses } from '../../../src/passes/index.ts';
import { step } from '../../../src/passes/pass.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { quantizedTo } from '../../activations/four-bit.ts';
import { operatorsSideBySide } from '../../activations/operators.ts';
import { randomNetwork } from '../../e2e/random-network.ts';
import { described, throughFile } from '../../helpers/same-codes.ts';
import { encode, run } from '../retrain/support.ts';
import { evaluate, randomFeeds } from '../support.ts';

const FORMATS = ['int4', 'int3', 'ternary', 'pow2-4', 'codebook-16', 'ttq', 'codebook-8+rans'];

describe('a quantized graph, written and read back', () => {
  test.each(FORMATS)('%s', async (format) => {
    const { graph } = await run(encode(format));
    const again = await throughFile(graph);
    expect(described(again.graph)).toEqual(described(graph));
    expect(again.remarks).toEqual([]);
  });

  test('scales by layer', async () => {
    const { graph } = await run(encode('pow2-4', { scales: 'layer-pow2' }));
    expect(described((await throughFile(graph)).graph)).toEqual(described(graph));
  });

  test.each(Array.from({ length: 12 }, (_, i) => i + 1))('random network %i', async (seed) => {
    const network = randomNetwork(seed, 26);
    const dataset = { length: 4, sample: (index: number) => randomFeeds(network, index) };
    const steps = [...floatPasses.map((pass) => step(pass)), step(calibrate, { method: 'minmax' }), step(quantizeInt8)];
    const { graph } = await run(steps, network, dataset);
    const again = await throughFile(graph);
    expect(again.remarks).toEqual([]);
    // Reading a file merges tables that are alike.
    if (!hasTwins(graph)) expect(described(again.graph)).toEqual(described(graph));
    const codes = randomFeeds(buildOracle(graph), seed);
    expect(await evaluate(buildOracle(again.graph), codes)).toEqual(await evaluate(buildOracle(graph), codes));
  });

  test('all operators', async () => {
    const float = (
      await run(
        floatPasses.map((pass) => step(pass)),
        operatorsSideBySide().graph,
      )
    ).graph;
    const { graph } = await quantizedTo(float, []);
    expect(described((await throughFile(graph)).graph)).toEqual(described(graph));
  });
});

function hasTwins(graph: Graph): boolean {
  const tables = graph.nodes
    .filter(({ op }) => op === 'LookupTable')
    .map(({ inputs: [x, table] }) => `${x} ${graph.constants.get(table ?? '')?.data}`);
  return new Set(tables).size < tables.length;
}

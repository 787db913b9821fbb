import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { prune } from '../../src/ir/graph.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import type { Graph, Node } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { layersSideBySide } from '../formats/layers.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { quantizedLayers, quantizeGraph } from './layers.ts';
import { smallNetwork } from './network.ts';

const LAYERS = layersSideBySide(['x'], 1).nodes.map(({ name }) => name.replace('.x', ''));

const atmega = await loadTarget('atmega328p');
const attiny = await loadTarget('attiny85');

/** The same integers as onnxruntime, layer by layer, from tables in flash. Returns cycles. */
async function expectExact(graph: Graph, template: RegExp, target = atmega): Promise<number> {
  const program = lowerGraph(graph, { name: 'model', features: target.features });
  expect(program.calls.filter(({ macs }) => macs > 0).every((call) => template.test(call.template))).toBe(true);
  const plan = quickPlan(program);
  const files = emitC(program, plan, { features: target.features });
  const model = { name: 'model', graph, oracle: buildOracle(graph), program, plan, files };
  const data = randomDataset(datasetInputs(graph), 3, 1);
  return inFolder(async (directory) => {
    const toolchain = toolchainFor(target);
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize: '-Os', counts: true });
    expect([...verdict.layers, ...verdict.outputs].filter(({ different }) => different > 0)).toEqual([]);
    expect(verdict.passed).toBe(true);
    expect(verdict.counts?.unit).toBe('cycles');
    expect(verdict.counts?.total).toBeGreaterThan(100);
    expect(verdict.counts?.stackBytes).toBeGreaterThan(10);
    return verdict.counts?.total ?? 0;
  });
}

function alone(graph: Graph, node: Node): Graph {
  return prune({ ...graph, nodes: [node], inputs: [node.inputs[0]!], outputs: node.outputs as string[] });
}

await describeWith('AVR', toolchainFor(atmega).available, () => {
  test.each([
    ['ternary', 'pow2', /_adds$/],
    ['pow2-4', 'pow2', /_adds$/],
    ['int8', 'free', /_s8$/],
  ] as const)('every layer, %s with %s scales', async (format, scales, template) => {
    const { graph } = await quantizedLayers([format], 4, scales);
    expect(graph.nodes.map(({ name }) => name)).toEqual(LAYERS.map((name) => `${name}.${format}`));
    for (const node of graph.nodes) await expectExact(alone(graph, node), template);
  });

  test('products and quotients of codes far from their zero points, where int has 16 bits', async () => {
    const graph = parseGraph(`
      input x: i8[1,40]{scale=0.03, zero=-128}
      input z: i8[1,40]{scale=0.03, zero=-128}
      const axis: i64[1] = 1
      m: i8[1,40]{scale=0.3, zero=-128} = Mul(x, z)
      s: i8[1,1]{scale=14, zero=-128} = ReduceSumSquare(x, axis)
      p: i8[1,40]{scale=0.1, zero=-3} = PRelu(z, x)
      d: i8[1,40]{scale=0.05, zero=90} = Div(x, z)
      return m, s, p, d`);
    await expectExact(graph, /./);
  });

  test.each(['dense', 'one_dimension', 'strided'])(
    '%s without a multiplier: fewer cycles by additions',
    async (name) => {
      const layer = async (format: string, scales: 'pow2' | 'free') => {
        const { graph } = await quantizedLayers([format], 4, scales);
        return alone(graph, graph.nodes.find((node) => node.name === `${name}.${format}`)!);
      };
      const added = await expectExact(await layer('ternary', 'pow2'), /_adds$/, attiny);
      const multiplied = await expectExact(await layer('int8', 'free'), /_s8$/, attiny);
      expect(added * 3).toBeLessThan(multiplied);
    },
  );

  test('a whole network, ternary by additions', async () => {
    await expectExact((await quantizeGraph(smallNetwork('ternary'), ['ternary'], 2)).graph, /_adds$/);
  });

  test('the same in int8', async () => {
    await expectExact((await quantizeGraph(smallNetwork('int8'), ['int8'], 2, 'free')).graph, /_s8$/);
  });
});

test('a layer that cannot read tables from a flash of its own is refused', async () => {
  const float = smallNetwork('int8');
  expect(() => lowerGraph(float, { name: 'model', features: atmega.features })).toThrow(/cannot become C/);
});

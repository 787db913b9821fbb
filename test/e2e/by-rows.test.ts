import { expect, test } from 'vitest';
import { behindViews, fedInput } from '../../src/codegen/fed-input.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { chooseSegments, planRows } from '../../src/schedule/index.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { rowNetwork } from './row-network.ts';
import { compileGraph, type RowsToLower } from './support.ts';

const LAYERS = 8;
const SAMPLES = 2;

/** ROW_NETWORKS=n tries n seeds of each kind; ROW_NETWORKS_FROM=s starts there. */
const first = Number(process.env.ROW_NETWORKS_FROM ?? 1);
const seeds = (usual: number) => Array.from({ length: Number(process.env.ROW_NETWORKS ?? usual) }, (_, i) => first + i);

// More seeds of each kind were tried with ROW_NETWORKS than run here.
await checkTarget('host', 'int8', 5);
await checkTarget('host', 'int8', 2, 'fed');
await checkTarget('host', 'float32', 3);
await checkTarget('host', 'float32', 1, 'fed');
await checkTarget('cortex-m4f', 'int8', 2);
await checkTarget('cortex-m4f', 'int8', 1, 'fed');
await checkTarget('cortex-m55', 'int8', 1);

/** `fed`: the input comes by rows as well. */
async function checkTarget(
  name: string,
  precision: 'int8' | 'float32',
  usual: number,
  input: 'whole' | 'fed' = 'whole',
): Promise<void> {
  const target = await loadTarget(name);
  const toolchain = toolchainFor(target);
  await describeWith(`networks row by row in ${precision} on ${name}, input ${input}`, toolchain.available, () => {
    test.each(seeds(usual))('seed %i: results as in onnxruntime', (seed) =>
      inFolder(async (directory) => {
        const network = rowNetwork(seed, LAYERS);
        const rowsOf = input === 'fed' ? fromTheInput : longestSegment;
        const model = await compileGraph(network, `n${seed}`, target, precision, rowsOf);
        const data = randomDataset(datasetInputs(network), SAMPLES, seed);
        const sanitize = name === 'host';
        const verdict = await verifyModel(model, data, { toolchain, directory, optimize: '-O1', sanitize });
        const wrong = [...verdict.layers, ...verdict.outputs].filter((layer) => !agrees(layer, 1e-5));
        expect(
          wrong.map(({ value, different, maxError }) => `${value}: ${different} differ by up to ${maxError}`),
        ).toEqual([]);
        expect(model.program.calls.some(({ rowLoop }) => rowLoop)).toBe(true);
      }),
    );
  });
}

/** The segments of least memory, where the input comes by rows. */
function fromTheInput(graph: Graph): RowsToLower {
  const fed = fedInput(graph);
  const needs = { scratch: () => 0, overlap: () => null };
  return { segments: chooseSegments(behindViews(graph, fed), needs, { fed: fed.value }), fed };
}

/** The most consecutive nodes that can go row by row, with a result that they alone do not read. */
function longestSegment(graph: Graph): RowsToLower {
  const { nodes, outputs } = graph;
  for (let length = nodes.length; length > 1; length--) {
    for (let start = 0; start + length <= nodes.length; start++) {
      const segment = nodes.slice(start, start + length);
      const rest = nodes.filter((node) => !segment.includes(node));
      const outside = new Set([...outputs, ...rest.flatMap(({ inputs }) => inputs)]);
      const inside = segment.slice(0, -1).flatMap((node) => node.outputs);
      if (inside.some((value) => value !== null && outside.has(value))) continue;
      if (planRows(graph, segment)) return { segments: [segment] };
    }
  }
  return {};
}

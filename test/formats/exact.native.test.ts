import { beforeAll, expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { GRIDS } from './grids.ts';
import { quantizedLayers } from './quantized-layers.ts';

/** Few programs, so that few are built; not one, so that a failure is easy to look at. */
const BATCH = 7;
const BATCHES = Array.from({ length: Math.ceil(GRIDS.length / BATCH) }, (_, i) => ({
  first: i * BATCH,
  formats: GRIDS.slice(i * BATCH, (i + 1) * BATCH).map(({ format }) => format),
}));

const CORES = ['cortex-m0', 'cortex-m3', 'cortex-m4f', 'cortex-m33', 'cortex-m55'];

const quantized = new Map<number, { readonly graph: Graph; readonly data: Dataset }>();

beforeAll(async () => {
  for (const { first, formats } of BATCHES) quantized.set(first, await quantizedLayers(formats, first + 1));
});

await describeWith('every layer in every format on the host under sanitizers', hostGcc().available, () => {
  test.each(BATCHES)('$formats', async ({ first }) => {
    await expectExact(first, hostGcc(), { features: new Set(), sanitize: true, optimize: '-O1' });
  });
});

for (const core of CORES) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  await describeWith(`every layer in every format on ${core}`, toolchain.available, () => {
    test.each(BATCHES)('$formats', async ({ first }) => {
      await expectExact(first, toolchain, { features: target.features, optimize: '-O2' });
    });
  });
}

interface Settings {
  readonly features: ReadonlySet<string>;
  readonly optimize: Optimize;
  readonly sanitize?: boolean;
}

/** Every output of every layer is the integer that onnxruntime computes. */
async function expectExact(first: number, toolchain: Toolchain, settings: Settings): Promise<void> {
  const { graph, data } = quantized.get(first)!;
  const { features, optimize, sanitize = false } = settings;
  const program = lowerGraph(graph, { name: 'layers', features });
  const plan = quickPlan(program);
  const model = {
    name: 'layers',
    graph,
    oracle: buildOracle(graph),
    program,
    plan,
    files: emitC(program, plan, { features }),
  };
  await inFolder(async (directory) => {
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize, layers: false });
    const wrong = verdict.outputs.filter(({ exact, different, range }) => !exact || different > 0 || range < 20);
    expect(wrong).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
}

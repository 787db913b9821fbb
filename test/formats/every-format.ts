import { expect } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { inFolder } from '../verify/native.ts';
import { GRIDS } from './grids.ts';
import { quantizedLayers } from './quantized-layers.ts';

/** Few programs, so that few are built; not one, so that a failure is easy to look at. */
const BATCH = 7;

/** Every format of GRIDS, in batches of one program each. */
export const BATCHES = Array.from({ length: Math.ceil(GRIDS.length / BATCH) }, (_, batch) => ({
  batch,
  formats: GRIDS.slice(batch * BATCH, (batch + 1) * BATCH).map(({ format }) => format),
}));

interface Settings {
  readonly features: ReadonlySet<string>;
  readonly optimize: Optimize;
  readonly sanitize?: boolean;
}

const quantized = new Map<number, { readonly graph: Graph; readonly data: Dataset }>();

/** Every layer of a batch, quantized once for all cores. */
async function layersOf(batch: number) {
  const found = quantized.get(batch) ?? (await quantizedLayers(BATCHES[batch]!.formats, batch * BATCH + 1));
  quantized.set(batch, found);
  return found;
}

/** Every output of every layer is the integer that onnxruntime computes. */
export async function expectExact(batch: number, toolchain: Toolchain, settings: Settings): Promise<void> {
  const { graph, data } = await layersOf(batch);
  const { features, optimize, sanitize = false } = settings;
  const program = lowerGraph(graph, { name: 'layers', features });
  const plan = quickPlan(program);
  const files = emitC(program, plan, { features });
  const model = { name: 'layers', graph, oracle: buildOracle(graph), program, plan, files };
  await inFolder(async (directory) => {
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize, layers: false });
    const wrong = verdict.outputs.filter(({ exact, different, range }) => !exact || different > 0 || range < 20);
    expect(wrong).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
}

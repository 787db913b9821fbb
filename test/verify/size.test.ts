import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { harnessModel } from '../../src/verify/harness-model.ts';
import { measureFootprint } from '../../src/verify/size.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { describeWith, inFolder } from './native.ts';

const GRAPH = parseGraph(`
  input x: f32[3,5]
  const limit: f32[5] = 1, 300, 1e-9, -2.5, 0
  y: f32[3,5] = Add(x, limit)
  return y`);

const target = await loadTarget('cortex-m4f');
const toolchain = toolchainFor(target);

await describeWith('sizes measured on tables of zeros', toolchain.available, () => {
  test('are those of the tables with their values', async () => {
    const program = lowerGraph(GRAPH, { name: 'net', features: target.features });
    const plan = quickPlan(program);
    const files = emitC(program, plan, { features: target.features });
    const optimize = '-O2';
    const measured = await inFolder((directory) =>
      measureFootprint(toolchain, harnessModel(program, plan), { files, directory, optimize }),
    );
    const sizes = await inFolder(async (directory) =>
      toolchain.size(await toolchain.compile({ files, directory, optimize })),
    );
    const [, { rodata }] = [...sizes].find(([object]) => object.startsWith('net_weights.'))!;
    expect(program.tables.length).toBeGreaterThan(0);
    expect(rodata).toBeGreaterThan(0);
    expect(measured.flash.weightBytes).toBe(rodata);
  });
});

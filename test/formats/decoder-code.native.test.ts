import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { prune } from '../../src/ir/graph.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { harnessModel } from '../../src/verify/harness-model.ts';
import { measureFootprint } from '../../src/verify/size.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { quantizedLayers } from './quantized-layers.ts';

const target = await loadTarget('cortex-m4f');
const toolchain = toolchainFor(target);
const { features } = target;

await describeWith('one decoder for all layers of a model', toolchain.available, () => {
  test.each([
    ['int4+huffman', /^nn_(unpack_)?words?_s8$/],
    ['int4+rans', /^nn_unpack_rans_s8$/],
  ])('%s: code of at most 600 bytes', async (format, decoder) => {
    const { graph } = await quantizedLayers([format], 1);
    const program = lowerGraph(graph, { name: 'layers', features });
    const plan = quickPlan(program);
    await inFolder(async (directory) => {
      const files = emitC(program, plan, { features });
      const request = { files, directory, optimize: '-O2' } as const;
      const { flash } = await measureFootprint(toolchain, harnessModel(program, plan), request);
      const bytes = [...(flash.functions ?? [])].filter(([name]) => decoder.test(name)).map(([, size]) => size);
      expect(bytes.length).toBeGreaterThan(0);
      expect(bytes.reduce((a, b) => a + b)).toBeLessThanOrEqual(600);
    });
  });
});

const SMALL = toolchainFor(await loadTarget('cortex-m0plus'));

await describeWith('codes of a byte or two', SMALL.available, () => {
  test.each(['int4+huffman', 'pow2v-4'])('%s: no warning about reads beyond', async (format) => {
    const { graph } = await quantizedLayers([format], 1);
    const name = `one_weight.${format}`;
    const program = lowerGraph(prune({ ...graph, inputs: [`x.${name}`], outputs: [name] }), { name: 'layer' });
    const files = emitC(program, quickPlan(program));
    // Small enough for gcc to know where the table ends, and what reads it.
    for (const optimize of ['-O2', '-Os'] as const) {
      await inFolder((directory) => SMALL.compile({ files, directory, optimize }));
    }
  });
});

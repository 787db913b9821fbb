import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { harnessModel } from '../../src/verify/harness-model.ts';
import { measureFootprint } from '../../src/verify/size.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
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
    const plan = planMemory(program);
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

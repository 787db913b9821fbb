import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import type { Graph } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import type { Target } from '../../src/targets/target.ts';
import { harnessModel } from '../../src/verify/harness-model.ts';
import { multiplications } from '../../src/verify/multiplications.ts';
import type { Optimize } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { quantizedLayers, quantizeGraph } from './layers.ts';
import { smallNetwork } from './network.ts';

const CORES = ['cortex-m0-slow-mul', 'rv32i', 'rv32ec', 'avr', 'avr-no-mul'];

/** A multiplication of 8 bits is cheap on AVR: only powers of two are added there. */
const formatsOf = (features: ReadonlySet<string>) =>
  features.has('mul8') ? ['pow2-4', 'pow2p-4', 'ternary'] : ['pow2-4', 'pow2p-4', 'ternary', 'int4', 'int8'];

/** avr-gcc for size turns running addresses back into products, unless it is told not to; what -O3 makes is too large. */
const SMALL = { levels: ['-Os', '-O2'], flags: ['-fno-ivopts'] } as const;
const LARGE = { levels: ['-Os', '-O2', '-O3'], flags: [] } as const;

/** What multiplies in software takes more than the 8 KB of the part that stands for the core. */
function withRoom(target: Target): Target {
  const flags = [...target.toolchain.flags, '-Wl,--defsym=__TEXT_REGION_LENGTH__=64K'];
  return { ...target, toolchain: { ...target.toolchain, flags } };
}

for (const core of CORES) {
  const target = await loadTarget(core);
  const isSmall = target.core === 'avr-no-mul';
  const toolchain = toolchainFor(isSmall ? withRoom(target) : target);
  const { levels, flags } = isSmall ? SMALL : LARGE;

  /** The multiplications in the whole program of a model, libraries included. */
  const multipliesOf = (graph: Graph, optimize: Optimize) =>
    inFolder(async (directory) => {
      const program = lowerGraph(graph, { name: 'model', features: target.features });
      const plan = quickPlan(program);
      const files = emitC(program, plan, { features: target.features });
      const compiled = await toolchain.compile({ files, directory, optimize, flags });
      const { inputs, outputs } = harnessModel(program, plan);
      const roots = ['model_run', ...[...inputs, ...outputs].map(({ accessor }) => accessor)];
      const alone = await toolchain.linkAlone!(compiled, roots);
      return multiplications(toolchain.objdump, alone.program, 'model_run');
    });

  await describeWith(`multiplications on ${core}`, toolchain.available, () => {
    test.skipIf(isSmall).each(formatsOf(target.features))('none in any layer in %s', async (format) => {
      const { graph } = await quantizedLayers([format], 2);
      expect(await multipliesOf(graph, '-O2')).toEqual([]);
    });

    test.each(levels)('none in a whole network at %s', async (optimize) => {
      const { graph } = await quantizeGraph(smallNetwork('ternary'), ['ternary'], 3);
      expect(await multipliesOf(graph, optimize)).toEqual([]);
    });

    test('some in the same network with free scales', async () => {
      const { graph } = await quantizeGraph(smallNetwork('int8'), ['int8'], 3, 'free');
      expect((await multipliesOf(graph, '-Os')).length).toBeGreaterThan(0);
    });
  });
}

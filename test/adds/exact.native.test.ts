import { beforeAll, expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { ADDED, type QuantizedLayers, quantizedLayers, quantizeGraph } from './layers.ts';
import { smallNetwork } from './network.ts';

const CORES = ['cortex-m0-slow-mul', 'rv32i', 'rv32ec'];
/** On emulated cores, which compile the same C: one of each kind. */
const FEW = ['pow2-5', 'pow2p-4', 'ternary', 'int8'];

/** All kinds of layers in one program, ternary. */
const NETWORK = 'a network';

const quantized = new Map<string, QuantizedLayers>();

beforeAll(async () => {
  for (const [i, format] of ADDED.entries()) quantized.set(format, await quantizedLayers([format], i + 1));
  quantized.set(NETWORK, await quantizeGraph(smallNetwork('ternary'), ['ternary'], 1));
});

await describeWith('every layer by additions on the host under sanitizers', hostGcc().available, () => {
  test.each([...ADDED, NETWORK])('%s', async (format) => {
    const settings = { features: new Set(['no-mul']), sanitize: true, optimize: '-O1' } as const;
    await expectExact(format, hostGcc(), settings);
  });
});

for (const core of CORES) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  await describeWith(`every layer by additions on ${core}`, toolchain.available, () => {
    test.each([...FEW, NETWORK])('%s', async (format) => {
      await expectExact(format, toolchain, { features: target.features, optimize: '-O2' });
    });
  });
}

interface Settings {
  readonly features: ReadonlySet<string>;
  readonly optimize: Optimize;
  readonly sanitize?: boolean;
}

/** Every layer is made of additions, and every output is the integer that onnxruntime computes. */
async function expectExact(format: string, toolchain: Toolchain, settings: Settings): Promise<void> {
  const { graph, data } = quantized.get(format)!;
  const { features, optimize, sanitize = false } = settings;
  const program = lowerGraph(graph, { name: 'layers', features });
  expect(program.calls.filter(({ macs }) => macs > 0).map(({ template }) => template)).toEqual(
    program.calls.filter(({ macs }) => macs > 0).map(() => expect.stringMatching(/_adds$/)),
  );
  const plan = quickPlan(program);
  const files = emitC(program, plan);
  const model = { name: 'layers', graph, oracle: buildOracle(graph), program, plan, files };
  await inFolder(async (directory) => {
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize, layers: false });
    const wrong = verdict.outputs.filter(({ exact, different, range }) => !exact || different > 0 || range < 5);
    expect(wrong).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
}

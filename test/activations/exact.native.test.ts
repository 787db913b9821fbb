import { beforeAll, test } from 'vitest';
import { isPacked } from '../../src/ir/tensor.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith } from '../verify/native.ts';
import { expectExact } from './expect-exact.ts';
import { operatorsSideBySide } from './operators.ts';
import { layersTo, type Quantized, quantizedTo } from './quantized.ts';

/** Bits of input and output, and how the weights are stored: 4-bit codes meet every way in which weights are read. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'layers with plain and inline weights': ['44.int8', '48.int4', '84.int2', '44.ternary', '84.int8'],
  'layers with weights that are unpacked': ['44.codebook-16', '48.int4+huffman', '84.codebook-9', '44.pow2p-4'],
};
const OPERATORS = 'operators';
const CASES = [...Object.keys(LAYERS), OPERATORS];
/** Each set of kernels on the core it is for. */
const CORES = ['cortex-m4f', 'cortex-m55'];
/** These compile C that others compile as well: one of the cases each. */
const IN_TURNS = ['cortex-m33', 'cortex-m0', 'cortex-m3'];

const quantized = new Map<string, Quantized>();
const PACKED = [isPacked, /\.[48]4/] as const;

beforeAll(async () => {
  for (const [name, suffixes] of Object.entries(LAYERS)) quantized.set(name, await layersTo(suffixes, 4));
  const { graph, activations } = operatorsSideBySide();
  quantized.set(OPERATORS, await quantizedTo(graph, activations));
});

await describeWith('4-bit activations on the host under sanitizers', hostGcc().available, () => {
  test.each(CASES)('%s', (name) =>
    expectExact(quantized.get(name)!, PACKED, hostGcc(), { optimize: '-O1', sanitize: true }),
  );
});

for (const core of [...CORES, ...IN_TURNS]) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  const turn = IN_TURNS.indexOf(core);
  await describeWith(`4-bit activations on ${core}`, toolchain.available, () => {
    test.each(CASES.filter((_, i) => turn < 0 || i === turn))('%s', (name) =>
      expectExact(quantized.get(name)!, PACKED, toolchain, { features: target.features, optimize: '-O2' }),
    );
  });
}

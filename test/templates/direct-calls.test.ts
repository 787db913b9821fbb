import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { TEMPLATE_ROOT } from '../../src/codegen/templates.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import type { Graph } from '../../src/ir/types.ts';
import { KERNEL_SETS } from '../../src/kernels/sets.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { harnessModel } from '../../src/verify/harness-model.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { measureFootprint } from '../../src/verify/size.ts';
import type { BuildRequest, Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { quickPlan } from '../helpers/quick-plan.ts';
import { describeWith, inFolder } from '../verify/native.ts';

/** `(*name)(...)`, and a typedef of a function. */
const POINTER_TO_FUNCTION = /\(\s*\*\s*\w*\s*\)\s*\(|^typedef\s[^;{}()]*\w\s*\(/m;

test('no kernel and no layer knows a pointer to a function', () => {
  expect(POINTER_TO_FUNCTION.test('int run(int (*step)(int))')).toBe(true);
  expect(POINTER_TO_FUNCTION.test('typedef float activation(float v);')).toBe(true);
  const files = KERNEL_SETS.flatMap(({ name: set }) =>
    readdirSync(join(TEMPLATE_ROOT, set), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => POINTER_TO_FUNCTION.test(readFileSync(file, 'utf8')))).toEqual([]);
});

/** Cells with different activations and sizes, of which gcc cannot make one function with constants inside. */
const RECURRENT = parseGraph(`
  input x: f32[3,1,4]
  const w1: f32[1,12,4] = ${ramp(48)}
  const r1: f32[1,12,3] = ${ramp(36)}
  const w2: f32[2,20,3] = ${ramp(120)}
  const r2: f32[2,20,5] = ${ramp(200)}
  const w3: f32[1,3,4] = ${ramp(12)}
  const r3: f32[1,3,3] = ${ramp(9)}
  const w4: f32[2,3,4] = ${ramp(24)}
  const r4: f32[2,3,3] = ${ramp(18)}
  const w5: f32[1,9,4] = ${ramp(36)}
  const r5: f32[1,9,3] = ${ramp(27)}
  a: f32[3,1,1,3], ah: f32[1,1,3], ac: f32[1,1,3] = LSTM(x, w1, r1) hidden_size=3
  flat: f32[3,1,3] = Reshape(a, flat_shape)
  const flat_shape: i64[3] = 3, 1, 3
  b: f32[3,2,1,5], bh: f32[2,1,5], bc: f32[2,1,5] = LSTM(flat, w2, r2) hidden_size=5 direction="bidirectional" activations=["Sigmoid","Tanh","Relu","HardSigmoid","Softsign","Elu"]
  c: f32[3,1,1,3], ch: f32[1,1,3] = RNN(x, w3, r3) hidden_size=3 activations=["Relu"]
  d: f32[3,2,1,3], dh: f32[2,1,3] = RNN(x, w4, r4) hidden_size=3 direction="bidirectional" activations=["Tanh","Softplus"]
  e: f32[3,1,1,3], eh: f32[1,1,3] = GRU(x, w5, r5) hidden_size=3
  f: f32[3,1,1,3], fh: f32[1,1,3] = GRU(x, w5, r5) hidden_size=3 linear_before_reset=1 activations=["HardSigmoid","LeakyRelu"]
  return b, c, d, e, f`);

function ramp(count: number): string {
  return Array.from({ length: count }, (_, i) => ((i * 37) % 19) / 19 - 0.5).join(', ');
}

type Options = Pick<BuildRequest, 'optimize' | 'flags'>;

async function footprint(graph: Graph, toolchain: Toolchain, features: ReadonlySet<string>, options: Options) {
  const program = lowerGraph(graph, { name: 'cells' });
  const plan = quickPlan(program);
  const files = emitC(program, plan, { features });
  return inFolder((directory) =>
    measureFootprint(toolchain, harnessModel(program, plan), { files, directory, ...options }),
  );
}

const host = hostGcc();
await describeWith('on the host', host.available, () => {
  test('recurrent layers have no variables in position-independent code', async () => {
    expect((await footprint(RECURRENT, host, new Set(), { optimize: '-O2', flags: ['-fPIE'] })).staticRamBytes).toBe(0);
  });
});

for (const name of ['cortex-m0', 'cortex-m4f']) {
  const target = await loadTarget(name);
  const toolchain = toolchainFor(target);
  await describeWith(`on ${name}`, toolchain.available, () => {
    test.each(['-O0', '-O2'] as const)('the stack of recurrent layers has a bound at %s', async (optimize) => {
      const { stack } = await footprint(RECURRENT, toolchain, target.features, { optimize });
      expect(stack?.bytes).toBeGreaterThan(0);
    });
  });
}

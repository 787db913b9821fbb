import { expect, test } from 'vitest';
import { emitSelfTest } from '../../src/codegen/emit-self-test.ts';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { knownAnswers } from '../../src/verify/known-answers.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { TINY } from './tiny.ts';

/** Two inputs of different types, two outputs, one of them integer, one with infinities. */
const SEVERAL = `
input a: f32[3]
input "b/c": u8[3]
const zero: f32[1] = 0
n: f32[3] = Cast("b/c") to=1
s: f32[3] = Add(a, n)
y: f32[3] = Div(s, zero)
z: i32[3] = Cast(n) to=6
return y, z`;

async function selfTest(text: string, precision: 'float32' | 'int8') {
  const compilation = await compileModel({
    model: exportOnnx(parseGraph(text)),
    name: 'tiny',
    target: await loadTarget('host'),
    precision,
    calibration: async (graph) => randomDataset(datasetInputs(graph), 8, 1),
  });
  const data = randomDataset(datasetInputs(compilation.floatGraph), 3, 2);
  const answers = await knownAnswers(compilation, data, 3);
  const files = emitSelfTest(compilation.program, answers, {
    provenance: compilation.provenance,
    files: compilation.files,
  });
  return new Map([...compilation.files, ...files]);
}

/** Builds with the product's warnings as errors, under sanitizers, and gives what the self-test returned. */
function runSelfTest(files: ReadonlyMap<string, string>): Promise<number> {
  const main = `#include "tiny_selftest.h"
int main(void)
{
    static tiny_arena arena;
    return tiny_selftest(&arena);
}
`;
  // What the port of a host needs to know of the model.
  const model = '#include "tiny.h"\ntypedef tiny_arena harness_arena;\n#define HARNESS_RUN tiny_run\n';
  const withMain = new Map([...files, ['main.c', main], ['harness_model.h', model]]);
  return inFolder(async (directory) => {
    const gcc = hostGcc();
    const built = await gcc.build({ files: withMain, directory, optimize: '-O1', sanitize: true });
    return (await gcc.run(built)).exitCode;
  });
}

await describeWith('self-test with known answers', hostGcc().available, () => {
  test.each([
    ['float32', TINY, 'float32'],
    ['int8', TINY, 'int8'],
    ['several inputs and outputs', SEVERAL, 'float32'],
  ] as const)('%s passes', async (_title, text, precision) => {
    expect(await runSelfTest(await selfTest(text, precision))).toBe(0);
  });

  test.each(['float32', 'int8'] as const)('%s finds a wrong weight', async (precision) => {
    const files = new Map(await selfTest(TINY, precision));
    const weights = files.get('tiny_weights.c') ?? '';
    const broken = weights.replace(
      /(= \{\s+)(-?\d+)/,
      (_all, start, first) => `${start}${Number(first) > 0 ? '-77' : '77'}`,
    );
    expect(broken).not.toBe(weights);
    expect(await runSelfTest(files.set('tiny_weights.c', broken))).toBe(1);
  });

  test('is the same twice, and without a date', async () => {
    const files = await selfTest(TINY, 'int8');
    expect(await selfTest(TINY, 'int8')).toEqual(files);
    expect(files.get('tiny_selftest.c')).not.toMatch(/20\d\d/);
  });
});

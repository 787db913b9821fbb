import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { typeOf } from '../../src/ir/graph.ts';
import type { Json } from '../../src/ir/program.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { must } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';

const rng = createRng(4);
const normal = (count: number, size: number) =>
  Array.from({ length: count }, () => (rng.normal() * size).toFixed(4)).join(', ');

/** Tables of 50 rows in these formats, and the bytes that each takes with what its decoder looks up. */
const FORMATS: Readonly<Record<string, number>> = {
  int4: 450,
  int3: 350 + 8,
  int2: 250,
  ternary: 200,
  ttq: 200 + 3,
  'pow2-4': 450,
  'pow2p-3': 350 + 8,
  'codebook-16': 450 + 16,
  'codebook-8/4': 50 * (4 + 7) + 4 * 8 + 25,
};
const TABLES = Object.keys(FORMATS).map((_, i) => `t${i}`);

/** The same words in as many tables; rows of 18 numbers fill no whole group of any packing. */
const TEXT = exportOnnx(
  parseGraph(`
    input words: i64[1,9]
    const g: f32[18] = ${normal(18, 1)}
    const b: f32[18] = ${normal(18, 0.5)}
    const h: f32[18,5] = ${normal(90, 0.4)}
    const rows: i64[1] = 1
    ${TABLES.map((table) => `const ${table}.w: f32[50,18] = ${normal(900, 0.6)}`).join('\n')}
    ${TABLES.map((table) => `${table}: f32[1,9,18] = Gather(${table}.w, words)`).join('\n')}
    s: f32[1,9,18] = Sum(${TABLES})
    n: f32[1,9,18] = LayerNormalization(s, g, b)
    p: f32[1,18] = ReduceMean(n, rows) keepdims=0
    y: f32[1,5] = MatMul(p, h)
    return y`),
);
const IN_FORMATS = [
  ...Object.keys(FORMATS).map((format, i) => ({ match: TABLES[i]!, format })),
  { match: 'y', format: 'int3' },
];

async function compiled(model: Uint8Array, weights?: Json, activations?: Json) {
  return compileModel({
    model,
    name: 'text',
    target: await loadTarget('host'),
    ...(weights !== undefined && {
      calibration: async (graph) => randomDataset(datasetInputs(graph), 24, 1),
      weights,
      ...(activations !== undefined && { activations }),
    }),
  });
}

type Compiled = Awaited<ReturnType<typeof compiled>>;

async function verified(model: Compiled): Promise<void> {
  const data = randomDataset(datasetInputs(model.imported), 40, 5);
  const options = { toolchain: hostGcc(), sanitize: true };
  const { passed, layers } = await inFolder((directory) => verifyModel(model, data, { ...options, directory }));
  expect(layers.filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
  expect(passed).toBe(true);
}

function tableOf({ graph }: Compiled, output: string) {
  const node = must(
    graph.nodes.find(({ outputs }) => outputs[0] === output),
    output,
  );
  return must(typeOf(graph, node.inputs[0]).quant, 'a quantized table');
}

function tableBytes({ program }: Compiled, node: string): number {
  const call = must(
    program.calls.find((one) => one.node === node),
    node,
  );
  const own = program.tables.filter(({ symbol, kind }) => call.constants.includes(symbol) && kind === 'weights');
  return own.reduce((sum, { data }) => sum + data.byteLength, 0);
}

function realValues({ graph }: Compiled): string[] {
  const real = [...graph.types].filter(([value, { dtype }]) => dtype === 'f32' && !graph.constants.has(value));
  return real.map(([value]) => value);
}

await describeWith('embeddings in few bits', hostGcc().available, () => {
  test.each([8, 4, 16])('rows are found by their number in every format: results of %i bits', async (bits) => {
    const model = await compiled(TEXT, IN_FORMATS, bits === 8 ? undefined : [{ match: '*', bits }]);
    const stored = TABLES.map((table) => [tableOf(model, table).format, tableBytes(model, table)]);
    expect(Object.fromEntries(stored)).toEqual(FORMATS);
    expect(typeOf(model.graph, model.graph.nodes.at(-1)?.inputs[1]).quant?.format).toBe('int3');
    expect(realValues(model)).toEqual([]);
    await verified(model);
  });

  test.each([
    ['int4+rans', 'int4', /stored as int4: rows of int4\+rans are read one after the other/],
    ['pow2v-4', 'int8', /stored as int8: rows of pow2v-4 are read one after the other/],
    ['intv-3', 'int8', /stored as int8: rows of intv-3 differ in length/],
  ])('%s has no rows that can be picked: %s, and the report says so', async (format, stored, remark) => {
    const model = await compiled(TEXT, [{ match: 't0', format }]);
    expect(tableOf(model, 't0').format ?? 'int8').toBe(stored);
    expect(model.remarks.filter(({ node }) => node === 't0').map(({ text }) => text)).toEqual([
      expect.stringMatching(remark),
    ]);
  });
});

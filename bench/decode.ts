/**
 * npm run bench:decode [-- CORE...]: what it costs to read weights of few bits instead of bytes, for every format, kind of layer and
 * core, into docs/benchmarks/decode.md and decode.json. Cores that are not named keep their rows.
 *
 * Layers of one kind and two sizes with normal weights are encoded by the few-bit pass, compiled and run under QEMU, and
 * so are the same layers with int8 weights. The difference in instructions, divided by the number of weights, is a line
 * over the number of times that an inference uses a weight: a + b uses.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileModel } from '../src/compile.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import { randomDataset } from '../src/data/random-dataset.ts';
import { exportOnnx } from '../src/frontend/export-onnx.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { floatPasses } from '../src/passes/float/index.ts';
import { step } from '../src/passes/pass.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { must } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { type DecodeLayer, decodeGraph, decodeLayers } from './decode-layers.ts';
import { updateTable } from './table.ts';
import { type DecodeRow, decodeTable } from './tables/decode.ts';

/** One of each decoder, and of each width where that matters. */
const FORMATS = [
  ...['int4', 'int3', 'int2', 'pow2-5', 'pow2-4', 'pow2-3', 'pow2-2', 'pow2p-4', 'pow2p-3', 'pow2v-5', 'pow2v-4'],
  ...['ternary', 'ttq', 'codebook-4', 'codebook-16', 'codebook-256', 'codebook-16/4', 'intv-3'],
  ...['int8+huffman', 'int4+huffman', 'pow2-4+huffman', 'ternary+huffman', 'codebook-16+huffman'],
  ...['int4+rans', 'ternary+rans'],
];

const SEED = 1;
const folder = await mkdtemp(join(tmpdir(), 'nibblec-decode-'));
const asked = process.argv.slice(2);
for (const core of must(decodeTable.units, 'cores').filter((core) => asked.length === 0 || asked.includes(core))) {
  const plain = await countLayers(core, 'int8');
  const rows: DecodeRow[] = [];
  for (const format of FORMATS) {
    const packed = await countLayers(core, format);
    rows.push(...decodeLayers.map((layer, i) => ({ core, format, ...difference(layer, plain[i], packed[i]) })));
    console.log(`${core} ${format}`);
  }
  await updateTable(decodeTable, rows);
}
await rm(folder, { recursive: true });

/** Instructions of both sizes of each layer. */
async function countLayers(core: string, format: string): Promise<(readonly [number, number])[]> {
  const graph = decodeGraph(SEED);
  const compilation = await compileModel({
    model: exportOnnx(graph),
    name: 'decode',
    target: await loadTarget(core),
    recipe: [
      ...floatPasses,
      calibrate,
      quantizeInt8,
      step(fewBit, { layers: [{ match: '*', format, method: 'nearest' }], samples: 16 }),
    ],
    calibration: async (imported) => randomDataset(datasetInputs(imported), 16, SEED),
  });
  const dataset = must(compilation.dataset, 'samples');
  const { counts } = await verifyModel(compilation, dataset, {
    toolchain: toolchainFor(compilation.target),
    directory: folder,
    samples: 1,
    layers: false,
    counts: true,
  });
  const { calls } = compilation.program;
  const instructions = (node: string) =>
    calls.reduce((sum, call, i) => sum + (call.node === node ? must(counts, 'counts').layers[i] : 0), 0);
  return decodeLayers.map(({ name }) => [instructions(`${name}.small`), instructions(`${name}.large`)] as const);
}

/** The line through both sizes. */
function difference(
  { name, weights, uses }: DecodeLayer,
  plain: readonly [number, number],
  packed: readonly [number, number],
): Omit<DecodeRow, 'core' | 'format'> {
  const extra = [0, 1].map((size) => (packed[size] - plain[size]) / weights);
  const perUse = (extra[1] - extra[0]) / (uses[1] - uses[0]);
  return { layer: name, perWeight: extra[0] - perUse * uses[0], perUse, uses, int8: plain, packed, weights };
}

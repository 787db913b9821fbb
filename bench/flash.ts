/**
 * npm run bench:flash [-- MODEL...]: what the linked program takes for each format of weights, into
 * docs/benchmarks/flash.md and flash.json: Cortex-M4F at -O2, instructions per inference under QEMU. Models that are not
 * named keep their rows.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateC, transformModel } from '../src/compile.ts';
import { type Dataset, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import { entropyConstrained } from '../src/passes/fewbit/entropy-constrained.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { floatPasses } from '../src/passes/float/index.ts';
import { type Step, step } from '../src/passes/pass.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { loadTarget } from '../src/targets/load.ts';
import { harnessModel } from '../src/verify/harness-model.ts';
import { measureFootprint } from '../src/verify/size.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { type BenchedModel, benchedModels } from './bench-data.ts';
import { outputErrorOf } from './output-error.ts';
import { weightBytes, weightCount } from './weight-sizes.ts';

/** ad has no data but 16 windows, which serve for calibration and comparison. */
const MODELS = ['kws_float', 'ic', 'ad'];
const CORE = 'cortex-m4f';

const encoded = (format: string): Step =>
  step(fewBit, { layers: [{ match: '*', format }], samples: 32, damping: [0.1] });
const budget = (bits: number): Step => step(entropyConstrained, { bits, samples: 32, damping: [0.1] });

const FORMATS: Readonly<Record<string, readonly Step[]>> = {
  int8: [],
  ...Object.fromEntries(
    [
      ...['int4', 'pow2p-4', 'codebook-16', 'codebook-16/4', 'intv-4', 'int3', 'intv-3', 'ternary'],
      ...['int4+huffman', 'int4+rans', 'ternary+rans'],
    ].map((format) => [format, [encoded(format)]]),
  ),
  'entropy-constrained, 2 bits': [budget(2)],
};

interface Row {
  readonly model: string;
  readonly format: string;
  /** The linked program: code, weights and tables, what it needs of the libraries. */
  readonly flashBytes: number;
  readonly codeBytes: number;
  /** Weights and the tables that decode them, biases and multipliers. */
  readonly constantBytes: number;
  readonly bitsPerWeight: number;
  readonly instructions: number | null;
  readonly arenaBytes: number;
  /** Squared error of the outputs in parts of their power. */
  readonly outputError: number;
}

const path = (name: string) => fileURLToPath(new URL(`../docs/benchmarks/${name}`, import.meta.url));
const target = await loadTarget(CORE);
const toolchain = toolchainFor(target);
const folder = await mkdtemp(join(tmpdir(), 'nibblec-flash-'));
const asked = process.argv.slice(2);
let rows: Row[] = await readFile(path('flash.json'), 'utf8').then(JSON.parse, () => []);
for (const model of benchedModels().filter(({ name }) => (asked.length > 0 ? asked : MODELS).includes(name))) {
  for (const [format, steps] of Object.entries(FORMATS)) {
    const row = await benchFormat(model, format, steps);
    console.log(`${row.model} ${format}: flash ${row.flashBytes}, ${row.instructions} instructions`);
    rows = [...rows.filter((known) => known.model !== row.model || known.format !== format), row];
    const ordered = MODELS.flatMap((name) =>
      Object.keys(FORMATS).flatMap((own) => rows.find((known) => known.model === name && known.format === own) ?? []),
    );
    await writeFile(path('flash.json'), `${JSON.stringify(ordered, null, 1)}\n`);
    await writeFile(path('flash.md'), markdown(ordered));
  }
}
await rm(folder, { recursive: true });

async function benchFormat(model: BenchedModel, format: string, steps: readonly Step[]): Promise<Row> {
  const options = {
    model: await readFile(model.path),
    name: model.name,
    target,
    calibration: (graph: Graph): Promise<Dataset> => loadDataset(model.calibration, datasetInputs(graph)),
    recipe: [...floatPasses, calibrate, quantizeInt8, ...steps],
  };
  const transformation = await transformModel(options);
  const compilation = generateC(transformation, options);
  const { program, plan, files } = compilation;
  const request = { files, directory: join(folder, 'core'), optimize: '-O2' } as const;
  const { flash } = await measureFootprint(toolchain, harnessModel(program, plan), request);
  const data = await loadDataset(model.test, datasetInputs(transformation.floatGraph));
  const run = await verifyModel(compilation, data, { ...request, toolchain, samples: 1, layers: false, counts: true });
  return {
    model: model.name,
    format,
    flashBytes: flash.bytes,
    codeBytes: flash.codeBytes,
    constantBytes: flash.weightBytes,
    bitsPerWeight: (8 * weightBytes(program)) / weightCount(transformation.graph),
    instructions: run.counts?.total ?? null,
    arenaBytes: plan.arenaBytes,
    outputError: await outputErrorOf(transformation, data, 200),
  };
}

function markdown(all: readonly Row[]): string {
  const number = (value: number | null) => (value === null ? '-' : value.toLocaleString('en-US'));
  const lines = all.map((row) => {
    const int8 = all.find(({ model, format }) => model === row.model && format === 'int8');
    const share = int8 ? `${((100 * row.flashBytes) / int8.flashBytes).toFixed(0)} %` : '-';
    const sizes = [number(row.flashBytes), share, number(row.codeBytes), number(row.constantBytes)];
    const costs = [row.bitsPerWeight.toFixed(2), number(row.instructions), number(row.arenaBytes)];
    return `| ${[row.model, row.format, ...sizes, ...costs, row.outputError.toExponential(1)].join(' | ')} |`;
  });
  return `# Flash

Written by \`npm run bench:flash\`; do not edit. The linked program on a Cortex-M4F at -O2, for all layers in one format:
code, constants (weights, the tables of their decoders, biases, multipliers) and what it needs of the libraries.
Instructions are those of one inference under QEMU. The output error is the squared error of the outputs in parts of
their power, over 200 test samples; ad, an autoencoder, is calibrated with and judged on the 16 windows that there are.

In a net of some 20,000 weights the entropy codes of int4 do not pay: gcc builds the decoder into every layer, and rows
that fill their grid leave little to gain. They pay where weights are many, or most codes zero.

| model | weights | flash | of int8 | code | constants | bits per weight | instructions | arena | output error |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

/**
 * npm run bench:flash [-- MODEL...]: what the linked program takes for each format of weights, into
 * docs/benchmarks/flash.md and flash.json: Cortex-M4F at -O2, instructions per inference under QEMU. Models that are not
 * named keep their rows.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateC, transformModel } from '../src/compile.ts';
import { type Dataset, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import { dropEntropyCodes } from '../src/passes/fewbit/drop-entropy-codes.ts';
import { entropyConstrained } from '../src/passes/fewbit/entropy-constrained.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { floatPasses } from '../src/passes/float/index.ts';
import { type Step, step } from '../src/passes/pass.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { must } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { harnessModel } from '../src/verify/harness-model.ts';
import { measureFootprint } from '../src/verify/size.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { type BenchedModel, benchedModels } from './bench-data.ts';
import { outputErrorOf } from './output-error.ts';
import { updateTable } from './table.ts';
import { type FlashRow, flashTable } from './tables/flash.ts';
import { weightBytes, weightCount } from './weight-sizes.ts';

const CORE = 'cortex-m4f';

const encoded = (format: string): Step[] => [
  step(fewBit, { layers: [{ match: '*', format }], samples: 32, damping: [0.1] }),
  step(dropEntropyCodes),
];
const budget = (bits: number): Step => step(entropyConstrained, { bits, samples: 32, damping: [0.1] });

const FORMATS: Readonly<Record<string, readonly Step[]>> = {
  int8: [],
  ...Object.fromEntries(
    [
      ...['int4', 'pow2p-4', 'codebook-16', 'codebook-16/4', 'intv-4', 'int3', 'intv-3', 'ternary'],
      ...['int4+huffman', 'int4+rans', 'ternary+rans'],
    ].map((format) => [format, encoded(format)]),
  ),
  'entropy-constrained, 2 bits': [budget(2)],
};

const target = await loadTarget(CORE);
const toolchain = toolchainFor(target);
const folder = await mkdtemp(join(tmpdir(), 'nibblec-flash-'));
const asked = process.argv.slice(2);
const wanted = asked.length > 0 ? asked : must(flashTable.units, 'models');
for (const model of benchedModels().filter(({ name }) => wanted.includes(name))) {
  const rows: FlashRow[] = [];
  for (const [format, steps] of Object.entries(FORMATS)) {
    const row = await benchFormat(model, format, steps);
    console.log(`${row.model} ${format}: flash ${row.flashBytes}, ${row.instructions} instructions`);
    rows.push(row);
  }
  await updateTable(flashTable, rows);
}
await rm(folder, { recursive: true });

async function benchFormat(model: BenchedModel, format: string, steps: readonly Step[]): Promise<FlashRow> {
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

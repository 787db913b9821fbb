/**
 * npm run bench:aciq [-- MODEL...]: the ablation of ACIQ (Banner et al., NeurIPS 2019) for 4-bit weights and activations,
 * into docs/benchmarks/aciq.md and aciq.json: clipping, bit allocation and bias correction, each alone and all together. Top-1
 * is that of the C over the labelled test set. Models that are not named keep their rows.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../src/ir/program.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { type Step, step } from '../src/passes/pass.ts';
import type { Pipeline } from '../src/passes/pipeline.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { equalize } from '../src/passes/quantize/equalize.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { must } from '../src/support/errors.ts';
import { benchedModels } from './bench-data.ts';
import { measureRecipe } from './measure-recipe.ts';
import { updateTable } from './table.ts';
import { type AciqRow, aciqTable } from './tables/aciq.ts';

/** As in the paper: nothing but rounding to the nearest level, the ends of the network in 8 bits. */
const BARE = { method: 'nearest', importance: 'none', clip: 'max', correction: 'none' };
const weights = (format: string, settings: { [key: string]: Json } = {}): Json => [
  { match: '*', format, ...BARE, ...settings },
  { match: ':first', format: 'int8', ...BARE },
  { match: ':last', format: 'int8', ...BARE },
];

const SETTINGS: Readonly<Record<string, Json>> = {
  '8 bits': weights('int8'),
  naive: weights('int4'),
  clipping: weights('int4', { clip: 'aciq' }),
  'bit allocation': weights('intv-4', { widths: 'aciq' }),
  'bit allocation, greedy': weights('intv-4', { widths: 'greedy' }),
  'bias correction': weights('int4', { correction: 'weights' }),
  'all three': weights('intv-4', { clip: 'aciq', widths: 'aciq', correction: 'weights' }),
  'all three, greedy': weights('intv-4', { clip: 'aciq', correction: 'weights' }),
};

/** 4-bit activations but for the ends, by how their range is chosen. */
const RANGES = { naive: 'minmax', 'ACIQ clipping': 'aciq', 'least squared error': 'mse' } as const;
const activations = (method: string): Json => [
  { match: '*', bits: 4, method },
  { match: ':first', bits: 8 },
  { match: ':last', bits: 8 },
];

interface Setting {
  readonly name: string;
  readonly quantization: Pipeline;
  readonly steps: readonly Step[];
}

const ALL: readonly Setting[] = [
  ...Object.entries(SETTINGS).map(([name, layers]) => ({
    name,
    quantization: [calibrate, quantizeInt8],
    steps: [step(fewBit, { layers, samples: 32 })],
  })),
  ...Object.entries(RANGES).map(([name, method]) => ({
    name: `4-bit activations, ${name}`,
    quantization: [step(calibrate, { activations: activations(method) }), quantizeInt8],
    steps: [],
  })),
  {
    name: '4-bit activations, least squared error, channels equalized',
    quantization: [equalize, step(calibrate, { activations: activations('mse') }), quantizeInt8],
    steps: [],
  },
];

const folder = await mkdtemp(join(tmpdir(), 'nibblec-aciq-'));
const asked = process.argv.slice(2);
const wanted = asked.length > 0 ? asked : must(aciqTable.units, 'models');
for (const model of benchedModels().filter(({ name }) => wanted.includes(name))) {
  const rows: AciqRow[] = [];
  for (const { name: setting, quantization, steps } of ALL) {
    const { compilation, ...measured } = await measureRecipe(model, steps, folder, quantization);
    rows.push({ model: model.name, setting, ...measured, arenaBytes: compilation.plan.arenaBytes });
    console.log(`${model.name} ${setting}: ${measured.top1}, ${measured.outputError}`);
  }
  await updateTable(aciqTable, rows);
}
await rm(folder, { recursive: true });

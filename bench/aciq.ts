/**
 * npm run bench:aciq [-- MODEL...]: the ablation of ACIQ (Banner et al., NeurIPS 2019) for 4-bit weights and activations,
 * into docs/benchmarks/aciq.md and aciq.json: clipping, bit allocation and bias correction, each alone and all together. Top-1
 * is that of the C over the labelled test set. Models that are not named keep their rows.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from '../src/ir/program.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { type Step, step } from '../src/passes/pass.ts';
import type { Pipeline } from '../src/passes/pipeline.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { equalize } from '../src/passes/quantize/equalize.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { benchedModels } from './bench-data.ts';
import { type Measured, measureRecipe } from './measure-recipe.ts';

const MODELS = ['ic', 'resnet20_cifar'];

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

interface Row extends Measured {
  readonly arenaBytes: number;
  readonly model: string;
  readonly setting: string;
}

const path = (name: string) => fileURLToPath(new URL(`../docs/benchmarks/${name}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'nibblec-aciq-'));
const asked = process.argv.slice(2);
let rows: Row[] = await readFile(path('aciq.json'), 'utf8').then(JSON.parse, () => []);
for (const model of benchedModels().filter(({ name }) => (asked.length > 0 ? asked : MODELS).includes(name))) {
  for (const { name: setting, quantization, steps } of ALL) {
    const { compilation, ...measured } = await measureRecipe(model, steps, folder, quantization);
    rows = [
      ...rows.filter((row) => row.model !== model.name || row.setting !== setting),
      { model: model.name, setting, ...measured, arenaBytes: compilation.plan.arenaBytes },
    ];
    console.log(`${model.name} ${setting}: ${measured.top1}, ${measured.outputError}`);
    const ordered = MODELS.flatMap((name) =>
      ALL.flatMap((own) => rows.find((row) => row.model === name && row.setting === own.name) ?? []),
    );
    await writeFile(path('aciq.json'), `${JSON.stringify(ordered, null, 1)}\n`);
    await writeFile(path('aciq.md'), markdown(ordered));
  }
}
await rm(folder, { recursive: true });

function markdown(all: readonly Row[]): string {
  const lines = all.map(({ model, setting, top1, samples, bitsPerWeight, outputError, arenaBytes }) => {
    const cells = [model, setting, `${(100 * (top1 ?? 0)).toFixed(2)} %`, samples.toLocaleString('en-US')];
    const arena = arenaBytes.toLocaleString('en-US');
    return `| ${[...cells, bitsPerWeight.toFixed(2), outputError.toExponential(2), arena].join(' | ')} |`;
  });
  return `# ACIQ, piece by piece

Written by \`npm run bench:aciq\`; do not edit. 4-bit weights without re-training, each rounded to the nearest level, first
and last layer 8 bits, activations int8: clipping where the prior of the paper says (else at the largest weight), bits
shared among channels by its rule (else 4 for each), mean and deviation of each channel corrected (else left). Top-1 is
that of the C over the labelled test set; the output error is the squared error of the outputs in parts of their power.
4-bit activations are packed two to a byte, between int8 weights, without correction, but for the ends of the network. An
element takes 4 bits whatever its channel: fewer for some channels would not free any of the arena, so instead of bits
channels share the range (equalization).

| model | setting | top-1 | samples | bits per weight | output error | arena |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

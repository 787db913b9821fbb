/**
 * npm run bench:ram [-- MODEL...]: the arena of networks layer by layer and row by row, and what rows take in instructions:
 * docs/benchmarks/ram.md and ram.json. Models that are not named keep their rows.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compilation, generateC, type Transformation } from '../src/compile.ts';
import { must } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { type CountedModel, countsOf, fileOf, transformFor } from './counted-models.ts';
import { updateTable } from './table.ts';
import { type RamRow, ramTable } from './tables/ram.ts';

const FORMATS = ['int8', 'float32'];

const target = await loadTarget('cortex-m4f');
const folder = await mkdtemp(join(tmpdir(), 'nibblec-ram-'));
const asked = process.argv.slice(2);
for (const model of must(ramTable.units, 'models') as readonly CountedModel[]) {
  if (asked.length > 0 && !asked.includes(model)) continue;
  const rows: RamRow[] = [];
  for (const format of FORMATS) {
    const transformation = must(await transformFor(model, format), model);
    const unfused = await rowOf(model, format, 'unfused', await compile(transformation, model, { fuse: false }));
    const whole = await rowOf(model, format, 'whole', await compile(transformation, model, { ramBytes: 1 }), unfused);
    const fed = { ramBytes: 1, inputRows: true };
    const byRows = await rowOf(model, format, 'rows', await compile(transformation, model, fed), unfused);
    for (const row of [unfused, whole, byRows])
      console.log(`${model} ${format} ${row.scheme}: ${row.arenaBytes} bytes`);
    rows.push(unfused, whole, byRows);
  }
  await updateTable(ramTable, rows);
}
await rm(folder, { recursive: true });

async function compile(
  transformation: Transformation,
  model: CountedModel,
  memory: { readonly fuse?: boolean; readonly ramBytes?: number; readonly inputRows?: boolean },
): Promise<Compilation> {
  return generateC(transformation, { model: await readFile(fileOf(model)), name: model, target, ...memory });
}

async function rowOf(
  model: CountedModel,
  format: string,
  scheme: RamRow['scheme'],
  compilation: Compilation,
  unfused?: RamRow,
): Promise<RamRow> {
  const { total } = await countsOf(compilation, model, folder);
  const { arenaBytes, lowerBoundBytes } = compilation.plan;
  return {
    model,
    format,
    scheme,
    arenaBytes,
    lowerBound: lowerBoundBytes,
    macsRatio: 1,
    instructions: total,
    instructionsRatio: total / (unfused?.instructions ?? total),
  };
}

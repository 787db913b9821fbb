/**
 * npm run bench:search [MODEL ...]: one format for all layers against mixes that nibblec search finds at no more flash,
 * for a Cortex-M4F: docs/benchmarks/search.md and its twin search.json. Top-1 over the whole labelled test set, of the
 * integers that the C computes (the oracle in onnxruntime).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatasetSource, loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import type { Graph } from '../src/ir/types.ts';
import type { Assessment } from '../src/search/assess.ts';
import { openSearch } from '../src/search/search-precision.ts';
import { loadTarget } from '../src/targets/load.ts';
import { type BenchedModel, benchedModels } from './bench-data.ts';
import { updateTable } from './table.ts';
import { type SearchRow, searchTable } from './tables/search.ts';

const FORMATS = ['int8', 'int4', 'int3'];
/** Mixes may take as much flash as these. */
const RIVALS = ['int4', 'int3'];

const asked = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'nibblec-bench-'));
for (const model of benchedModels().filter(({ name }) => searchTable.units?.includes(name))) {
  if (asked.length > 0 && !asked.includes(model.name)) continue;
  await updateTable(searchTable, await benchModel(model));
}
await rm(folder, { recursive: true });

async function benchModel(model: BenchedModel): Promise<SearchRow[]> {
  const open = (source: DatasetSource) => (graph: Graph) => loadDataset(source, datasetInputs(graph));
  let step = '';
  const search = await openSearch({
    compile: {
      model: await readFile(model.path),
      name: model.name,
      target: await loadTarget('cortex-m4f'),
      calibration: open(model.calibration),
    },
    formats: FORMATS,
    pins: [],
    samples: 128,
    labelled: open(model.test),
    candidates: 4,
    directory: folder,
    progress(name, done, total) {
      if (name !== step) console.log(`${model.name}: ${name}, ${total} steps`);
      step = name;
      if (done === total) step = '';
    },
  });
  const rows: SearchRow[] = [];
  const row = (method: string, formats: readonly string[], measured: Assessment) => {
    const { flashBytes, ramBytes, instructions, loss, score: top1 } = measured;
    const found = { method, formats, flashBytes, ramBytes, instructions: instructions?.total ?? null, loss, top1 };
    rows.push({ model: model.name, ...found, floatTop1: search.floatScore });
    console.log(`${model.name} ${method}: ${flashBytes} B, loss ${loss.toPrecision(3)}, top-1 ${top1}`);
  };
  try {
    const free = { ramBytes: Number.POSITIVE_INFINITY, instructions: Number.POSITIVE_INFINITY };
    const any = await search.find({ flashBytes: 2 ** 40, ...free }, { kind: 'least-loss' });
    for (const format of FORMATS) {
      const formats = any.layers.map(() => format);
      row(format, formats, await search.assess(formats));
    }
    for (const rival of RIVALS) {
      const { flashBytes } = await search.assess(any.layers.map(() => rival));
      const { chosen } = await search.find({ flashBytes, ...free }, { kind: 'least-loss' });
      row(`mixed, flash of ${rival}`, chosen.formats, chosen.measured);
    }
  } finally {
    await search.close();
  }
  return rows;
}

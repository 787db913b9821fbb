/**
 * npm run bench:modern [MODEL|MODEL/PRECISION ...]: the transformer and the segmentation net of examples/ in several
 * precisions, docs/benchmarks/modern.md and its twin modern.json. What is named on the command line replaces its rows.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Example, testSet, trainingSet } from '../examples/training/example.ts';
import { unet } from '../examples/unet/unet.ts';
import { vit } from '../examples/vit/vit.ts';
import { type Compilation, type CompileOptions, compileModel } from '../src/compile.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { truthOf } from '../src/metrics/truth.ts';
import { invariant, must, UserError } from '../src/support/errors.ts';
import { loadTarget } from '../src/targets/load.ts';
import { harnessModel } from '../src/verify/harness-model.ts';
import { hostGcc } from '../src/verify/host-gcc.ts';
import { measureFootprint } from '../src/verify/size.ts';
import { toolchainFor } from '../src/verify/toolchain-for.ts';
import { verifyModel } from '../src/verify/verify-model.ts';
import { cScore } from './c-score.ts';
import { percent, updateTable } from './table.ts';
import { MODERN_CORES, MODERN_PRECISIONS, type ModernRow, modernTable } from './tables/modern.ts';
import { weightBytes } from './weight-sizes.ts';

const OPTIONS: Readonly<Record<(typeof MODERN_PRECISIONS)[number], Partial<CompileOptions>>> = {
  float32: { precision: 'float32' },
  int8: {},
  W4A8: { weights: [{ match: '*', format: 'int4' }] },
  W8A16: { activations: [{ match: ':all', bits: 16 }] },
};
const TEST_SAMPLES = 10_000;
const CALIBRATION = 256;
/** Samples on which every layer is compared with onnxruntime. */
const COMPARED = 16;

const folder = await mkdtemp(join(tmpdir(), 'nibblec-modern-'));
const only = process.argv.slice(2);
for (const example of [vit, unet]) {
  const wanted = MODERN_PRECISIONS.filter(
    (precision) =>
      only.length === 0 || only.some((one) => [example.name, `${example.name}/${precision}`].includes(one)),
  );
  if (wanted.length === 0) continue;
  const data = testSet(example, TEST_SAMPLES);
  for (const precision of wanted) {
    const row = await measure(example, precision, data).catch(refused);
    if (!row) continue;
    console.log(`${row.model} ${precision}: ${percent(row.score)}, ${row.flashBytes} bytes of flash`);
    await updateTable(modernTable, [row]);
  }
}
await rm(folder, { recursive: true });

/** A model that cannot have a precision has no row of it; why not is said. */
function refused(error: unknown): null {
  if (!(error instanceof UserError)) throw error;
  console.log(error.message);
  return null;
}

async function measure(example: Example, precision: ModernRow['precision'], data: Dataset): Promise<ModernRow> {
  const calibration = trainingSet(example, CALIBRATION);
  const compile = async (target: string): Promise<Compilation> =>
    compileModel({
      model: await readFile(new URL(`../examples/${example.name}/${example.name}.onnx`, import.meta.url)),
      name: example.name,
      target: await loadTarget(target),
      ...(precision !== 'float32' && { calibration: async () => ({ ...calibration, labels: null, truth: null }) }),
      ...OPTIONS[precision],
    });
  const onHost = await compile('host');
  const exact = { toolchain: hostGcc(), directory: join(folder, 'exact'), samples: COMPARED };
  invariant(
    (await verifyModel(onHost, data, exact)).passed,
    `${example.name} ${precision}: the C and the oracle differ`,
  );
  const score = await cScore(onHost, data, data.count, folder);
  const [m4f, m0plus] = await Promise.all(MODERN_CORES.map(compile));
  const footprint = await measureFootprint(toolchainFor(m4f.target), harnessModel(m4f.program, m4f.plan), {
    files: m4f.files,
    directory: join(folder, 'flash'),
    optimize: '-O2',
  });
  return {
    model: example.name,
    metric: must(truthOf(data), 'labels').metric,
    precision,
    score,
    samples: data.count,
    flashBytes: footprint.flash.bytes,
    weightBytes: weightBytes(m4f.program),
    arenaBytes: m4f.plan.arenaBytes,
    stackBytes: footprint.stack?.bytes ?? null,
    instructions: { 'cortex-m4f': await countOn(m4f, data), 'cortex-m0plus': await countOn(m0plus, data) },
  };
}

/** Instructions of one inference under QEMU. */
async function countOn(compilation: Compilation, data: Dataset): Promise<number | null> {
  const { counts } = await verifyModel(compilation, data, {
    toolchain: toolchainFor(compilation.target),
    directory: join(folder, compilation.target.name),
    samples: 1,
    layers: false,
    file: false,
    counts: true,
  });
  return counts?.total ?? null;
}

import { Command, Option } from 'commander';
import { type Compilation, compileModel } from '../compile.ts';
import { fullReport } from '../report/full-report.ts';
import { measure } from '../report/measure.ts';
import { renderBench } from '../report/render-bench.ts';
import { renderWeights } from '../report/render-weights.ts';
import { buildReport } from '../report/report.ts';
import { must } from '../support/errors.ts';
import { loadTarget } from '../targets/load.ts';
import type { Counts } from '../verify/harness.ts';
import type { Optimize } from '../verify/toolchain.ts';
import { toolchainFor } from '../verify/toolchain-for.ts';
import { verifyModel } from '../verify/verify-model.ts';
import { inScratch } from './in-scratch.ts';
import { addMemoryFlags, addModelFlags, addNameFlag, type ModelFlags, modelOptions } from './model-flags.ts';
import { testData } from './open-data.ts';
import { createProgress, type Progress } from './progress.ts';
import { quality } from './quantize.ts';
import { refuseWithoutReport } from './refuse-idle.ts';
import {
  accuracyOn,
  addDataFlags,
  addReportFlag,
  type DataFlags,
  type ReportFlags,
  spareForeignReport,
  writeReport,
} from './report-flag.ts';
import { requireAvailable } from './run-verify.ts';
import { say, sayJson } from './say.ts';

type Flags = ModelFlags & DataFlags & ReportFlags & { readonly target: string; readonly optimize: string };

export function benchCommand(): Command {
  const command = new Command('bench')
    .summary('instructions per layer, flash, RAM and stack')
    .description('Run the C once on the emulator of the target and count the instructions of every layer.')
    .argument('<model.onnx>', 'the model')
    .option('-t, --target <name>', "a name from 'nibblec targets', or the path of a target file", 'cortex-m4f')
    .addOption(
      new Option('-O, --optimize <level>', "the C compiler's optimization")
        .choices(['0', '1', '2', '3', 's'])
        .default('2'),
    );
  return addReportFlag(addDataFlags(addNameFlag(addMemoryFlags(addModelFlags(command)))))
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec bench kws.onnx --calibrate mfcc.npy                     int8 on a Cortex-M4F
  $ nibblec bench kws.onnx --calibrate mfcc.npy -t rp2040 -O 3
  $ nibblec bench kws.onnx --calibrate mfcc.npy --weights int4 --report kws.html
  $ nibblec bench kws.onnx -t host                                  nanoseconds on this computer
`;

async function run(path: string, flags: Flags): Promise<void> {
  refuseWithoutReport(flags);
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const target = await loadTarget(flags.target);
    const options = await modelOptions(path, flags, target);
    const compilation = await compileModel({ ...options, passes: { ...options.passes, progress: progress.update } });
    await spareForeignReport(flags, compilation.name);
    await finish(compilation, flags, progress);
  } finally {
    progress.stop();
  }
}

async function finish(compilation: Compilation, flags: Flags, progress: Progress): Promise<void> {
  const { target, precision, dataset } = compilation;
  const wanted = flags.report !== undefined;
  const optimize = `-O${flags.optimize}` as Optimize;
  const counts = await countRun(compilation, flags, optimize);
  const report = buildReport(compilation, await inScratch((folder) => measure(compilation, folder, optimize)));
  const sqnr = wanted && dataset && precision === 'int8' ? await quality(compilation, progress) : null;
  const accuracy = wanted ? await accuracyOn(compilation, flags, progress) : null;
  const full = fullReport(report, { counts, sqnr, accuracy });
  const pages = flags.report === undefined ? [] : await writeReport(flags.report, full);
  progress.stop();
  if (flags.json) {
    sayJson({ ...full, clockHz: target.clockHz, pages });
    return;
  }
  say(renderBench(report, counts, target));
  const weights = renderWeights(full);
  if (weights) say(`\n${weights}`);
  if (pages.length > 0) say(`\nWrote ${pages.join(', ')}`);
}

/** One inference, layer by layer. */
export async function countRun(compilation: Compilation, flags: DataFlags, optimize: Optimize): Promise<Counts> {
  const toolchain = toolchainFor(compilation.target);
  await requireAvailable(toolchain);
  const dataset = await testData(compilation, flags, 1);
  const run = { toolchain, optimize, samples: 1, layers: false, file: false, counts: true };
  const { counts } = await inScratch((directory) => verifyModel(compilation, dataset, { ...run, directory }));
  return must(counts, 'counts');
}

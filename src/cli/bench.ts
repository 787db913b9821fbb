import { Command, Option } from 'commander';
import { type Compilation, compileModel } from '../compile.ts';
import { measure } from '../report/measure.ts';
import { renderBench } from '../report/render-bench.ts';
import { buildReport } from '../report/report.ts';
import { must } from '../support/errors.ts';
import { loadTarget } from '../targets/load.ts';
import type { Optimize } from '../verify/toolchain.ts';
import { toolchainFor } from '../verify/toolchain-for.ts';
import { verifyModel } from '../verify/verify-model.ts';
import { inScratch } from './in-scratch.ts';
import { addModelFlags, type ModelFlags, modelOptions } from './model-flags.ts';
import { testData } from './open-data.ts';
import { createProgress } from './progress.ts';
import { requireAvailable } from './run-verify.ts';
import { say, sayJson } from './say.ts';

type Flags = ModelFlags & { readonly target: string; readonly optimize: string };

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
  return addModelFlags(command).addHelpText('after', EXAMPLES).action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec bench kws.onnx --calibrate mfcc.npy                     int8 on a Cortex-M4F
  $ nibblec bench kws.onnx --calibrate mfcc.npy -t rp2040 -O 3
  $ nibblec bench kws.onnx -t host                                  nanoseconds on this computer
`;

async function run(path: string, flags: Flags): Promise<void> {
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const target = await loadTarget(flags.target);
    const options = await modelOptions(path, flags, target);
    const compilation = await compileModel({ ...options, passes: { ...options.passes, progress: progress.update } });
    const { report, counts } = await measureRun(compilation, flags);
    progress.stop();
    if (flags.json) sayJson({ report, counts, clockHz: target.clockHz });
    else say(renderBench(report, counts, target));
  } finally {
    progress.stop();
  }
}

async function measureRun(compilation: Compilation, flags: Flags) {
  const optimize = `-O${flags.optimize}` as Optimize;
  const toolchain = toolchainFor(compilation.target);
  await requireAvailable(toolchain);
  const dataset = await testData(compilation, flags, 1);
  const run = { toolchain, optimize, samples: 1, layers: false, counts: true };
  const { counts } = await inScratch((directory) => verifyModel(compilation, dataset, { ...run, directory }));
  const measurement = await inScratch((directory) => measure(compilation, directory, optimize));
  return { report: buildReport(compilation, measurement), counts: must(counts, 'counts') };
}

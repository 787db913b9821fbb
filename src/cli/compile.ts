import { Command } from 'commander';
import type { GeneratedFiles } from '../codegen/emit.ts';
import { emitSelfTest } from '../codegen/emit-self-test.ts';
import { type Compilation, compileModel, NOT_RUN, transformModel } from '../compile.ts';
import { printGraph } from '../ir/text.ts';
import { PACKAGE_KINDS } from '../packages/kinds.ts';
import { packageFiles, packageKind } from '../packages/package-files.ts';
import { checkFit } from '../report/check-fit.ts';
import { fullReport } from '../report/full-report.ts';
import { measure } from '../report/measure.ts';
import { renderAccuracy } from '../report/render-accuracy.ts';
import { renderRefusals } from '../report/render-kernels.ts';
import { renderReport } from '../report/render-report.ts';
import { renderSqnr } from '../report/render-sqnr.ts';
import { renderWeights } from '../report/render-weights.ts';
import { buildReport } from '../report/report.ts';
import { renderSbom } from '../report/sbom.ts';
import { listTargets, loadTarget } from '../targets/load.ts';
import { knownAnswers } from '../verify/known-answers.ts';
import { spareForeignFiles } from './foreign-files.ts';
import { inScratch } from './in-scratch.ts';
import { addIrFlags, type IrFlags, irDump, spareForeignDumps } from './ir-flags.ts';
import { addMemoryFlags, addModelFlags, addNameFlag, type ModelFlags, modelOptions } from './model-flags.ts';
import { testData } from './open-data.ts';
import { wholeNumber } from './parsers.ts';
import { createProgress, type Progress } from './progress.ts';
import { quality } from './quantize.ts';
import { refuseIdle, refuseIdleSamples } from './refuse-idle.ts';
import { renderVerdicts } from './render-verdicts.ts';
import {
  accuracyOn,
  addReportFlag,
  type ReportFlags,
  requireLabels,
  spareForeignReport,
  writeReport,
} from './report-flag.ts';
import { requirePassed, verifyOn } from './run-verify.ts';
import { say, sayJson } from './say.ts';
import { addVerifyFlags, type VerifyFlags } from './verify-flags.ts';
import { sayWarnings, warningsOn } from './warn.ts';
import { writeFiles } from './write-files.ts';

type Flags = ModelFlags &
  IrFlags &
  VerifyFlags &
  ReportFlags & {
    readonly target: string;
    readonly out: string;
    readonly verify?: boolean;
    readonly selfTest?: number | true;
    readonly sqnr?: boolean;
    readonly refusals?: boolean;
    readonly sbom?: boolean;
    readonly package?: string;
  };

export function compileCommand(): Command {
  const command = new Command('compile')
    .summary('turn an ONNX model into C')
    .description('Turn an ONNX model into C for one target, and say what it takes of flash and RAM.')
    .argument('<model.onnx>', 'the model')
    .option('-t, --target <name>', "a name from 'nibblec targets', or the path of a target file", 'host')
    .option('-o, --out <dir>', 'where the C goes', './generated')
    .option('--verify', 'also build it, run it and compare it with onnxruntime, before anything is written')
    .option(
      '--self-test [samples]',
      'also write a test with known answers for 1 to 4 samples (default 2)',
      wholeNumber(1, 4),
    )
    .option('--package <kind>', `lay the C out for ${Object.keys(PACKAGE_KINDS).join(', ')}`)
    .option('--sbom', 'also write NAME.cdx.json, a bill of materials (CycloneDX) of what the firmware takes in')
    .option('--refusals', 'also tell which other kernels layers could have, and why not the rest')
    .option('--sqnr', 'also report how well each int8 layer follows float32');
  return addIrFlags(addReportFlag(addVerifyFlags(addNameFlag(addMemoryFlags(addModelFlags(command))))))
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const SELF_TEST_SAMPLES = 2;

const EXAMPLES = `
Examples:
  $ nibblec compile kws.onnx                                        float32 C for any machine
  $ nibblec compile kws.onnx -t stm32f405rg --calibrate mfcc.npy    int8 C, checked against the part
  $ nibblec compile kws.onnx -t stm32f405rg --calibrate mfcc.npy --verify --data test.npz
  $ nibblec compile kws.onnx --calibrate mfcc.npy --weights int4 --report kws.html --data test.npz
  $ nibblec compile kws.onnx --calibrate mfcc.npy --package zephyr -o modules/kws
  $ nibblec compile net.onnx --dim height=96 --dim width=96 -o firmware/model
  $ nibblec compile net.onnx --stop-after fold-batchnorm            print the graph after a pass
`;

async function run(path: string, flags: Flags, command: Command): Promise<void> {
  refuseIdle(flags, command.getOptionValueSource('count') === 'cli');
  if (flags.package !== undefined) packageKind(flags.package);
  await spareForeignDumps(flags);
  const target = await loadTarget(flags.target);
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  const dump = irDump(flags);
  try {
    const options = await modelOptions(path, flags, target);
    const passes = { ...options.passes, ...dump.options, progress: progress.update };
    if (flags.stopAfter !== undefined) {
      const { graph } = await transformModel({ ...options, passes });
      say(printGraph(graph));
      return;
    }
    await finish(await compileModel({ ...options, passes }), flags, progress);
  } finally {
    progress.stop();
    await dump.write();
  }
}

/** Nothing is written before all of it is known to be good. */
async function finish(compilation: Compilation, flags: Flags, progress: Progress): Promise<void> {
  refuseIdleSamples(compilation, flags);
  const spare = (names: Iterable<string>) => (flags.force ? undefined : spareForeignFiles(flags.out, names));
  if (flags.package === undefined) await spare(compilation.files.keys());
  await spareForeignReport(flags, compilation.name);
  const report = await inScratch(async (directory) => buildReport(compilation, await measure(compilation, directory)));
  checkFit(report, compilation.target, await listTargets());
  const verdicts = flags.verify ? await verifyOn(compilation, flags, progress) : [];
  requirePassed(verdicts);
  const wanted = flags.report !== undefined;
  const comparable = compilation.dataset !== null && compilation.precision === 'int8';
  const sqnr = flags.sqnr || (wanted && comparable) ? await quality(compilation, progress) : null;
  const accuracy = wanted ? await accuracyOn(compilation, flags, progress) : null;
  if (wanted && !flags.verify && flags.selfTest === undefined) requireLabels(flags, accuracy);
  const full = fullReport(report, { sqnr, accuracy });
  const warnings = await warningsOn(compilation, flags, { accuracy, verdicts });
  const sources = new Map([...compilation.files, ...(await selfTestFiles(compilation, flags))]);
  const bill = flags.sbom ? [[`${compilation.name}.cdx.json`, renderSbom(compilation, sources)] as const] : [];
  const all = new Map([...sources, ...bill]);
  const files = flags.package === undefined ? all : packageFiles(flags.package, compilation, all);
  await spare(files.keys());
  await writeFiles(flags.out, files);
  const pages = flags.report === undefined ? [] : await writeReport(flags.report, full);
  const names = [...files.keys()];
  if (flags.json) {
    sayJson({ out: flags.out, files: names, pages, ...full, verdicts, warnings });
    return;
  }
  const saidBelow = verdicts.some(({ file }) => file && !file.run);
  const remarks = saidBelow ? report.remarks.filter(({ text }) => !text.startsWith(NOT_RUN)) : report.remarks;
  say(renderReport({ ...report, remarks }));
  if (flags.refusals) say(`\n${renderRefusals(report) ?? 'No layer could have another kernel.'}`);
  const weights = renderWeights(full);
  if (weights) say(`\n${weights}`);
  if (verdicts.length > 0) say(`\n${renderVerdicts(verdicts)}`);
  if (sqnr && flags.sqnr) say(`\n${renderSqnr(sqnr)}`);
  if (accuracy) say(`\n${renderAccuracy(accuracy)}`);
  sayWarnings(warnings);
  say(`\nWrote ${names.join(', ')} in ${flags.out}`);
  if (pages.length > 0) say(`Wrote ${pages.join(', ')}`);
}

async function selfTestFiles(compilation: Compilation, flags: Flags): Promise<GeneratedFiles> {
  if (flags.selfTest === undefined) return new Map();
  const count = flags.selfTest === true ? SELF_TEST_SAMPLES : flags.selfTest;
  const { program, target, provenance, files } = compilation;
  const answers = await knownAnswers(compilation, await testData(compilation, flags, count), count);
  return emitSelfTest(program, answers, { features: target.features, provenance, files });
}

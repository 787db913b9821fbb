import { Command } from 'commander';
import { type Compilation, compileModel, oracleModel, qdqModel } from '../compile.ts';
import { fullReport } from '../report/full-report.ts';
import { renderAccuracy } from '../report/render-accuracy.ts';
import { renderSqnr } from '../report/render-sqnr.ts';
import { renderWeights } from '../report/render-weights.ts';
import { buildReport } from '../report/report.ts';
import { measureSqnr, type SqnrReport } from '../report/sqnr.ts';
import { UserError } from '../support/errors.ts';
import { loadTarget } from '../targets/load.ts';
import { spareForeignFiles } from './foreign-files.ts';
import { addModelFlags, addNameFlag, type ModelFlags, modelOptions } from './model-flags.ts';
import { createProgress, type Progress } from './progress.ts';
import {
  accuracyOn,
  addDataFlags,
  addReportFlag,
  type DataFlags,
  type ReportFlags,
  requireLabels,
  spareForeignReport,
  writeReport,
} from './report-flag.ts';
import { say, sayJson } from './say.ts';
import { sayWarnings, warningsOn } from './warn.ts';
import { writeFiles } from './write-files.ts';

type Flags = ModelFlags & DataFlags & ReportFlags & { readonly out: string };

export function quantizeCommand(): Command {
  const command = new Command('quantize')
    .summary('write the int8 model as ONNX, with a report per layer')
    .description(
      'Quantize a model to int8 and write it twice: NAME_qdq.onnx, with QuantizeLinear and DequantizeLinear, is the\n' +
        'file to commit and to compile, into the same C on every computer (a model that is quantized already is that\n' +
        'itself); NAME_int8.onnx is plain ONNX over integers that any runtime computes exactly as the C does.\n' +
        'NAME_int8.json tells how well each layer follows float32.',
    )
    .argument('<model.onnx>', 'the model')
    .option('-o, --out <dir>', 'where the files go', './generated');
  return addReportFlag(addDataFlags(addNameFlag(addModelFlags(command))))
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec quantize kws.onnx --calibrate mfcc.npy
  $ nibblec quantize kws.onnx --calibrate mfcc.npy --method percentile --percentile 99.9
  $ nibblec quantize kws.onnx --calibrate mfcc.npy --weights int4 --report kws.html --data test.npz
  $ nibblec quantize kws.onnx --calibrate mfcc.npy --exclude Softmax_0 -o quantized
`;

async function run(path: string, flags: Flags): Promise<void> {
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const options = await modelOptions(path, flags, await loadTarget('host'));
    const compilation = await compileModel({ ...options, passes: { ...options.passes, progress: progress.update } });
    await spareForeignReport(flags, compilation.name);
    const { name } = compilation;
    const qdq = qdqModel(compilation);
    const models = new Map([
      [`${name}_int8.onnx`, oracleModel(compilation)],
      ...(qdq ? ([[`${name}_qdq.onnx`, qdq]] as const) : []),
    ]);
    const numbers = `${name}_int8.json`;
    if (!flags.force) await spareForeignFiles(flags.out, [...models.keys(), numbers]);
    const sqnr = await quality(compilation, progress);
    const accuracy = await accuracyOn(compilation, flags, progress);
    requireLabels(flags, accuracy);
    const full = fullReport(buildReport(compilation), { sqnr, accuracy });
    const warnings = await warningsOn(compilation, flags, { accuracy });
    const files = new Map([
      ...models,
      [numbers, Buffer.from(`${JSON.stringify({ ...full, remarks: compilation.remarks }, null, 2)}\n`)],
    ]);
    await writeFiles(flags.out, files);
    const pages = flags.report === undefined ? [] : await writeReport(flags.report, full);
    if (flags.json) {
      sayJson({ out: flags.out, files: [...files.keys()], pages, ...full, warnings });
      return;
    }
    const weights = renderWeights(full);
    if (weights) say(`${weights}\n`);
    say(renderSqnr(sqnr));
    if (accuracy) say(`${renderAccuracy(accuracy)}\n`);
    sayWarnings(warnings);
    say(`Wrote ${[...files.keys()].join(', ')} in ${flags.out}`);
    if (pages.length > 0) say(`Wrote ${pages.join(', ')}`);
  } finally {
    progress.stop();
  }
}

/** SQNR of each layer on the calibration samples. UserError BAD_ARGUMENT without any. */
export async function quality(compilation: Compilation, progress: Progress): Promise<SqnrReport> {
  const { dataset } = compilation;
  if (!dataset) {
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: 'there are no samples to measure quantization with',
      hint: 'give samples of the real input with --calibrate',
    });
  }
  return measureSqnr(compilation, dataset, { progress: (done, total) => progress.update('compare', done, total) });
}

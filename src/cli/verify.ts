import { Command } from 'commander';
import { compileModel } from '../compile.ts';
import { loadTarget } from '../targets/load.ts';
import { addMemoryFlags, addModelFlags, type ModelFlags, modelOptions } from './model-flags.ts';
import { createProgress } from './progress.ts';
import { renderVerdicts } from './render-verdicts.ts';
import { requirePassed, verifyOn } from './run-verify.ts';
import { say, sayJson } from './say.ts';
import { addVerifyFlags, type VerifyFlags } from './verify-flags.ts';
import { sayWarnings, warningsOn } from './warn.ts';

type Flags = ModelFlags & VerifyFlags & { readonly target: string };

export function verifyCommand(): Command {
  const command = new Command('verify')
    .summary('build the C, run it, compare it with onnxruntime')
    .description(
      'Compile a model, build the C, run it and compare every layer with onnxruntime: on this computer under\n' +
        'sanitizers, then on the emulator of --target. Integers must be equal, floats within 1e-5 of their range.',
    )
    .argument('<model.onnx>', 'the model')
    .option('-t, --target <name>', "a name from 'nibblec targets', or the path of a target file", 'host');
  return addVerifyFlags(addMemoryFlags(addModelFlags(command)))
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec verify kws.onnx                                         float32 on random numbers
  $ nibblec verify kws.onnx --calibrate mfcc.npy --data test.npz    int8 on test data, with accuracy
  $ nibblec verify kws.onnx --calibrate mfcc.npy -t cortex-m55      also on an emulated Cortex-M55
`;

async function run(path: string, flags: Flags): Promise<void> {
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const options = await modelOptions(path, flags, await loadTarget(flags.target));
    const compilation = await compileModel({ ...options, passes: { ...options.passes, progress: progress.update } });
    const verdicts = await verifyOn(compilation, flags, progress);
    progress.stop();
    const warnings = await warningsOn(compilation, flags, { verdicts });
    if (!flags.json) say(renderVerdicts(verdicts));
    if (!flags.json) sayWarnings(warnings);
    requirePassed(verdicts);
    if (flags.json) sayJson({ verdicts, warnings });
  } finally {
    progress.stop();
  }
}

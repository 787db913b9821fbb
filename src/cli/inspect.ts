import { Command } from 'commander';
import { inspectModel } from '../report/inspect.ts';
import { renderInspection } from '../report/render-inspection.ts';
import { listTargets, loadTarget } from '../targets/load.ts';
import { CAPACITY_FLAG, CAPACITY_HELP, capacity } from './capacity-flag.ts';
import { CONSTANT_FLAG, CONSTANT_HELP, constant } from './constant-flag.ts';
import { ExitStatus } from './exit-status.ts';
import { type ModelFlags, modelOptions } from './model-flags.ts';
import { dimension } from './parsers.ts';
import { say, sayJson } from './say.ts';

export function inspectCommand(): Command {
  return new Command('inspect')
    .summary('what is in a model, and where it would fit')
    .description(
      'List inputs, outputs and operators of a model, what stops it from becoming C (status 1), and where it would fit.',
    )
    .argument('<model.onnx>', 'the model')
    .option('--dim <name=value>', 'number for a symbolic dimension; may be repeated', dimension)
    .option(CONSTANT_FLAG, CONSTANT_HELP, constant)
    .option(CAPACITY_FLAG, CAPACITY_HELP, capacity)
    .option('--json', 'one JSON document on standard output, nothing else')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec inspect kws.onnx
  $ nibblec inspect net.onnx --dim height=96 --dim width=96
  $ nibblec inspect net.onnx --json
`;

async function run(path: string, flags: Omit<ModelFlags, 'seed'>): Promise<void> {
  const options = await modelOptions(path, { ...flags, seed: 0 }, await loadTarget('host'));
  const inspection = await inspectModel(options, await listTargets());
  if (flags.json) sayJson(inspection);
  else say(renderInspection(path, inspection));
  if (inspection.problems.length > 0) throw new ExitStatus(1);
}

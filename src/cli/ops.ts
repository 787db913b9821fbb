import { Command } from 'commander';
import { operatorTable } from '../report/operator-table.ts';
import { renderTable } from '../report/table.ts';
import { say, sayJson } from './say.ts';

export function opsCommand(): Command {
  return new Command('ops')
    .summary('list the ONNX operators that can become C')
    .description(
      'List the ONNX operators. folds: has no C of its own, disappears while compiling. table: part of a lookup table.',
    )
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(({ json }: { json?: boolean }) => {
      if (json) return sayJson(operatorTable());
      const rows = operatorTable().map(({ op, domain, float32, int8, int16, summary }) => [
        domain === '' ? op : `${domain}.${op}`,
        float32 ? 'yes' : 'folds',
        int8 ?? '-',
        int16 ?? '-',
        summary,
      ]);
      const columns = ['operator', 'float32', 'int8', 'int16', 'what'].map((title) => ({ title }));
      say(renderTable(columns, rows, Number.POSITIVE_INFINITY).join('\n'));
    });
}

const EXAMPLES = `
Examples:
  $ nibblec ops
  $ nibblec ops --json
`;

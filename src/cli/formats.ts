import { Command } from 'commander';
import { formatTable } from '../report/format-table.ts';
import { renderTable } from '../report/table.ts';
import { say, sayJson } from './say.ts';

export function formatsCommand(): Command {
  return new Command('formats')
    .summary('list the formats in which weights can be stored')
    .description(
      "List the formats of weights. '+huffman' or '+rans' after any of them stores frequent codes in fewer bits.",
    )
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(({ json }: { json?: boolean }) => {
      if (json) return sayJson(formatTable());
      const rows = formatTable().map(({ format, bits, summary }) => [format, bits, summary]);
      const columns = [{ title: 'format' }, { title: 'bits' }, { title: 'what' }];
      say(renderTable(columns, rows, Number.POSITIVE_INFINITY).join('\n'));
    });
}

const EXAMPLES = `
Examples:
  $ nibblec formats
  $ nibblec compile net.onnx --calibrate samples.npy --weights int4
  $ nibblec compile net.onnx --calibrate samples.npy --weights ternary,:first=int8,:last=int8
  $ nibblec compile net.onnx --calibrate samples.npy --weights int8,'fc*=codebook-16+huffman'
`;

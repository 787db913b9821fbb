import { Command } from 'commander';
import { formatCosts, type Line } from '../report/format-costs.ts';
import { formatTable } from '../report/format-table.ts';
import { renderTable } from '../report/table.ts';
import { loadTarget } from '../targets/load.ts';
import { say, sayJson } from './say.ts';

export function formatsCommand(): Command {
  return new Command('formats')
    .summary('list the formats in which weights can be stored')
    .description(
      "List the formats of weights. '+huffman' or '+rans' after any of them stores frequent codes in fewer bits.",
    )
    .option('-t, --target <target>', 'what each of them costs on this core or part, by the cost model')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(({ json, target }: { json?: boolean; target?: string }) =>
      target === undefined ? sayFormats(json) : sayCosts(target, json),
    );
}

function sayFormats(json?: boolean): void {
  if (json) return sayJson(formatTable());
  const rows = formatTable().map(({ format, bits, summary }) => [format, bits, summary]);
  say(
    renderTable([{ title: 'format' }, { title: 'bits' }, { title: 'what' }], rows, Number.POSITIVE_INFINITY).join('\n'),
  );
}

async function sayCosts(name: string, json?: boolean): Promise<void> {
  const costs = formatCosts(await loadTarget(name));
  if (json) return sayJson(costs);
  const rows = costs.map(({ format, bytesPerWeight, dense, conv }) => [
    format,
    bytesPerWeight?.toFixed(2) ?? '-',
    ...[dense, conv].map(lineText),
  ]);
  const right = 'right' as const;
  const columns = [
    { title: 'format' },
    { title: 'bytes/weight', align: right },
    { title: 'dense', align: right },
    { title: 'conv', align: right },
  ];
  say(
    [
      ...renderTable(columns, rows),
      '',
      'Instructions a weight beyond int8 when an inference uses it u times, by the cost model: 256 x 64 and 3 x 3, 16 to 32.',
    ].join('\n'),
  );
}

/** '1.58 + 0.67 u' */
function lineText(line: Line | null): string {
  if (line === null) return '-';
  const [once, each] = [line.perWeight, line.perUse].map((x) => x.toFixed(2).replace(/^-0\.00$/, '0.00'));
  if (each === '0.00') return once;
  if (once === '0.00') return `${each} u`;
  return `${once} ${line.perUse < 0 ? '-' : '+'} ${each.replace('-', '')} u`;
}

const EXAMPLES = `
Examples:
  $ nibblec formats
  $ nibblec formats -t cortex-m4f
  $ nibblec compile net.onnx --calibrate samples.npy --weights int4
  $ nibblec compile net.onnx --calibrate samples.npy --weights ternary,:first=int8,:last=int8
  $ nibblec compile net.onnx --calibrate samples.npy --weights int8,'fc*=codebook-16+huffman'
`;

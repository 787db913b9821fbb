import type { Inspection } from './inspect.ts';
import { printable } from './printable.ts';
import { bytesText, grouped, renderTable } from './table.ts';

const WIDTH = 100;

/** The inspection for a terminal. */
export function renderInspection(name: string, inspection: Inspection): string {
  const { opset, inputs, outputs, operators, parameters, parameterBytes } = inspection;
  const values = [
    ...inputs.map((value) => ['input', value.name, value.type]),
    ...outputs.map((value) => ['output', value.name, value.type]),
  ];
  const [, ...lines] = renderTable([{ title: '' }, { title: '', cut: 'start' }, { title: '', cut: 'start' }], values);
  const count = operators.reduce((sum, operator) => sum + operator.count, 0);
  return [
    `${printable(name)}: opset ${opset ?? '?'}, ${count} nodes, ${grouped(parameters)} parameters in ${bytesText(parameterBytes)}`,
    '',
    ...lines,
    '',
    ...wrapped(operators.map(({ op, count: times }) => `${printable(op)} ${times}x`)),
    '',
    ...(inspection.problems.length > 0 ? problemLines(inspection) : forecastLines(inspection)),
    '',
  ].join('\n');
}

function problemLines({ problems, hint }: Inspection): string[] {
  const lines = problems.map((problem) => `  ${printable(problem)}`);
  return ['Does not become C:', ...lines, ...(hint === null ? [] : [`  hint: ${printable(hint)}`])];
}

function forecastLines({ macs, layers, inFloat, estimates }: Inspection): string[] {
  const lines = estimates.flatMap(({ precision, flashBytes, ramBytes, fits }) => [
    `  ${precision.padEnd(8)} flash about ${bytesText(flashBytes)}, RAM about ${bytesText(ramBytes)}`,
    ...wrapped(fits.length > 0 ? fits : ['no part that ships'], '           fits on '),
  ]);
  return [
    `Becomes C: ${layers} layers, ${grouped(macs ?? 0)} multiply-accumulates per inference`,
    '',
    'Estimates (compile measures)',
    ...lines,
    ...(inFloat.length === 0 ? [] : ['', 'In float also in int8 (on a part without FPU each operation is a call)']),
    ...inFloat.map(
      ({ op, count, because, instructions: { fpu, library } }) =>
        `  ${printable(op)} ${count}x, about ${grouped(fpu)} instructions with an FPU, ${grouped(library)} without: ${because}`,
    ),
  ];
}

/** Items with commas between, in lines of at most WIDTH characters, the later ones indented under the first item. */
function wrapped(items: readonly string[], lead = ''): string[] {
  const lines: string[] = [];
  let line = lead;
  items.forEach((item, i) => {
    const text = i + 1 < items.length ? `${item},` : item;
    if (line.trim() !== lead.trim() && line.length + text.length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(lead.length);
    }
    line += `${text} `;
  });
  return [...lines, line.trimEnd()];
}

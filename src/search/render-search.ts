import { METRICS, type MetricName, scoreText } from '../metrics/index.ts';
import { printable } from '../report/printable.ts';
import { bytesText, grouped, renderTable } from '../report/table.ts';
import { formatsOf, goalText, keysOf, limitsText, lossNumber, lossText, summaryOf } from './describe.ts';
import type { Candidate, PrecisionSearch } from './types.ts';

/** For a terminal: what each layer loses, the assignments that were tried, and the chosen one. */
export function renderSearch(search: PrecisionSearch): string {
  const { model, target, samples } = search;
  return [
    `${printable(model)} for ${target}: ${goalText(search)}${limitsText(search)}`,
    '',
    ...activationLines(search),
    `Loss: ${lossText(search)}; what one layer alone adds when it is encoded (${samples} samples)`,
    '',
    ...sensitivityTable(search),
    '',
    'Encoded, compiled and run (predicted -> measured; * the chosen one, x beyond a limit)',
    '',
    ...candidateTable(search),
    '',
    ...chosenLines(search),
    '',
  ].join('\n');
}

function activationLines(search: PrecisionSearch): string[] {
  if (search.activations.length === 0) return [];
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: '' },
    { title: 'bits', cut: 'end' as const },
    right('flash B'),
    right('RAM B'),
    right('loss'),
    { title: 'weights that were found', cut: 'end' as const },
  ];
  const rows = search.activations.map(({ name, int8, found, because }) => [
    found !== null && found === search.chosen ? '*' : '',
    name,
    grouped(int8.flashBytes),
    grouped(int8.ramBytes),
    lossNumber(int8.loss),
    found === null ? `- ${because}` : `${summaryOf(found)}: loss ${lossNumber(found.measured.loss)}`,
  ]);
  return ['Activations, with weights in int8', '', ...renderTable(columns, rows), ''];
}

function sensitivityTable(search: PrecisionSearch): string[] {
  const { layers, chosen } = search;
  const formats = formatsOf(search);
  const columns = [
    { title: 'layer', cut: 'start' as const },
    { title: 'op' },
    { title: 'weights', align: 'right' as const },
    ...formats.map((format) => ({ title: format, align: 'right' as const })),
    { title: 'chosen' },
  ];
  const rows = layers.map(({ name, op, weights, choices }, l) => [
    name,
    op,
    grouped(weights),
    ...formats.map((format) => {
      const choice = choices.find((one) => one.format === format);
      return choice ? lossNumber(choice.loss) : '-';
    }),
    chosen.formats[l],
  ]);
  return renderTable(columns, rows);
}

function candidateTable(search: PrecisionSearch): string[] {
  const right = (title: string) => ({ title, align: 'right' as const });
  const timed = search.candidates.some(({ measured }) => measured.instructions);
  const estimated = search.candidates.some(({ measured }) => measured.instructions?.estimated);
  const { metric } = search;
  const columns = [
    { title: '' },
    { title: '' },
    right('flash B'),
    right('RAM B'),
    ...(timed ? [right(estimated ? 'instructions, estimated' : 'instructions')] : []),
    right('loss'),
    ...(metric ? [right(METRICS[metric].title)] : []),
    { title: 'formats', cut: 'end' as const },
  ];
  const keys = keysOf(search.candidates);
  const rows = search.candidates.map((candidate, i) => [
    candidate === search.chosen ? '*' : candidate.fits ? '' : 'x',
    keys[i],
    arrow(candidate, (costs) => grouped(costs.flashBytes)),
    grouped(candidate.measured.ramBytes),
    ...(timed ? [grouped(candidate.measured.instructions?.total ?? 0)] : []),
    arrow(candidate, (costs) => lossNumber(costs.loss)),
    ...(metric ? [told(metric, candidate.measured.score)] : []),
    summaryOf(candidate),
  ]);
  return renderTable(columns, rows);
}

function arrow({ predicted, measured }: Candidate, text: (costs: { flashBytes: number; loss: number }) => string) {
  return `${text(predicted)} -> ${text(measured)}`;
}

function chosenLines(search: PrecisionSearch): string[] {
  const { chosen, int8, metric, floatScore, exact, lossBound } = search;
  const { measured, predicted } = chosen;
  const proof = exact
    ? 'no assignment within the limits has a smaller predicted loss for its flash'
    : `predicted loss ${lossNumber(predicted.loss)}; proven: none within the limits is below ${lossNumber(lossBound)}`;
  return [
    `Chosen: ${bytesText(measured.flashBytes)} of flash, ${bytesText(int8.flashBytes)} in int8; loss ${lossNumber(measured.loss)}, in int8 ${lossNumber(int8.loss)}`,
    ...(metric === null
      ? []
      : [
          `  ${METRICS[metric].title} ${told(metric, measured.score)} of ${search.labelledSamples} labelled samples, float32 ${told(metric, floatScore)}`,
        ]),
    `  ${proof}`,
    ...('notBecause' in measured.measured ? [`  flash counts tables only: ${measured.measured.notBecause}`] : []),
  ];
}

function told(metric: MetricName, value: number | null): string {
  return value === null ? '-' : scoreText({ metric, value });
}

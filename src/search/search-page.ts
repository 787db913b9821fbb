import { capitalized, METRICS, scoreText } from '../metrics/index.ts';
import { legend } from '../report/svg/legend.ts';
import { type Child, element, group, type Markup } from '../report/svg/markup.ts';
import { exactBytes } from '../report/svg/numbers.ts';
import { renderPage } from '../report/svg/page.ts';
import { grouped } from '../report/table.ts';
import { VERSION } from '../version.ts';
import { formatsOf, goalText, keysOf, limitsText, lossNumber, lossText, summaryOf } from './describe.ts';
import { TRADE_SERIES, tradePlot } from './trade-plot.ts';
import type { PrecisionSearch } from './types.ts';

/** One HTML page: the trade between flash and loss, the assignments that were tried, and what each layer bears. */
export function searchPage(search: PrecisionSearch): string {
  const { model, target } = search;
  return renderPage({
    title: `${model}: a weight format for each layer`,
    subtitle: `${target}, ${goalText(search)}${limitsText(search)}`,
    sections: [
      { id: 'chosen', title: 'Chosen', body: tiles(search) },
      ...(search.activations.length === 0 ? [] : [activationSection(search)]),
      {
        id: 'trade',
        title: 'Flash and loss',
        lead: `Loss: ${lossText(search)}. Points were encoded, compiled and run, the line is predicted. Lower and further left is better; the tables below name the letters.`,
        body: group(legend(TRADE_SERIES), tradePlot(search)),
      },
      {
        id: 'assignments',
        title: 'Assignments that were run',
        lead: 'Predicted: losses of single layers added up, and code from a model of what compilers share between layers.',
        body: element('div', { class: 'scroll' }, assignmentTable(search)),
      },
      {
        id: 'layers',
        title: 'Formats layer by layer',
        body: element('div', { class: 'scroll' }, layerTable(search)),
      },
      {
        id: 'sensitivity',
        title: 'What each layer bears',
        lead: `By how much the loss rises when one layer alone is encoded (${search.samples} calibration samples), and the bytes of its tables.`,
        body: element('div', { class: 'scroll' }, sensitivityTable(search)),
      },
    ],
    footer: `nibblec ${VERSION}`,
  });
}

function tiles({ chosen, int8, metric, floatScore, labelledSamples, loss }: PrecisionSearch): Markup {
  const { measured } = chosen;
  const ratio = (100 * measured.flashBytes) / int8.flashBytes;
  const tile = (what: string, value: string, more: string) =>
    element(
      'div',
      { class: 'tile' },
      element('div', { class: 'what' }, what),
      element('div', { class: 'value' }, value),
      element('div', { class: 'more' }, more),
    );
  return element(
    'div',
    { class: 'tiles' },
    tile('Flash', exactBytes(measured.flashBytes), `${ratio.toFixed(0)} % of int8`),
    tile('RAM', exactBytes(measured.ramBytes), `${exactBytes(int8.ramBytes)} in int8`),
    tile(loss === 'kl' ? 'Loss, nats' : 'Loss', lossNumber(measured.loss), `${lossNumber(int8.loss)} in int8`),
    metric === null || measured.score === null || floatScore === null
      ? null
      : tile(
          capitalized(METRICS[metric].title),
          scoreText({ metric, value: measured.score }),
          `${scoreText({ metric, value: floatScore })} in float32, ${grouped(labelledSamples)} samples`,
        ),
  );
}

function activationSection({ activations, chosen }: PrecisionSearch) {
  const rows = activations.map(({ name, int8, found, because }) => [
    name,
    grouped(int8.flashBytes),
    grouped(int8.ramBytes),
    lossNumber(int8.loss),
    found ? summaryOf(found) : `none: ${because}`,
    found ? grouped(found.measured.flashBytes) : '-',
    found ? lossNumber(found.measured.loss) : '-',
    found && found === chosen ? 'chosen' : '',
  ]);
  const head = ['!bits', 'flash B', 'RAM B', 'loss', '!weights that were found', 'flash B', 'loss', '!'];
  return {
    id: 'activations',
    title: 'Bits of activations',
    lead: 'Flash, RAM and loss with weights in int8, and with the weights that were found for these activations. The sections below are of the chosen ones.',
    body: element('div', { class: 'scroll' }, table(head, rows)),
  };
}

function assignmentTable(search: PrecisionSearch): Markup {
  const { candidates, chosen, metric } = search;
  const timed = candidates.some(({ measured }) => measured.instructions);
  const estimated = candidates.some(({ measured }) => measured.instructions?.estimated);
  const keys = keysOf(candidates);
  const head = [
    '!',
    '!formats',
    'flash B',
    'predicted',
    'RAM B',
    ...(timed ? [estimated ? 'instructions, estimated' : 'instructions'] : []),
    'loss',
    'predicted',
    ...(metric === null ? [] : [METRICS[metric].title]),
    '!',
  ];
  const rows = candidates.map((candidate, i) => {
    const { measured, predicted, fits } = candidate;
    return [
      keys[i],
      summaryOf(candidate),
      grouped(measured.flashBytes),
      grouped(predicted.flashBytes),
      grouped(measured.ramBytes),
      ...(timed ? [grouped(measured.instructions?.total ?? 0)] : []),
      lossNumber(measured.loss),
      lossNumber(predicted.loss),
      ...(metric === null ? [] : [measured.score === null ? '-' : scoreText({ metric, value: measured.score })]),
      candidate === chosen ? 'chosen' : fits ? '' : 'too much',
    ];
  });
  return table(head, rows);
}

function layerTable({ layers, candidates, chosen }: PrecisionSearch): Markup {
  const keys = keysOf(candidates).map((key, i) => (candidates[i] === chosen ? `${key} (chosen)` : key));
  const head = ['!layer', '!operator', 'weights', ...keys.map((key) => `!${key}`)];
  const rows = layers.map(({ name, op, weights }, l) => [
    name,
    op,
    grouped(weights),
    ...candidates.map(({ formats }) => formats[l]),
  ]);
  return table(head, rows);
}

function sensitivityTable(search: PrecisionSearch): Markup {
  const formats = formatsOf(search);
  const head = ['!layer', ...formats.flatMap((format) => [format, 'bytes'])];
  const rows = search.layers.map(({ name, choices }) => [
    name,
    ...formats.flatMap((format) => {
      const choice = choices.find((one) => one.format === format);
      return choice ? [lossNumber(choice.loss), grouped(choice.flashBytes)] : ['-', '-'];
    }),
  ]);
  return table(head, rows);
}

/** A heading that begins with '!' is of a column of words. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  const classes = head.map((title) => (title.startsWith('!') ? 'text' : null));
  const cells = (tag: 'th' | 'td', values: readonly string[]): Child =>
    values.map((value, c) => element(tag, { class: classes[c] }, value));
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        cells(
          'th',
          head.map((title) => title.replace(/^!/, '')),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      rows.map((row) => element('tr', {}, cells('td', row))),
    ),
  );
}

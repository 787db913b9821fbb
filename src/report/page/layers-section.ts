import type { FullReport } from '../full-report.ts';
import { type Child, element, type Markup } from '../svg/markup.ts';
import type { Section } from '../svg/page.ts';
import { type LayerColumn, layerColumns } from './layer-columns.ts';

/** One row for each layer, with what its weights take and cost. */
export function layersSection(full: FullReport): Section {
  const { report, decode, counts } = full;
  const columns = layerColumns(full).filter(({ of }) => report.layers.some((layer) => of(layer) !== null));
  const side = ({ left }: LayerColumn) => (left ? 'text' : null);
  const table = element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        columns.map((c) => element('th', { class: side(c), title: c.help }, c.title)),
      ),
    ),
    element(
      'tbody',
      {},
      report.layers.map((layer) =>
        element(
          'tr',
          {},
          columns.map((c) => cell(c, c.of(layer))),
        ),
      ),
    ),
    element(
      'tfoot',
      {},
      element(
        'tr',
        {},
        columns.map((c) => cell(c, c.total ?? null)),
      ),
    ),
  );
  const sources = new Set(decode.flatMap((cost) => (cost && cost.perWeight !== 0 ? [cost.source] : [])));
  const notes = [
    sources.has('table') &&
      'Decoding: instructions per weight beyond int8, from the table of layers of the same kind that was measured with npm run bench:decode (docs/benchmarks/decode.md).',
    sources.has('measured') &&
      'Decoding: instructions per weight beyond int8, measured on this model: its count minus that of the same layer with a byte per weight.',
    counts &&
      `${counts.unit === 'instructions' ? 'Instructions' : 'Nanoseconds'} of one inference, counted on this build.`,
  ];
  return {
    id: 'layers',
    title: 'Layers',
    lead: 'In the order of the calls. Hover over a heading for what it means.',
    body: [
      element('div', { class: 'scroll' }, table),
      notes.flatMap((note) => (note ? [element('p', { class: 'note' }, note)] : [])),
    ],
  };
}

function cell({ left, longest }: LayerColumn, content: Child): Markup {
  const className = left ? 'text' : null;
  if (longest === undefined || typeof content !== 'string' || content.length <= longest) {
    return element('td', { class: className }, content);
  }
  return element('td', { class: className, title: content }, `…${content.slice(content.length - longest + 1)}`);
}

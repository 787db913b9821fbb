import type { FullReport } from '../full-report.ts';
import { type Child, element, type Markup } from '../svg/markup.ts';
import type { Section } from '../svg/page.ts';
import { type LayerColumn, layerColumns } from './layer-columns.ts';

/** One row for each layer, with what its weights take. */
export function layersSection(full: FullReport): Section {
  const { report, counts } = full;
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
  const note =
    counts &&
    `${counts.unit === 'instructions' ? 'Instructions' : 'Nanoseconds'} of one inference, counted on this build.`;
  return {
    id: 'layers',
    title: 'Layers',
    lead: 'In the order of the calls. Hover over a heading for what it means.',
    body: [element('div', { class: 'scroll' }, table), note && element('p', { class: 'note' }, note)],
  };
}

function cell({ left, longest }: LayerColumn, content: Child): Markup {
  const className = left ? 'text' : null;
  if (longest === undefined || typeof content !== 'string' || content.length <= longest) {
    return element('td', { class: className }, content);
  }
  return element('td', { class: className, title: content }, `…${content.slice(content.length - longest + 1)}`);
}

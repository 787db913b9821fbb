import { element, type Markup } from './markup.ts';

/** What the colours of a plot mean, above it. `className` as in the plot: 's1'. */
export function legend(entries: readonly { readonly className: string; readonly label: string }[]): Markup {
  return element(
    'ul',
    { class: 'legend' },
    entries.map(({ className, label }) => element('li', {}, element('span', { class: `swatch ${className}` }), label)),
  );
}

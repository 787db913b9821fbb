import type { FullReport } from '../full-report.ts';
import { element } from '../svg/markup.ts';
import type { Section } from '../svg/page.ts';

/** What the passes had to say; null when nothing. */
export function remarksSection({ report: { remarks } }: FullReport): Section | null {
  if (remarks.length === 0) return null;
  const rows = remarks.map(({ pass, op, node, text }) =>
    element(
      'tr',
      {},
      [pass, op, node, text].map((cell) => element('td', { class: 'text wrap' }, cell)),
    ),
  );
  const head = ['pass', 'op', 'node', 'remark'].map((title) => element('th', { class: 'text' }, title));
  const table = element('table', {}, element('thead', {}, element('tr', {}, head)), element('tbody', {}, rows));
  return { id: 'remarks', title: 'Remarks of the passes', body: element('div', { class: 'scroll' }, table) };
}

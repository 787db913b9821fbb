import { type Child, element, type Markup, verbatim } from './markup.ts';
import { paletteStyle } from './palette.ts';

export interface Page {
  readonly title: string;
  /** One line under the title. */
  readonly subtitle: string;
  readonly sections: readonly Section[];
  /** One line at the end: tool and version. */
  readonly footer: string;
}

export interface Section {
  /** Literal, for links to it. */
  readonly id: string;
  readonly title: string;
  /** What the section shows, and how to read it. */
  readonly lead?: Child;
  readonly body: Child;
}

/**
 * One HTML file with all in it: no scripts, nothing is loaded (the page forbids it to itself), light and dark as the
 * reader's system has it, printable. Same input, same bytes.
 */
export function renderPage({ title, subtitle, sections, footer }: Page): string {
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: "default-src 'none'; style-src 'unsafe-inline'",
    }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('title', {}, title),
    element('style', {}, verbatim(`${PAGE_STYLE}\n${paletteStyle()}`)),
  );
  const links = sections.map(({ id, title }) => element('a', { href: `#${id}` }, title));
  const body = element(
    'body',
    {},
    element('header', {}, element('h1', {}, title), element('p', { class: 'subtitle' }, subtitle)),
    element('nav', { 'aria-label': 'Sections' }, links),
    element('main', {}, sections.map(renderSection)),
    element('footer', {}, footer),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, body).markup}\n`;
}

function renderSection({ id, title, lead, body }: Section): Markup {
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, title),
    lead === undefined ? null : element('p', { class: 'lead' }, lead),
    body,
  );
}

const PAGE_STYLE = `:root{--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
*{box-sizing:border-box}
html{background:var(--ground);color:var(--ink);font:16px/1.5 var(--sans);-webkit-text-size-adjust:100%}
body{max-width:78rem;margin:0 auto;padding:2rem 1.5rem 3rem}
h1{font-size:1.75rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
.subtitle{margin:.35rem 0 0;color:var(--faint);overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin:1.1rem 0 0;padding:.6rem 0;border-block:1px solid var(--rule);font-size:.9rem}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
section{margin-top:2.5rem}
h2{font-size:1.2rem;margin:0 0 .35rem}
h3{font-size:.95rem;margin:0 0 .15rem;overflow-wrap:anywhere}
.lead{margin:0 0 1rem;color:var(--faint);max-width:48rem;font-size:.92rem}
.note{margin:.6rem 0 0;color:var(--faint);font-size:.85rem;max-width:60rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.8rem}
.tile{background:var(--raised);border:1px solid var(--rule);border-radius:8px;padding:.8rem 1rem}
.tile .what{color:var(--faint);font-size:.8rem;font-weight:600}
.tile .value{font-size:1.5rem;line-height:1.25;font-weight:650;font-variant-numeric:tabular-nums}
.tile .more{color:var(--faint);font-size:.8rem;overflow-wrap:anywhere}
.good{color:var(--good)}.bad{color:var(--bad)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.78rem;font-variant-numeric:tabular-nums;width:100%}
th{font-weight:600;color:var(--faint);vertical-align:bottom}
th,td{padding:.27rem .25rem;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}
th{white-space:normal}
thead th{border-bottom:1px solid var(--rule)}
tfoot td{border-top:1px solid var(--rule);border-bottom:0;font-weight:650}
th.text,td.text{text-align:left}
td.wrap{white-space:normal;overflow-wrap:anywhere}
figure{margin:0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1.6rem 1.4rem}
.facts{color:var(--faint);font-size:.8rem}
footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--rule);color:var(--faint);font-size:.8rem}
@media print{html{font-size:11px}body{max-width:none;padding:0}nav{display:none}.card,.tile,tr{break-inside:avoid}section{break-inside:auto}.scroll{overflow:visible}}`;

import { printable } from '../printable.ts';

/** A piece of SVG or HTML. Only this file turns text into one, so nothing reaches a page unescaped. */
export interface Markup {
  readonly markup: string;
}

/** What may stand within an element: strings and numbers are text, null is nothing. */
export type Child = Markup | string | number | null | readonly Child[];

export type Attributes = Readonly<Record<string, string | number | null>>;

const VOID = new Set(['meta', 'br']);

/** An element; attributes that are null are left out. `tag` and the names of attributes are literals, never data. */
export function element(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === null ? [] : [` ${name}="${escaped(String(typeof value === 'number' ? coordinate(value) : value))}"`],
  );
  const open = `<${tag}${written.join('')}>`;
  return { markup: VOID.has(tag) ? open : `${open}${children.map(render).join('')}</${tag}>` };
}

/** Several pieces as one. */
export function group(...children: readonly Child[]): Markup {
  return { markup: children.map(render).join('') };
}

/** Text that is markup already: constants of this program, never data. */
export function verbatim(markup: string): Markup {
  return { markup };
}

function render(child: Child): string {
  if (child === null) return '';
  if (typeof child === 'number') return String(coordinate(child));
  if (typeof child === 'string') return escaped(child);
  return 'markup' in child ? child.markup : child.map(render).join('');
}

/** Names come out of model files: no markup, no control characters, no changes of writing direction. Lines stay. */
function escaped(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Hundredths of a pixel are enough, and print alike on every machine. */
export function coordinate(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}

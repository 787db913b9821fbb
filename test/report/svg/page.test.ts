import { expect, test } from 'vitest';
import { rect } from '../../../src/report/svg/marks.ts';
import { renderPage } from '../../../src/report/svg/page.ts';
import { frame, plot } from '../../../src/report/svg/plot.ts';

const HOSTILE = '</script><img src=x onerror="alert(1)"> \u202e\u0000\u001b[31m & \'quoted\'';

test('a page loads nothing, and is the same each time', () => {
  const box = frame(300, 100, { top: 10, right: 10, bottom: 30, left: 60 });
  const bar = rect([60, 20], [100, 40], { className: 's1', title: HOSTILE });
  const page = () =>
    renderPage({
      title: HOSTILE,
      subtitle: HOSTILE,
      sections: [{ id: 'one', title: HOSTILE, lead: HOSTILE, body: plot(box, HOSTILE, bar) }],
      footer: HOSTILE,
    });
  const again = page();
  expect(page() === again).toBe(true);
  expect(page()).not.toMatch(/<(script|img|link|iframe)|<[^>]*\s(src|href)="[^#]|url\(|@import|https?:/);
  expect(page()).toContain('<!doctype html>');
  expect(page()).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"`);
  expect(balanced(page())).toBe(true);
});

/** Every element that is opened is closed, in order. */
function balanced(page: string): boolean {
  const open: string[] = [];
  for (const [, slash, tag] of page.replace(/<!doctype html>/, '').matchAll(/<(\/?)(\w+)[^>]*>/g)) {
    if (slash === '' && !['meta', 'br'].includes(tag)) open.push(tag);
    else if (slash !== '' && open.pop() !== tag) return false;
  }
  return open.length === 0;
}

import { expect, test } from 'vitest';
import { element } from '../../../src/report/svg/markup.ts';

const HOSTILE = '</script><img src=x onerror="alert(1)"> \u202e\u0000\u001b[31m & \'quoted\'';

test('text and attributes are escaped, whatever they are', () => {
  const { markup } = element('g', { class: HOSTILE, x: null }, HOSTILE, [1.23456, null, element('b', {}, 'a < b')]);
  expect(markup).toMatch(/^<g class="[^<>"']*">[^<>"']*1\.23<b>a &#60; b<\/b><\/g>$/);
  expect(markup).not.toMatch(/\p{Cc}|\p{Cf}/u);
});

test('lines of a hover title stay apart', () => {
  expect(element('title', {}, 'a\nb').markup).toBe('<title>a\nb</title>');
});

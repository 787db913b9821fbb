import { expect, test } from 'vitest';
import { printable } from '../../src/report/printable.ts';
import { bytesText, grouped, renderTable } from '../../src/report/table.ts';

test('columns are as wide as their cells, numbers on the right', () => {
  const columns = [{ title: 'name' }, { title: 'n', align: 'right' as const }];
  expect(
    renderTable(columns, [
      ['a', '1'],
      ['longer', '1,000'],
    ]),
  ).toEqual(['name        n', 'a           1', 'longer  1,000']);
});

test('only columns that may be cut are, at the end they name', () => {
  const columns = [{ title: 'a', cut: 'start' as const }, { title: 'b', cut: 'end' as const }, { title: 'c' }];
  const row = ['abcdefghijkl', 'abcdefghijkl', 'abcdefghijkl'];
  expect(renderTable(columns, [row], 32)[1]).toBe('..ghijkl  abcdef..  abcdefghijkl');
  expect(renderTable(columns, [row], 1)[1]).toBe('..ijkl  abcd..  abcdefghijkl');
});

test('numbers', () => {
  expect([0, 999, 1000, 1234567.4].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect(bytesText(9999)).toBe('9,999 B');
  expect(bytesText(10240)).toBe('10,240 B (10.0 KiB)');
  expect(bytesText(3 * 2 ** 20)).toBe('3,145,728 B (3.0 MiB)');
});

test('nothing that steers a terminal gets through', () => {
  expect(printable('a\u001b[2Jb\r\n\u202ec\u0085d\u2028e')).toBe('a?[2Jb???c?d?e');
  expect(printable('Straße 漢字')).toBe('Straße 漢字');
});

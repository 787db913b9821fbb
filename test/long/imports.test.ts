import { expect, test } from 'vitest';
import { runImports } from '../fuzz/imports-table.ts';

test('30000 codes of random quantized files: none differs where float32 is exact, else at ties', async () => {
  const rows = await runImports({ codes: 30_000, seed: 77, say: () => {} });
  expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
  expect(rows.filter(({ scales, atTies }) => scales === 'powers of two' && atTies > 0)).toEqual([]);
  expect(rows.filter(({ wrong }) => wrong > 0)).toEqual([]);
});

import { expect, test } from 'vitest';
import { runImports } from '../fuzz/imports-table.ts';

test('30000 codes of random quantized files: none differs where float32 is exact, else by one', async () => {
  const rows = await runImports({ codes: 30_000, seed: 77, say: () => {} });
  expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
  expect(rows.filter(({ scales, different }) => scales === 'powers of two' && different > 0)).toEqual([]);
  expect(rows.filter(({ largest }) => largest > 1)).toEqual([]);
});

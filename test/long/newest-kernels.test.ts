import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newestKernelsText, TABLE } from '../../scripts/newest-kernels.ts';

test('the table of newest kernels is what the installed onnxruntime answers', { timeout: 900_000 }, async () => {
  expect(readFileSync(TABLE, 'utf8')).toBe(await newestKernelsText());
});

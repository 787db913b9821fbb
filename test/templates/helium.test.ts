import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TEMPLATE_ROOT } from '../../src/codegen/templates.ts';

const folder = join(TEMPLATE_ROOT, 'helium', 'kernels');

// gcc 12 takes a constant predicate of these for all ones. In assembly there are none to get wrong.
test('no kernel of Helium shifts by an intrinsic with a predicate', () => {
  const predicated = /\bv[a-z]*sh[lr][a-z]*q?_[mx]\w*\(/;
  const found = readdirSync(folder).filter((name) => predicated.test(readFileSync(join(folder, name), 'utf8')));
  expect(found).toEqual([]);
  expect(predicated.test('vshlq_m_n_s32(a, b, 3, 0x0F0F)')).toBe(true);
});

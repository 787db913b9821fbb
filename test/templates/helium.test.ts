import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TEMPLATE_ROOT } from '../../src/codegen/templates.ts';

/** Intrinsics of shifts with a predicate: vshlq_m_n_s8, vrshrq_x_n_s32, ... */
const PREDICATED_SHIFT = /\bv[a-z]*sh[lr][a-z]*q_[mx]\w*/g;

test('no shift has a predicate: gcc 12 takes a constant one for all lanes', () => {
  const folder = join(TEMPLATE_ROOT, 'helium/kernels');
  const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(text.join('\n').match(PREDICATED_SHIFT)).toBeNull();
  expect('vshlq_m_n_s8(a, b, 4, p); vrshrq_x_n_s32(a, 1, p); vshlq_r_s32(a, 1)'.match(PREDICATED_SHIFT)).toEqual([
    'vshlq_m_n_s8',
    'vrshrq_x_n_s32',
  ]);
});

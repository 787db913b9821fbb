import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TEMPLATE_ROOT } from '../../src/codegen/templates.ts';
import { KERNEL_SETS } from '../../src/kernels/sets.ts';

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

/** `for (; n >= 2; n -= 2) { ... }` and behind it `if (n > 0)`, up to the end of the function. */
const REST_OF_TWOS = /\(;? ?(\w+) (?:>= 2|> 1)[;)](?:(?!\n\})[\s\S])*\bif \(\1 (?:> 0|>= 1|== 1)\)/;

test('what is left by a loop of twos is told by its lowest bit: gcc 12 at -Os for such a core takes its own end for it', () => {
  const files = KERNEL_SETS.flatMap(({ name }) => {
    const folder = join(TEMPLATE_ROOT, name, 'kernels');
    return readdirSync(folder).map((file) => join(folder, file));
  });
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => REST_OF_TWOS.test(readFileSync(file, 'utf8')))).toEqual([]);
  expect(REST_OF_TWOS.test('for (; n >= 2; n -= 2) {\n    y++;\n    }\n    if (n > 0) {')).toBe(true);
  expect(REST_OF_TWOS.test('while (n > 1) {\n    }\n    if (n == 1) {')).toBe(true);
  expect(REST_OF_TWOS.test('for (; n >= 2; n -= 2) {\n    }\n    if ((n & 1) != 0) {')).toBe(false);
  expect(REST_OF_TWOS.test('for (; n >= 4; n -= 4) {\n    }\n    if (n > 0) {')).toBe(false);
});

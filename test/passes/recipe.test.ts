import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/ir/program.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import { allPasses, canonicalize, foldConstants, parseRecipe, printRecipe, step } from '../../src/passes/index.ts';
import { UserError } from '../../src/support/errors.ts';

const RECIPE: Json = { name: 'mine', passes: ['canonicalize', ['fold-constants', { maxBytes: 1024 }]] };

test('a recipe is exactly the pipeline in code, both ways', () => {
  const pipeline = [step(canonicalize), step(foldConstants, { maxBytes: 1024 })];
  expect(parseRecipe(RECIPE, allPasses)).toEqual({ name: 'mine', pipeline });
  expect(printRecipe('mine', pipeline)).toEqual(RECIPE);
  expect(printRecipe('mine', [canonicalize, step(foldConstants, { maxBytes: 1024, maxGrowth: 4 })])).toEqual(RECIPE);
});

test('goal and kernels beside the passes, both ways', () => {
  const kernels = { goal: 'size', kernels: { 'a/b': 'conv2d_s8' } } as const;
  const json: Json = { name: 'mine', passes: ['canonicalize'], ...kernels };
  expect(parseRecipe(json, allPasses)).toEqual({ name: 'mine', pipeline: [step(canonicalize)], ...kernels });
  expect(printRecipe('mine', [canonicalize], kernels)).toEqual(json);
});

test('the default pipeline survives the round trip', () => {
  const json = printRecipe('float32', floatPasses);
  expect(parseRecipe(json, allPasses).pipeline).toEqual(floatPasses.map((pass) => step(pass)));
});

describe('what is refused', () => {
  test.each<[Json, string, string | undefined]>([
    [[], 'a recipe is a JSON object with a list "passes"', undefined],
    [{ pases: [] }, "unknown recipe key 'pases'", "did you mean 'passes'?"],
    [{ name: 1, passes: [] }, '"name" must be a text', undefined],
    [{ passes: 'canonicalize' }, '"passes" must be a list', undefined],
    [{ passes: [1] }, 'an entry is a pass name or [name, { options }]', undefined],
    [{ passes: [['canonicalize', {}, 1]] }, 'an entry is a pass name or [name, { options }]', undefined],
    [{ passes: [], goal: 'sped' }, "unknown goal 'sped'", "did you mean 'speed'?"],
    [{ passes: [], goal: 1 }, '"goal" must be a text', undefined],
    [{ passes: [], kernels: ['a'] }, '"kernels" must be { "layer": "kernel" }', undefined],
    [{ passes: [], kernels: { a: 1 } }, "the kernel of 'a' must be a text", undefined],
    [{ passes: ['fold-constant'] }, "unknown pass 'fold-constant'", "did you mean 'fold-constants'?"],
    [
      { passes: [['fold-constants', { maxbytes: 1 }]] },
      "unknown option of 'fold-constants' 'maxbytes'",
      "did you mean 'maxBytes'?",
    ],
    [{ passes: [['canonicalize', { x: 1 }]] }, "unknown option of 'canonicalize' 'x'", 'it has none'],
    [
      { passes: [['fold-constants', { maxBytes: '1' }]] },
      "option 'maxBytes' of 'fold-constants' must be a number, not a string",
      undefined,
    ],
  ])('%j', (json, message, hint) => {
    try {
      parseRecipe(json, allPasses);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect(error instanceof UserError && error.problem).toMatchObject({ code: 'BAD_ARGUMENT', message });
      expect(error instanceof UserError && error.problem.hint).toBe(hint);
    }
  });
});

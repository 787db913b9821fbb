import { describe, expect, test } from 'vitest';
import { presentError } from '../src/cli/present-error.ts';
import { InvariantError, UserError } from '../src/support/errors.ts';

const PROBLEM = {
  code: 'UNSUPPORTED',
  message: '2 nodes cannot become C',
  where: "Conv 'a\u001b[2J'",
  because: ['first reason', 'second reason'],
  hint: 'do this',
} as const;

describe('presentError', () => {
  test('tells what, where, why and what next', () => {
    expect(presentError(new UserError(PROBLEM))).toEqual({
      exitCode: 1,
      text: [
        'error[UNSUPPORTED]: 2 nodes cannot become C',
        "  where:   Conv 'a?[2J'",
        '  because: first reason',
        '           second reason',
        '  hint:    do this',
      ].join('\n'),
    });
  });

  test('leaves out what there is nothing about, and what the message says already', () => {
    const error = new UserError({ code: 'BAD_DATA', message: 'x.npy: too short', because: ['too short'] });
    expect(presentError(error).text).toBe('error[BAD_DATA]: x.npy: too short');
  });

  test.each([
    ['an invariant', new InvariantError('missing type')],
    ['any other error', new TypeError('missing type')],
  ])('%s is our bug: status 70 and how to get a dump', (_what, error) => {
    const { text, exitCode } = presentError(error);
    expect(exitCode).toBe(70);
    expect(text).toMatch(/^error\[INTERNAL\]: missing type\n {2}because: this is a bug in nibblec/);
    expect(text).toContain('--dump-ir');
    expect(text).not.toContain('    at ');
  });

  test('stack traces and causes on request only', () => {
    const error = new UserError(PROBLEM, { cause: new Error('the cause') });
    expect(presentError(error).text).not.toContain('the cause');
    const { text } = presentError(error, { debug: true });
    expect(text).toContain('    at ');
    expect(text).toContain('caused by: Error: the cause');
  });

  test.each([
    [1, ['BAD_ARGUMENT', 'BAD_DATA', 'BAD_MODEL', 'BAD_PASS', 'BAD_TARGET', 'DIVERGED', 'FILE', 'TOO_LARGE']],
    [1, ['UNBOUND_DIMENSION', 'UNSUPPORTED']],
    [2, ['DOES_NOT_FIT', 'MISMATCH', 'NOT_MET']],
    [3, ['RUNTIME', 'TOOL_FAILED', 'TOOL_MISSING']],
  ] as const)('status %d: %s', (status, codes) => {
    for (const code of codes) expect(presentError(new UserError({ code, message: '' })).exitCode).toBe(status);
  });

  test('as JSON', () => {
    const { text, exitCode } = presentError(new UserError(PROBLEM), { json: true });
    expect(JSON.parse(text)).toEqual({ error: PROBLEM });
    expect(exitCode).toBe(1);
    expect(JSON.parse(presentError('thrown text', { json: true }).text).error).toMatchObject({
      code: 'INTERNAL',
      message: 'thrown text',
    });
  });
});

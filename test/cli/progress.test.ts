import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';

let written = '';
beforeEach(() => {
  written = '';
  vi.useFakeTimers();
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function run(silent: boolean, terminal: boolean, note?: string): void {
  const progress = createProgress(silent, terminal);
  for (let done = 1; done <= 10; done++) {
    vi.advanceTimersByTime(1000);
    progress.update('calibrate', done, 10, note);
  }
  progress.stop();
}

test('a plain line every few seconds where there is no terminal', () => {
  run(false, false);
  expect(written).toBe('calibrate: 3 of 10\ncalibrate: 6 of 10\ncalibrate: 9 of 10\n');
});

test('and how good it is by then', () => {
  run(false, false, 'loss 0.12');
  expect(written.split('\n')[0]).toBe('calibrate: 3 of 10, loss 0.12');
});

test('nothing when silent', () => {
  run(true, true, 'loss 0.12');
  expect(written).toBe('');
});

test('a bar on a terminal, which needs no room afterwards', () => {
  Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
  try {
    run(false, true, 'loss 0.12');
  } finally {
    Object.defineProperty(process.stderr, 'isTTY', { value: undefined, configurable: true });
  }
  expect(written).toContain('calibrate      ');
  expect(written).toContain('9/10');
  expect(written).toMatch(/s left, loss 0.12/);
  expect(written).not.toContain('calibrate: ');
});

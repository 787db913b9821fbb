import { afterEach, expect, test } from 'vitest';
import { TOOLS } from '../../src/verify/tools.ts';
import { cli } from './run-cli.ts';

const PATH = process.env.PATH;
afterEach(() => {
  process.env.PATH = PATH;
});

test('doctor tells of every tool what it is for', async () => {
  const { exitCode, stdout } = await cli('.', 'doctor', '--json');
  expect(exitCode).toBe(0);
  const { tools, node } = JSON.parse(stdout);
  expect(node).toBe(process.versions.node);
  expect(tools.map(({ command }: { command: string }) => command)).toEqual(TOOLS.map(({ command }) => command));
});

test('for a part it asks only for what that needs, and fails where it is missing', async () => {
  process.env.PATH = '/nowhere';
  const { exitCode, stdout } = await cli('.', 'doctor', '-t', 'rp2040');
  expect(exitCode).toBe(3);
  expect(stdout.match(/^\S+ +missing /gm)).toEqual(
    ['gcc', 'arm-none-eabi-gcc', 'qemu-system-arm'].map((name) => expect.stringContaining(name)),
  );
  expect(stdout).toContain('To install what is missing:');
});

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const RUN_TOOL = fileURLToPath(new URL('../../src/verify/run-tool.ts', import.meta.url));

/** A process that runs a tool through us, and says the tool's process id. */
const PARENT = `
  import('${RUN_TOOL}').then(({ runTool }) => runTool('sh', ['-c', 'echo $$ > "$PID_FILE"; exec sleep 300']));
`;

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test.runIf(process.platform === 'linux')('a tool ends when the process that started it is killed', async () => {
  const { mkdtempSync, existsSync, readFileSync } = await import('node:fs');
  const file = `${mkdtempSync('/tmp/nibblec-killed-')}/pid`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', PARENT], {
    env: { ...process.env, PID_FILE: file },
    stdio: 'ignore',
  });
  const until = async (condition: () => boolean) => {
    for (let i = 0; i < 600 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(condition()).toBe(true);
  };
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
  const tool = Number(readFileSync(file, 'utf8'));
  expect(isAlive(tool)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !isAlive(tool));
});

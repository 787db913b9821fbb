import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { modelBytes, node } from '../frontend/proto.ts';

const SESSION = new URL('../../src/runtime/isolated-session.ts', import.meta.url);

describe.skipIf(process.platform !== 'linux')('the other process of onnxruntime', () => {
  it('ends with ours, in the middle of a model that takes long to load', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nibblec-'));
    await writeFile(join(folder, 'slow.onnx'), slow());
    await writeFile(
      join(folder, 'ask.ts'),
      `import { readFileSync } from 'node:fs';
       import { runIsolated } from ${JSON.stringify(SESSION.href)};
       void runIsolated(readFileSync(${JSON.stringify(join(folder, 'slow.onnx'))}));
       setTimeout(() => process.stdout.write('asked'), 100);`,
    );
    const ours = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), join(folder, 'ask.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(ours.stdout, 'data');
    const theirs = await busyChildOf(ours.pid!);
    ours.kill('SIGKILL');
    while (existsSync(`/proc/${theirs}/stat`)) await wait(100);
    expect(existsSync(`/proc/${theirs}/stat`)).toBe(false);
  }, 60_000);
});

/** 2^16 nodes of functions in functions: onnxruntime inlines them for minutes, and does not listen meanwhile. */
function slow(): Uint8Array {
  const level = (i: number) => ({
    name: `f${i}`,
    domain: 'mine',
    input: ['a'],
    output: ['c'],
    opsetImport: [
      { domain: '', version: 21 },
      { domain: 'mine', version: 1 },
    ],
    node:
      i === 0
        ? [node('Neg', ['a'], ['c'])]
        : [node(`f${i - 1}`, ['a'], ['b'], {}, 'mine'), node(`f${i - 1}`, ['b'], ['c'], {}, 'mine')],
  });
  const functions = Array.from({ length: 17 }, (_, i) => level(i));
  return modelBytes({ nodes: [node('f16', ['x'], ['y'], {}, 'mine')], functions, domains: { mine: 1 } });
}

/** The child process that has onnxruntime (tsx may have others), once it has used a second of the processor. */
async function busyChildOf(pid: number): Promise<number> {
  for (;;) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    const busy = children.find((child) => {
      const ticks = readFileSync(`/proc/${child}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
      return /onnxruntime/.test(readFileSync(`/proc/${child}/cmdline`, 'utf8')) && ticks[0] + ticks[1] > 100;
    });
    if (busy !== undefined) return busy;
    await wait(100);
  }
}

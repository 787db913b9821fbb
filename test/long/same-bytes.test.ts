import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { describeWith, inFolder } from '../verify/native.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLI = `${ROOT}dist/cli/main.js`;
/** Without AVX, and with all that QEMU has: other float kernels of onnxruntime. */
const PROCESSORS = ['Nehalem', 'max'];

const emulated = (processor: string, args: readonly string[]) =>
  execa('qemu-x86_64', ['-cpu', processor, process.execPath, ...args], { cwd: ROOT });

async function available(): Promise<true | string> {
  if (process.arch !== 'x64') return 'this test emulates x86-64 on x86-64';
  const { failed } = await execa('qemu-x86_64', ['--version'], { reject: false });
  return failed ? 'qemu-x86_64 is not installed (npm run toolchain:long)' : true;
}

await describeWith('the same bytes on two processors', available, () => {
  beforeAll(() => readFile(CLI)); // npm run test:long builds it

  test('whose onnxruntime gives other real numbers', async () => {
    const script = `
      const { InferenceSession, Tensor } = require('onnxruntime-node');
      const x = Float32Array.from({ length: 24 * 24 }, (_, i) => Math.fround(((i * 37) % 101) / 101));
      InferenceSession.create('examples/shapes/shapes.onnx').then(async (session) => {
        const results = await session.run({ [session.inputNames[0]]: new Tensor('float32', x, [1, 1, 24, 24]) });
        console.log(Buffer.from(results[session.outputNames[0]].data.buffer).toString('hex'));
      });`;
    const [old, all] = await eachProcessor(async (processor) => (await emulated(processor, ['-e', script])).stdout);
    expect(old).toMatch(/^[0-9a-f]{80}$/);
    expect(old).not.toBe(all);
  });

  test.each([
    ['shapes', ['--weights', 'int4']],
    ['vibration', ['--float-io']],
  ])('%s: what quantize wrote here becomes the C that it becomes there', async (name, flags) => {
    await inFolder(async (folder) => {
      const model = `examples/${name}/${name}.onnx`;
      const calibration = `examples/${name}/calibration.json`;
      await execa(process.execPath, [CLI, 'quantize', model, '--calibrate', calibration, ...flags, '-o', folder], {
        cwd: ROOT,
      });
      const qdq = join(folder, `${name}_qdq.onnx`);
      const [old, all] = await eachProcessor(async (processor) => {
        const out = join(folder, processor);
        await emulated(processor, [CLI, 'compile', qdq, '--name', name, '-t', 'stm32f405rg', '-o', out]);
        return filesIn(out);
      });
      expect(Object.keys(old)).toContain(`${name}_weights.c`);
      expect(old).toEqual(all);
    });
  });
});

/** One after the other: an emulated processor keeps a whole core busy. */
async function eachProcessor<T>(work: (processor: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const processor of PROCESSORS) results.push(await work(processor));
  return results;
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder);
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

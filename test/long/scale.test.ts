import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { type FileSpec, node, onnxFile } from '../helpers/onnx-file.ts';
import { inFolder } from '../verify/native.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const target = await loadTarget('host');
const ids = (count: number) => Array.from({ length: count }, (_, i) => i);

const SHAPES: Readonly<Record<string, (count: number) => FileSpec>> = {
  nodes: (count) => ({
    inputs: { x: ['f32', [4]] },
    outputs: [`v${count - 1}`],
    constants: {},
    nodes: ids(count).map((i) => node(`v${i} = Relu(${i ? `v${i - 1}` : 'x'})`)),
  }),
  outputs: (count) => ({
    inputs: { x: ['f32', [4]] },
    outputs: ids(count).map((i) => `v${i}`),
    constants: {},
    nodes: ids(count).map((i) => node(`v${i} = Relu(x)`)),
  }),
  inputs: (count) => ({
    inputs: Object.fromEntries(ids(count + 1).map((i) => [`x${i}`, ['f32', [4]] as const])),
    outputs: [`v${count - 1}`],
    constants: {},
    nodes: ids(count).map((i) => node(`v${i} = Add(${i ? `v${i - 1}` : `x${count}`}, x${i})`)),
  }),
  constants: (count) => ({
    inputs: { x: ['f32', [4]] },
    outputs: [`v${count - 1}`],
    constants: Object.fromEntries(ids(count).map((i) => [`c${i}`, tensorOf('f32', [4], [i, 1, 2, 3])])),
    nodes: ids(count).map((i) => node(`v${i} = ${i % 2 ? 'Min' : 'Max'}(${i ? `v${i - 1}` : 'x'}, c${i})`)),
  }),
};

/** As many constants are as many nodes. */
const LIMITED = ['nodes', 'outputs', 'inputs'];

/** Processor time of `nibblec compile` and of all that it starts: onnxruntime, which alone takes 8 s for 20,000 outputs, and gcc. */
async function cpuSeconds(spec: FileSpec): Promise<number> {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'm.onnx'), onnxFile(spec));
    const command = [process.execPath, '--import', import.meta.resolve('tsx'), MAIN, 'compile', 'm.onnx', '-o', 'out'];
    const { stdout } = await execa('sh', ['-c', '"$@" >log && times', 'sh', ...command], { cwd: folder });
    const [, children] = stdout.trim().split('\n');
    return children.split(' ').reduce((sum, time) => sum + secondsOf(time), 0);
  });
}

/** '1m2.50s', as the shell prints times. */
function secondsOf(time: string): number {
  const [minutes, seconds] = time.slice(0, -1).split('m').map(Number);
  return 60 * minutes + seconds;
}

test.each(Object.keys(SHAPES))('20,000 %s cost at most 12 times the processor time of 2,000', async (what) => {
  const [few, many] = [await cpuSeconds(SHAPES[what](2000)), await cpuSeconds(SHAPES[what](20_000))];
  console.log(`${what}: ${few} s, ${many} s`);
  expect(many / few).toBeLessThan(12);
});

test.each(LIMITED)('more than 100,000 %s are refused', async (what) => {
  await expect(compileModel({ model: onnxFile(SHAPES[what](100_001)), name: 'm', target })).rejects.toThrow('100000');
});

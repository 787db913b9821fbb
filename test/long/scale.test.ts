import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { type FileSpec, node, onnxFile } from '../helpers/onnx-file.ts';

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

/** Of our process. onnxruntime has one of its own: to load 20,000 readers of one value takes it 5 s, 2,000 take 0.1 s. */
async function cpuSeconds(model: Uint8Array): Promise<number> {
  const before = process.cpuUsage();
  await compileModel({ model, name: 'm', target });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

test.each(Object.keys(SHAPES))('20,000 %s cost at most 12 times the processor time of 2,000', async (what) => {
  await cpuSeconds(onnxFile(SHAPES[what](100))); // what is loaded once
  const [few, many] = [
    await cpuSeconds(onnxFile(SHAPES[what](2000))),
    await cpuSeconds(onnxFile(SHAPES[what](20_000))),
  ];
  expect(many / few).toBeLessThan(12);
});

test.each(LIMITED)('more than 100,000 %s are refused', async (what) => {
  await expect(compileModel({ model: onnxFile(SHAPES[what](100_001)), name: 'm', target })).rejects.toThrow('100000');
});

import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { i64, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { describeWith, inFolder } from './native.ts';

/** Only the indices of TopK and the last states of an LSTM are read. */
const FILE = onnxFile({
  inputs: { x: ['f32', [3, 1, 8]] },
  outputs: ['g', 's'],
  constants: {
    k: i64(2),
    w: random('f32', [1, 8, 8], 1),
    r: random('f32', [1, 8, 2], 2),
    t: random('f32', [8], 3),
  },
  nodes: [
    node('v, i = TopK(x, k)'),
    node('g = Gather(t, i)'),
    node('y, h, c = LSTM(x, w, r)', { hidden_size: 2 }),
    node('s = Add(h, c)'),
  ],
});

/** Without tables, which not all layers read from a flash of its own. */
const SMALL = onnxFile({
  inputs: { x: ['f32', [3, 1, 8]] },
  outputs: ['g'],
  constants: { k: i64(2) },
  nodes: [node('v, i = TopK(x, k)'), node('g = Abs(i)')],
});

const CORES = [
  ['host', FILE, ['i', 'h', 'c', 'g', 's']],
  ['cortex-m4f', FILE, ['i', 'h', 'c', 'g', 's']],
  ['avr', SMALL, ['i', 'g']],
] as const;

for (const [core, file, values] of CORES) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  await describeWith(`second results on ${core}`, toolchain.available, () => {
    /** Layers that differ, and how many values are judged; `change` of the C. */
    async function judged(change: (text: string) => string) {
      const model = await compileModel({ model: file, name: 'm', target });
      const files = new Map([...model.files].map(([name, text]) => [name, name === 'm.c' ? change(text) : text]));
      const samples = randomDataset(datasetInputs(model.floatGraph), 2, 1);
      const { layers } = await inFolder((directory) =>
        verifyModel({ ...model, files }, samples, { toolchain, directory, optimize: '-Os' }),
      );
      return { values: layers.map(({ value }) => value), wrong: layers.filter((one) => !agrees(one, 1e-5)) };
    }

    test('are judged, each where it arises', async () => {
      const right = await judged((text) => text);
      expect(right.values).toEqual(expect.arrayContaining([...values]));
      expect(right.wrong).toEqual([]);
      const changed = await judged((text) => text.replace(/(y1\[.*\] = )last;/, '$1(last + 1) % 8;'));
      expect(changed.wrong.map(({ value }) => value)).toEqual(['i']);
    });
  });
}

import { expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import { writeNpz } from '../../src/numerics/npz.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/train/checkpoint-file.ts';
import type { Checkpoint } from '../../src/train/trainer.ts';

const values = new Map([
  ['a/b', tensorOf('f32', [2, 2], [1e-40, -0, 0.1, 3])],
  ['../m', tensorOf('f32', [], [7])],
]);
const checkpoint: Checkpoint = {
  epoch: 2,
  values,
  history: [
    { loss: 0.1 + 0.2, validation: null },
    { loss: Number.NaN, validation: Number.NEGATIVE_INFINITY },
  ],
  best: { epoch: 1, validation: Number.NaN, values: new Map([['a/b', tensorOf('f32', [1], [5])]]) },
};

test.each([
  ['with a best of its own', checkpoint],
  ['whose best is the last', { ...checkpoint, best: { epoch: 2, validation: 1, values } }],
  ['without a best', { ...checkpoint, best: null }],
])('a checkpoint %s is read back as it was', (_, given) => {
  const bytes = encodeCheckpoint(given);
  expect(decodeCheckpoint(bytes, 'c.npz')).toEqual(given);
  expect(encodeCheckpoint(given)).toEqual(bytes);
});

test.each([
  ['no ZIP', new Uint8Array(50)],
  ['cut off', encodeCheckpoint(checkpoint).subarray(0, 300)],
  ['without its text', writeNpz(new Map([['value-0', tensorOf('f32', [1], [1])]]))],
  ['of another version', withMeta('{"version":2}')],
  ['with an array too few', withMeta('{"version":1,"epoch":0,"history":[],"values":["a"],"best":null}')],
  ['with other epochs', withMeta('{"version":1,"epoch":3,"history":[],"values":[],"best":null}')],
  ['that is no JSON', withMeta('{')],
])('a file that is %s is refused', (_, bytes) => {
  expect(() => decodeCheckpoint(bytes, 'c.npz')).toThrow('the checkpoint c.npz is damaged');
});

function withMeta(text: string): Uint8Array {
  const data = new TextEncoder().encode(text);
  return writeNpz(new Map([['meta', { dtype: 'u8', shape: [data.length], data }]]));
}

import { expect, test } from 'vitest';
import type { Json } from '../../src/ir/program.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { compiled, quantizedTo } from './quantized.ts';

const weights = (name: string, shape: readonly number[], seed: number) => {
  const rng = createRng(seed);
  const data = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(rng.normal()));
  return `const ${name}: f32[${shape}] = ${data.join(', ')}`;
};

/** The middle layers hold 16 x 16 pixels of 16 channels; input and output are small. */
const CHAIN = parseGraph(`
  input x: f32[1,1,16,16]
  ${weights('w1', [16, 1, 3, 3], 1)}
  ${weights('w2', [16, 16, 3, 3], 2)}
  ${weights('w3', [16, 16, 3, 3], 3)}
  ${weights('w4', [2, 16, 16, 16], 4)}
  a: f32[1,16,16,16] = Conv(x, w1) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
  b: f32[1,16,16,16] = Conv(a, w2) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
  c: f32[1,16,16,16] = Conv(b, w3) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
  y: f32[1,2,1,1] = Conv(c, w4) kernel_shape=[16,16]
  return y`);

const programOf = async (activations: Json) => compiled((await quantizedTo(CHAIN, activations)).graph);

test('4-bit activations take half the bytes of 8-bit ones', async () => {
  const [eight, four] = [await programOf([]), await programOf({ match: '*', bits: 4 })];
  const activationBytes = ({ program }: typeof eight) =>
    program.buffers.filter(({ role }) => role === 'activation').map(({ bytes }) => bytes);
  expect(activationBytes(eight)).toEqual([4096, 4096, 4096]);
  expect(activationBytes(four)).toEqual([2048, 2048, 2048]);
});

test('and a layer that writes behind the rows it still reads does so in the packed form: half the arena', async () => {
  const four = await programOf([{ match: '*', bits: 4 }]);
  const eight = await programOf([]);
  const scratch = ({ program }: typeof eight, at: number) =>
    program.calls[at].arguments.reduce(
      (sum, { access, buffer }) => sum + (access === 'scratch' ? program.buffers[buffer].bytes : 0),
      0,
    );
  const inPlace = (model: typeof eight) => model.plan.arenaBytes - scratch(model, model.plan.peakCall);
  expect(inPlace(four)).toBeLessThanOrEqual(Math.ceil(inPlace(eight) / 2) + 8);
  expect(four.plan.arenaBytes).toBe(four.plan.lowerBoundBytes);
});

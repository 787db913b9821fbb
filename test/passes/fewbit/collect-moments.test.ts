import { expect, test } from 'vitest';
import { parseGraph } from '../../../src/ir/text.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { collectMoments } from '../../../src/passes/fewbit/collect-moments.ts';
import { choosePositions } from '../../../src/passes/fewbit/patches.ts';
import { weightLayers } from '../../../src/passes/fewbit/weight-layer.ts';
import type { PassContext } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { dequantizeArray } from '../../../src/quant/affine.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { openTrainingSession } from '../../../src/runtime/training-session.ts';
import { MemoryBudget } from '../../../src/support/memory-budget.ts';

const CHANNELS = 4;
const SIZE = 33;

const FLOAT = parseGraph(`
  input x: f32[1,${CHANNELS},${SIZE},${SIZE}]
  const w: f32[6,2,3,3] = ${Array.from({ length: 108 }, (_, i) => Math.fround(Math.sin(i))).join(', ')}
  y: f32[1,6,${SIZE},${SIZE}] = Conv(x, w) pads=[1,1,1,1] group=2 kernel_shape=[3,3]
  return y`);

test('the moments are those of the patches, over several chunks and groups', async () => {
  const range = { min: -1, max: 1 };
  const ranges = new Map([
    ['x', range],
    ['y', range],
  ]);
  const { graph } = await runPipeline({ ...FLOAT, ranges }, [quantizeInt8]);
  const [layer] = weightLayers(graph, FLOAT);
  const rng = createRng(1);
  const inputs = CHANNELS * SIZE ** 2;
  const shape = [1, CHANNELS, SIZE, SIZE];
  const samples = Array.from({ length: 3 }, () => ({
    float: { dtype: 'f32', shape, data: Float32Array.from({ length: inputs }, () => rng.normal()) } as const,
    codes: { dtype: 'i8', shape, data: Int8Array.from({ length: inputs }, () => rng.int(-128, 127)) } as const,
    shortfall: Float32Array.from({ length: 6 * SIZE ** 2 }, () => rng.normal()),
  }));
  const evaluator = createEvaluator();
  const ctx: PassContext = {
    evaluate: evaluator.evaluate,
    open: openTrainingSession,
    rng,
    dataset: null,
    reference: FLOAT,
    checkpoints: null,
    signal: null,
    remark() {},
    memory: new MemoryBudget(),
    progress() {},
  };
  const moments = await collectMoments(
    layer,
    {
      float: samples.map(({ float }) => float),
      codes: samples.map(({ codes }) => codes),
      shortfall: samples.map(({ shortfall }) => shortfall),
    },
    ctx,
  );
  await evaluator.release();

  expect(moments.length).toBe(2);
  for (const [g, group] of moments.entries()) {
    // Weight (channel 1 of the group, tap 0) and (channel 0, tap 5), output 2 of the group.
    const [i, j, r] = [9, 5, 2];
    let [cross, power, mean, missed, count] = [0, 0, 0, 0, 0];
    for (const { float, codes, shortfall } of samples) {
      const real = dequantizeArray(codes.data, layer.inputAffine);
      const at = (data: Float32Array, channel: number, y: number, x: number) =>
        y < 0 || x < 0 || y >= SIZE || x >= SIZE ? 0 : data[((2 * g + channel) * SIZE + y) * SIZE + x];
      for (let y = 0; y < SIZE; y++) {
        for (let x = 0; x < SIZE; x++) {
          const second = at(real, 0, y, x + 1);
          cross += at(float.data, 1, y - 1, x - 1) * second;
          power += at(real, 1, y - 1, x - 1) * second;
          mean += second;
          missed += shortfall[((3 * g + r) * SIZE + y) * SIZE + x] * second;
          count++;
        }
      }
    }
    expect(group.n).toBe(18);
    expect(group.cross[i * 18 + j]).toBeCloseTo(cross / count, 5);
    expect(group.quantized[i * 18 + j]).toBeCloseTo(power / count, 5);
    expect(group.quantizedMean[j]).toBeCloseTo(mean / count, 5);
    expect(group.shortfall[r * 18 + j]).toBeCloseTo(missed / count, 5);
  }
});

test('positions are all of them, or a random choice in order', () => {
  expect([...choosePositions(4, 9, createRng(1))]).toEqual([0, 1, 2, 3]);
  const chosen = [...choosePositions(1000, 100, createRng(1))];
  expect(new Set(chosen).size).toBe(100);
  expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
  expect(chosen.reduce((a, b) => a + b, 0) / 100).toBeGreaterThan(420);
});

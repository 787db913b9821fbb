import { expect, test } from 'vitest';
import { renderOff } from '../../src/cli/render-off.ts';
import { comparer } from '../../src/verify/compare.ts';

const port = { value: 'g', type: { dtype: 'f32', shape: [3], quant: null } } as const;
const rule = { kind: 'close', floor: 1.3e-7, cancels: false } as const;

function offBy(ofRuntime: number[], ofC: number[], defined: number[]): string[] {
  const one = comparer('l00_sigmoid', port, rule);
  one.addOff(Float32Array.from(ofC), Float32Array.from(defined), Float32Array.from(ofRuntime));
  return renderOff([one.result()]);
}

test('the number that onnxruntime misses most, small as it may be', () => {
  const line = "onnxruntime is off in l00_sigmoid 'g': it gives 0 where 1.39e-11 is right, the C 1.39e-11";
  expect(offBy([0, 0.5, 1], [1.3887944e-11, 0.50000006, 1], [1.3887944e-11, 0.5, 1])).toEqual([line]);
});

test('in as many digits as it takes to tell the two apart', () => {
  const line = "onnxruntime is off in l00_sigmoid 'g': it gives 237.03 where 237 is right, the C 237";
  expect(offBy([237.03125, 1, 1], [237, 1, 1], [237, 1, 1])).toEqual([line]);
});

test('numbers that leave their type are told apart, and only where nothing is wrong', () => {
  const two = comparer('l00_matmul', port, rule);
  const [ofC, defined, ofRuntime] = [
    [NaN, 1, 2],
    [NaN, 1, 2],
    [Infinity, 1, 2],
  ].map((row) => Float32Array.from(row));
  two.addOff(ofC!, defined!, ofRuntime!, (index) => index === 0);
  const line =
    "numbers leave their type in l00_matmul 'g', where no result is the right one: onnxruntime gives Infinity, the C NaN";
  expect(renderOff([two.result()])).toEqual([line]);
  two.addOff(ofC!, defined!, Float32Array.of(NaN, 1, 2.5), (index) => index === 0);
  expect(renderOff([two.result()])).toEqual([
    "onnxruntime is off in l00_matmul 'g': it gives 2.5 where 2 is right, the C 2",
  ]);
});

test('nothing, where there is no definition to turn to', () => {
  expect(renderOff([comparer('l00_sigmoid', port, rule).result()])).toEqual([]);
});

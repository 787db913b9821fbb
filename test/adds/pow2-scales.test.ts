import { expect, test } from 'vitest';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { step } from '../../src/passes/pass.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { isPow2 } from '../../src/quant/pow2-scale.ts';
import { quantizeGraph } from './layers.ts';
import { smallNetwork } from './network.ts';

test.each(['int8', 'ternary', 'int4', 'pow2-4'])('every scale of a network in %s is a power of two', async (format) => {
  const { graph } = await quantizeGraph(smallNetwork(format), [format], 1);
  const scales = [...graph.types].flatMap(([, { quant }]) => quant?.scale ?? []);
  expect(scales.length).toBeGreaterThan(20);
  expect(scales.filter((scale) => !isPow2(scale))).toEqual([]);
});

test('without being asked for, scales are free', async () => {
  const { graph } = await quantizeGraph(smallNetwork('int8'), ['int8'], 1, 'free');
  expect([...graph.types].flatMap(([, { quant }]) => quant?.scale ?? []).some((scale) => !isPow2(scale))).toBe(true);
});

test.each([
  ['calibrate', [step(calibrate, { scales: 'pow3' }), quantizeInt8]],
  ['quantize-int8', [calibrate, step(quantizeInt8, { scales: 'pow3' })]],
] as const)('%s refuses other scales before any work', async (name, passes) => {
  const evaluate = () => Promise.reject(new Error('this is work'));
  const dataset = { length: 1, sample: () => new Map() };
  await expect(runPipeline(smallNetwork('int8'), passes, { evaluate, dataset })).rejects.toThrow(
    `${name} does not know 'pow3'`,
  );
});

test('layers are made of additions only where multiplying is slow and scales are powers of two', async () => {
  const templates = async (scales: 'pow2' | 'free', features: readonly string[], format = 'ternary') => {
    const { graph } = await quantizeGraph(smallNetwork(format), [format], 1, scales);
    const program = lowerGraph(graph, { name: 'net', features: new Set(features) });
    return program.calls.filter(({ macs }) => macs > 0).map(({ template }) => template.replace(/^.*_/, ''));
  };
  expect(new Set(await templates('pow2', ['no-mul']))).toEqual(new Set(['adds']));
  expect(new Set(await templates('pow2', ['mul32-slow']))).toEqual(new Set(['adds']));
  expect(new Set(await templates('pow2', []))).toEqual(new Set(['s8']));
  expect(new Set(await templates('free', ['no-mul']))).toEqual(new Set(['s8']));
  // Several digits to a weight: an 8-bit multiplier is faster.
  expect(new Set(await templates('pow2', ['no-mul', 'mul8'], 'int8'))).toEqual(new Set(['s8']));
});

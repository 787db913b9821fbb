import { describe, expect, test } from 'vitest';
import { typeOf } from '../../../src/ir/graph.ts';
import type { Graph } from '../../../src/ir/types.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { exportQdq } from '../../../src/passes/import-quantized/export-qdq.ts';
import { floatPasses } from '../../../src/passes/index.ts';
import { step } from '../../../src/passes/pass.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { asCodes } from '../../../src/passes/samples/calibration-samples.ts';
import { must } from '../../../src/support/errors.ts';
import { operatorsSideBySide } from '../../activations/operators.ts';
import { quantizedTo } from '../../activations/quantized.ts';
import { randomNetwork } from '../../e2e/random-network.ts';
import { described, throughFile } from '../../helpers/same-codes.ts';
import { encode, run } from '../retrain/support.ts';
import { evaluate, randomFeeds } from '../support.ts';

const FORMATS = ['int4', 'int3', 'ternary', 'pow2-4', 'codebook-16', 'ttq', 'codebook-8+rans'];

describe('a quantized graph, written and read back', () => {
  test.each(FORMATS)('%s', async (format) => {
    const { graph } = await run(encode(format));
    const again = await throughFile(graph);
    expect(described(again.graph)).toEqual(described(graph));
    expect(again.remarks).toEqual([]);
  });

  test('scales by layer', async () => {
    const { graph } = await run(encode('pow2-4', { scales: 'layer-pow2' }));
    expect(described((await throughFile(graph)).graph)).toEqual(described(graph));
  });

  test.each(Array.from({ length: 12 }, (_, i) => i + 1))('random network %i', async (seed) => {
    const network = randomNetwork(seed, 26);
    const dataset = { length: 4, sample: (index: number) => randomFeeds(network, index) };
    const steps = [...floatPasses.map((pass) => step(pass)), step(calibrate, { method: 'minmax' }), step(quantizeInt8)];
    const { graph } = await run(steps, network, dataset);
    const again = await throughFile(graph);
    expect(again.remarks).toEqual([]);
    // Reading a file merges tables that are alike.
    if (!hasTwins(graph)) expect(described(again.graph)).toEqual(described(graph));
    const codes = randomFeeds(buildOracle(graph), seed);
    expect(await evaluate(buildOracle(again.graph), codes)).toEqual(await evaluate(buildOracle(graph), codes));
  });

  test('with operators that stay in real numbers, which import would take for integer ones', async () => {
    const exclude = ['h3', 't', 'p', 'z'];
    const float = floatPasses.map((pass) => step(pass));
    const steps = [...float, step(calibrate, { method: 'minmax' }), step(quantizeInt8, { exclude })];
    const { graph } = await run(steps);
    expect(exclude.map((value) => typeOf(graph, value).quant)).toEqual(exclude.map(() => null));
    const again = await throughFile(graph);
    expect(described(again.graph)).toEqual(described(graph));
    expect(again.remarks).toEqual([]);
  });

  test('with one that clamps, in real numbers', async () => {
    const steps = [step(calibrate, { method: 'minmax' }), step(quantizeInt8, { exclude: ['s', 'g'] })];
    const { graph } = await run(steps);
    const again = await throughFile(graph);
    const clamped = again.graph.nodes.filter(({ op, clip }) => clip && (op === 'Add' || op === 'Gemm'));
    expect(clamped.map(({ outputs: [output] }) => typeOf(again.graph, output).quant)).toEqual([null, null]);
  });

  test.each([4, 8, 16] as const)('all operators between %i-bit codes', async (bits) => {
    const { graph: operators, activations } = operatorsSideBySide(bits === 16 ? 16 : 4);
    const float = (
      await run(
        floatPasses.map((pass) => step(pass)),
        operators,
      )
    ).graph;
    const { graph } = await quantizedTo(float, bits === 8 ? [] : activations);
    const found = [...graph.types.values()].filter(({ dtype }) => dtype !== 'i32').map(({ quant }) => quant?.bits);
    expect([4, 16].filter((other) => found.includes(other))).toEqual([4, 16].filter((other) => other === bits));
    expect(described((await throughFile(graph)).graph)).toEqual(described(graph));
  });
});

describe('the file', () => {
  test('onnxruntime gives what the integers stand for, within two steps', async () => {
    const { graph } = await run(encode('int4'));
    const plain = exportQdq(graph);
    const [output] = graph.outputs;
    const quant = must(typeOf(graph, output).quant, 'quantized output');
    let different = 0;
    for (let seed = 0; seed < 20; seed++) {
      const feeds = randomFeeds(plain, seed);
      const real = must((await evaluate(plain, feeds)).get(output), output);
      const codes = must((await evaluate(buildOracle(graph), asCodes(graph, feeds))).get(output), output);
      codes.data.forEach((code, i) => {
        const steps = Math.abs(Number(real.data[i]) / quant.scale[0] + quant.zeroPoint[0] - Number(code));
        expect(steps).toBeLessThan(2.01);
        if (steps > 0.5) different++;
      });
    }
    expect(different).toBeLessThan(8);
  });

  test('has integers where the graph has codes, and nothing that is not plain ONNX', async () => {
    const { graph } = await run(encode('ternary'));
    const plain = exportQdq(graph);
    expect(plain.nodes.every(({ domain }) => domain === '')).toBe(true);
    expect([...plain.inputs, ...plain.outputs].map((value) => typeOf(plain, value).dtype)).toEqual(['f32', 'f32']);
    const stored = [...plain.constants.values()].filter(({ dtype, shape }) => dtype === 'i8' && shape.length > 1);
    expect(stored.length).toBe(5);
    expect(plain.annotations?.codes.get('w1')).toEqual({ format: 'ternary', bits: 2 });
    expect(plain.annotations?.codesAtBorders).toBe(true);
  });

  test.each([
    ['a format that does not exist', { format: 'int99' }, "there is no weight format 'int99'"],
    ['a format for other codes', { format: 'ternary' }, 'is not'],
    ['fewer bits than there are', { bits: 1 }, 'has more than 1 bits'],
  ])('with %s still has its codes', async (_, note, why) => {
    const { graph } = await run(encode('int4'));
    const again = await throughFile(graph, (plain) => ({
      ...plain,
      annotations: { codesAtBorders: true, codes: new Map([['w1', note]]), real: new Set() },
    }));
    expect(again.remarks).toEqual([expect.objectContaining({ node: 'h1', text: expect.stringContaining(why) })]);
    const [, weights] = must(
      again.graph.nodes.find(({ op }) => op === 'Conv'),
      'layer',
    ).inputs;
    expect(typeOf(again.graph, weights).quant).toMatchObject({ bits: 8 });
    expect(typeOf(again.graph, weights).quant?.format).toBe(undefined);
    expect(again.graph.constants.get(weights ?? '')?.data).toEqual(graph.constants.get('w1.codes.int4')?.data);
  });

  test('without annotations is a quantized model like any other', async () => {
    const { graph } = await run(encode('int4'));
    const { graph: again } = await throughFile(graph, ({ annotations, ...plain }) => plain);
    expect([...again.inputs, ...again.outputs].map((value) => typeOf(again, value).dtype)).toEqual(['f32', 'f32']);
    expect(again.nodes.map(({ op }) => op).filter((op) => /Linear/.test(op))).toEqual([
      'QuantizeLinear',
      'DequantizeLinear',
    ]);
  });
});

function hasTwins(graph: Graph): boolean {
  const tables = graph.nodes
    .filter(({ op }) => op === 'LookupTable')
    .map(({ inputs: [x, table] }) => `${x} ${graph.constants.get(table ?? '')?.data}`);
  return new Set(tables).size < tables.length;
}

import { expect, test } from 'vitest';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import { quantizedImportPasses } from '../../../src/passes/import-quantized/import-quantized.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';

const codes = (count: number, most: number) => Array.from({ length: count }, (_, i) => (i * 37) % most).join(', ');

test('computed places choose codes of a quantized table, not real numbers', async () => {
  const graph = parseGraph(`
    input ids: i64[1,6]
    const table: u8[20,8] = ${codes(160, 256)}
    const w: i8[8,4] = ${codes(32, 60)}
    const s: f32[] = 0.03
    const z: u8[] = 120
    const t: f32[] = 0.01
    const n: i8[] = 0
    td: f32[20,8] = DequantizeLinear(table, s, z)
    g: f32[1,6,8] = Gather(td, ids) axis=0
    gq: u8[1,6,8] = QuantizeLinear(g, s, z)
    gd: f32[1,6,8] = DequantizeLinear(gq, s, z)
    wd: f32[8,4] = DequantizeLinear(w, t, n)
    r: f32[1,6,4] = MatMul(gd, wd)
    y: u8[1,6,4] = QuantizeLinear(r, s, z)
    return y`);
  const evaluator = createEvaluator();
  const { graph: integers, remarks } = await runPipeline(graph, quantizedImportPasses, {
    evaluate: evaluator.evaluate,
  }).finally(() => evaluator.release());
  const real = [...integers.types].filter(([value, { dtype }]) => dtype === 'f32' && !integers.constants.has(value));
  expect(real.map(([value]) => value)).toEqual([]);
  expect(remarks).toEqual([]);
});

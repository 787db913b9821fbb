import { expect, test } from 'vitest';
import type { Json } from '../../../src/ir/program.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { PassOptions } from '../../../src/passes/pass.ts';
import { step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { equalize } from '../../../src/passes/quantize/equalize.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';

const GRAPH = parseGraph(`
  input x: f32[1,2]
  const w: f32[2,2] = 1, 0, 0, 1
  conv: f32[1,2] = MatMul(x, w)
  return conv`);

test.each<[string, typeof quantizeInt8 | typeof equalize, { [key: string]: Json }, Json]>([
  ['a node to exclude that there is not', quantizeInt8, { exclude: ['con'] }, "did you mean 'conv'?"],
  ['scales that there are not', quantizeInt8, { scales: 'pow3' }, null],
  ['a balance that there is not', equalize, { balance: 'biases' }, "balance is 'weights' or 'activations'"],
])('%s is refused before any pass runs', async (_name, pass, options, hint) => {
  const observed: string[] = [];
  const steps = [step(equalize, { balance: 'weights' }), step(pass as typeof equalize, options as PassOptions)];
  const run = runPipeline(GRAPH, steps, { observe: (name) => observed.push(name) });
  await expect(run).rejects.toMatchObject({ problem: { code: 'BAD_ARGUMENT', ...(hint !== null && { hint }) } });
  expect(observed).toEqual([]);
});

test('equalizing by activations needs data', async () => {
  await expect(runPipeline(GRAPH, [equalize])).rejects.toMatchObject({ problem: { code: 'BAD_DATA' } });
  await runPipeline(GRAPH, [step(equalize, { balance: 'weights' })]);
});

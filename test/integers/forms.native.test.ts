import { expect, test } from 'vitest';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import { step } from '../../src/passes/pass.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { spellOut } from '../../src/passes/quantize/spell-out.ts';
import { unrollRecurrent } from '../../src/passes/quantize/unroll-recurrent.ts';
import { operatorTable } from '../../src/report/operator-table.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { CASES as WIDTH_CASES } from '../activations/operators.ts';
import { FORMS } from './forms.ts';
import { CASES, type Cases, sideBySide } from './operators.ts';

const OTHERS = Object.fromEntries(WIDTH_CASES.map(({ name, text }) => [`of_${name}`, text]));
const cases = firstOfEach({ ...FORMS, ...CASES, ...OTHERS });
const table = operatorTable().filter(({ float32 }) => float32);

/** Those that have an operator which none before them has. */
function firstOfEach(all: Cases): Cases {
  const seen = new Set<string>();
  const isNew = (text: string) => {
    const fresh = [...text.matchAll(/= (?:com\.microsoft::)?(\w+)\(/g)].filter(([, op]) => !seen.has(op!));
    for (const [, op] of fresh) seen.add(op!);
    return fresh.length > 0;
  };
  return Object.fromEntries(Object.entries(all).filter(([name, text]) => isNew(text) || Object.hasOwn(FORMS, name)));
}

/** Operators of cases that compute on codes alone, and those of cases in which some number is real. */
async function formsOf(bits: 8 | 16): Promise<{ integer: Set<string>; real: string[] }> {
  const graph = sideBySide(cases);
  const data = randomDataset(datasetInputs(graph), 2, 1);
  const evaluator = createEvaluator();
  const activations = bits === 16 ? [{ match: ':all', bits }] : [];
  const passes = [
    ...floatPasses,
    unrollRecurrent,
    step(spellOut, { products: bits === 16 }),
    step(calibrate, { method: 'minmax', activations }),
    quantizeInt8,
  ];
  const { graph: quantized } = await runPipeline(graph, passes, {
    evaluate: evaluator.evaluate,
    dataset: { length: data.count, sample: (index) => data.sample(index) },
  }).finally(() => evaluator.release());
  const real = new Set(realValues(quantized).map(caseOf));
  const integer = graph.nodes.filter(({ outputs }) => !real.has(caseOf(outputs.at(-1)!))).map(({ op }) => op);
  return { integer: new Set(integer), real: [...real] };
}

const caseOf = (value: string) => value.split('.')[0]!;

function realValues({ types, constants }: Graph): string[] {
  return [...types].filter(([value, { dtype }]) => dtype === 'f32' && !constants.has(value)).map(([value]) => value);
}

test.each([8, 16] as const)('every operator has the form in %s bits that its table says', async (bits) => {
  const { integer, real } = await formsOf(bits);
  const claimed = table.filter((row) => (bits === 8 ? row.int8 : row.int16) !== null).map(({ op }) => op);
  expect(claimed.filter((op) => !integer.has(op))).toEqual([]);
  expect([...integer].filter((op) => !claimed.includes(op))).toEqual([]);
  expect(real).toEqual([]);
});

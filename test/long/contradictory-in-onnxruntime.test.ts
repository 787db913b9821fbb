import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import type { DatasetInput } from '../../src/data/column.ts';
import { trialSamples } from '../../src/data/trial-samples.ts';
import { isCrash, openIsolated } from '../../src/runtime/isolated-session.ts';
import { UserError } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { CONTRADICTIONS, contradictionBytes } from '../frontend/contradictory-models.ts';

/** onnxruntime computes something from these; we refuse them all the same. */
const RUNS: Readonly<Record<string, string>> = {
  'LayerNormalization [2,4] :[2,4]':
    'the definition flattens a scale to one row, onnxruntime takes any that broadcasts',
  'PRelu [1,4] :[2,4]': 'a slope spreads over the input; onnxruntime spreads the input over the slope as well',
  'PRelu [4] :[1,4]': 'the same, by a dimension more',
  'ms.QLinearConcat@21 :[2] :u8[] u8[2,3] :[]=1 :u8[]': 'onnxruntime reads the first of two scales',
  'ms.QLinearConcat@21 :[]=1 :u8[] u8[2,3] :[3] :u8[]': 'onnxruntime reads the first of three scales',
  'LpPool@18 [1,3,2,2]': 'the root of order 0 is no number; onnxruntime says infinity',
  'Pad [1,4] :i64[4]=0,-5,0,2': 'it cuts more than there is; onnxruntime makes one element of padding',
  'TfIdfVectorizer@9 i64[6]': 'onnxruntime leaves a third place for two words empty',
};

/** It refuses these, but not for what is wrong with them. */
const CANNOT_TELL = [
  /layout == 1\) are not supported/,
  /Could not find an implementation for RoiAlign/, // it has no newer kernel than that of opset 16
  /No Op registered for (LinearAttention|CausalConvWithState)/, // of the next operator set
];

/** Why onnxruntime does not compute it on any of the samples; null where it computes something. */
async function refusal(model: Uint8Array): Promise<string | null> {
  const words = (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    return isCrash(error) ? 'it ends' : (error.problem.because?.join() ?? error.message);
  };
  const session = await openIsolated(model).catch(words);
  if (typeof session === 'string') return session;
  let told: string | null = null;
  for (const sample of trialSamples(session.inputs as readonly DatasetInput[], null)) {
    told = await session.run(sample).then(() => null, words);
    if (told === null || told === 'it ends') break;
  }
  await session.release();
  return told;
}

test(`onnxruntime refuses the ${CONTRADICTIONS.length} models that we refuse, but for those with a reason`, async () => {
  const runs: string[] = [];
  let untold = 0;
  for (const contradiction of CONTRADICTIONS) {
    const told = await refusal(contradictionBytes(contradiction));
    if (told === null) runs.push(contradiction[0]);
    else if (CANNOT_TELL.some((pattern) => pattern.test(told))) untold++;
  }
  expect(runs.sort()).toEqual(Object.keys(RUNS).sort());
  expect(untold).toBe(20);
});

const CASES = fileURLToPath(new URL('../../../shared/cases/contradictory.mjs', import.meta.url));

test.skipIf(!existsSync(CASES))('of the contradictory cases none is accepted that onnxruntime refuses', async () => {
  process.env.NIBBLEC = fileURLToPath(new URL('../..', import.meta.url)); // where they find onnx-proto
  const { contra } = await import(/* @vite-ignore */ pathToFileURL(CASES).href);
  const { ModelProto } = await import(/* @vite-ignore */ new URL('seeds.mjs', pathToFileURL(CASES)).href);
  const target = await loadTarget('host');
  const accepted: string[] = [];
  let refused = 0;
  for (const [name, message] of Object.entries(contra)) {
    const model = ModelProto.encode(message).finish();
    if ((await refusal(model)) === null) continue;
    refused++;
    const told = await compileModel({ model, name: 'm', target }).then(
      () => 'accepted',
      (error: unknown) => (error instanceof UserError ? error.problem.code : `INTERNAL ${error}`),
    );
    if (told !== 'BAD_MODEL') accepted.push(`${name}: ${told}`);
  }
  expect(accepted).toEqual([]);
  expect(refused).toBeGreaterThan(80);
});

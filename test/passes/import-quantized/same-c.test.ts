import { afterEach, describe, expect, test, vi } from 'vitest';
import { compileModel, qdqModel, type TransformOptions } from '../../../src/compile.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { randomDataset } from '../../../src/data/random-dataset.ts';
import { exportOnnx } from '../../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { Graph } from '../../../src/ir/types.ts';
import type { createEvaluator as CreateEvaluator } from '../../../src/runtime/evaluator.ts';
import type { runIsolated as RunIsolated } from '../../../src/runtime/isolated-session.ts';
import { must } from '../../../src/support/errors.ts';
import { loadTarget } from '../../../src/targets/load.ts';
import { formatsAsAsked } from '../../helpers/formats-as-asked.ts';
import { FLOAT } from '../retrain/support.ts';

/** Whether onnxruntime may compute real numbers; types it may always tell. */
const floats = vi.hoisted(() => ({ refused: false }));
afterEach(() => {
  floats.refused = false;
});

vi.mock('../../../src/runtime/evaluator.ts', async (original) => {
  const { createEvaluator } = await original<{ createEvaluator: typeof CreateEvaluator }>();
  return {
    createEvaluator: (...options: Parameters<typeof CreateEvaluator>) => {
      const { evaluate, release } = createEvaluator(...options);
      const guarded: typeof evaluate = (graph, feeds) => {
        const real = graph.outputs.filter((output) => /^b?f\d/.test(graph.types.get(output)?.dtype ?? 'f'));
        if (floats.refused && real.length > 0) throw new Error(`onnxruntime is asked for ${real}`);
        return evaluate(graph, feeds);
      };
      return { evaluate: guarded, release };
    },
  };
});

vi.mock('../../../src/runtime/isolated-session.ts', async (original) => {
  const actual = await original<{ runIsolated: typeof RunIsolated }>();
  const runIsolated: typeof RunIsolated = (model, fetch = []) => {
    if (floats.refused && fetch.length > 0) throw new Error(`onnxruntime is asked for ${fetch}`);
    return actual.runIsolated(model, fetch);
  };
  return { ...actual, runIsolated };
});

const list = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i + 1).toFixed(4)).join(', ');

const MIXED = parseGraph(`
  input x: f32[1,4,8]
  const one: f32[8] = ${Array(8).fill(1).join(', ')}
  const w: f32[8,8] = ${list(64)}
  const b: f32[8] = ${list(8)}
  t: f32[1,4,8] = Tanh(x)
  m: f32[1,4,8] = MatMul(t, w)
  a: f32[1,4,8] = Add(m, b)
  n: f32[1,4,8] = LayerNormalization(a, one)
  y: f32[1,4,8] = Sigmoid(n)
  return y`);

const RECURRENT = parseGraph(`
  input x: f32[3,1,4]
  const w: f32[1,9,4] = ${list(36)}
  const r: f32[1,9,3] = ${list(27)}
  y: f32[3,1,1,3], h: f32[1,1,3] = GRU(x, w, r) hidden_size=3 linear_before_reset=1
  return h`);

const WORDS = parseGraph(`
  input ids: i64[1,6]
  const w: f32[20,10] = ${list(200)}
  const u: f32[20,10] = ${list(210).split(', ').slice(10)}
  const v: f32[10,4] = ${list(40)}
  a: f32[1,6,10] = Gather(w, ids)
  b: f32[1,6,10] = Gather(u, ids)
  s: f32[1,6,10] = Add(a, b)
  y: f32[1,6,4] = MatMul(s, v)
  return y`);

const CHOSEN = parseGraph(`
  input x: f32[2,8]
  const c: bool[2,1] = 1, 0
  const w: f32[8,8] = ${list(64)}
  a: f32[2,8] = MatMul(x, w)
  b: f32[2,8] = Tanh(x)
  y: f32[2,8] = Where(c, a, b)
  return y`);

const FORMATS = ['int4', 'ternary', 'pow2-4', 'codebook-8+rans', 'intv-3'].map((format, i) => ({
  match: ['h1', 'h2', 'h3', 'g', 'y'][i],
  format,
}));

describe('NAME_qdq.onnx becomes the C that the float model became, without a float result of onnxruntime', () => {
  test.each<[string, Graph, Partial<TransformOptions>]>([
    ['int8', FLOAT, {}],
    ['float32 at its borders', FLOAT, { floatIo: true }],
    ['4-bit activations', FLOAT, { activations: [{ match: '*', bits: 4 }] }],
    ['layers in float', FLOAT, { exclude: ['h3', 's'] }],
    ['few bits', FLOAT, { recipe: formatsAsAsked({ weights: FORMATS }) }],
    ['embeddings', WORDS, {}],
    [
      'embeddings in few bits',
      WORDS,
      {
        weights: [
          { match: '*', format: 'int4' },
          { match: 'b', format: 'ternary' },
        ],
      },
    ],
    ['LayerNormalization between codes', MIXED, {}],
    ['a table first, behind QuantizeLinear', MIXED, { floatIo: true }],
    ['a recurrent layer, unrolled', RECURRENT, {}],
    ['a choice between codes', CHOSEN, {}],
  ])('%s', async (_, graph, options) => {
    const made = await compiled(graph, options);
    const model = must(qdqModel(made), 'a QDQ file');
    floats.refused = true;
    const again = await compileModel({ name: 'm', target: made.target, model });
    expect(again.remarks).toEqual([]);
    expect(codeOf(again.files)).toEqual(codeOf(made.files));
  });

  test('which calibration asks for', async () => {
    floats.refused = true;
    await expect(compiled(FLOAT, {})).rejects.toThrow('onnxruntime is asked for');
  });

  test('a model that came quantized is that file itself', async () => {
    const made = await compiled(FLOAT, {});
    const again = await compileModel({ name: 'm', target: made.target, model: must(qdqModel(made), 'a QDQ file') });
    expect(qdqModel(again)).toBe(null);
  });
});

async function compiled(graph: Graph, options: Partial<TransformOptions>) {
  return compileModel({
    ...options,
    name: 'm',
    target: await loadTarget('cortex-m4f'),
    model: exportOnnx(graph),
    precision: 'int8',
    calibration: async (imported) => randomDataset(datasetInputs(imported), 6, 1),
  });
}

/** Without comments, which hold the hash of the file, and without the hash of the set of files. */
function codeOf(files: ReadonlyMap<string, string>): Record<string, string> {
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(0x|\()[0-9a-f]{8}(u|\))/g, '');
  return Object.fromEntries([...files].map(([name, text]) => [name, code(text)]));
}

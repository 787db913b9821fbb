import { describe, expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { classicalOps } from '../../src/ops/classical/index.ts';
import { OPERATORS } from '../../src/ops/index.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { type FileSpec, f32, i64, node, onnxFile, random, u8 } from '../helpers/onnx-file.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { differsAtTies } from './at-ties.ts';
import { FAMILIES } from './families/index.ts';
import { mistakes } from './mistakes.ts';
import { runModels } from './run-models.ts';

/** Operators that no file can bring up, or that onnxruntime 1.30 has no kernel for: the ONNX suite judges these. */
const NOT_MADE = ['Constant', 'nibblec.LookupTable', 'nibblec.ShiftCodes', 'LinearAttention', 'CausalConvWithState'];

/** What becomes other nodes on import: test/fuzz/control-flow.ts makes these. */
const CONTROL_FLOW = ['If', 'Loop', 'Scan'];

/** Results as long as the data make them: what follows has other shapes on every sample; test/frontend/sizes judges these. */
const SIZED = ['NonMaxSuppression', 'NonZero', 'Unique', 'nibblec.CheckedCount'];

/** Operators of onnxruntime's optimizers, which become others on import: test/ops/contrib.test.ts judges these. */
const REWRITTEN = [
  ...['Gelu', 'FastGelu', 'BiasGelu', 'QuickGelu', 'FusedMatMul', 'TransposeMatMul', 'FusedConv', 'FusedGemm'],
  ...['SkipSimplifiedLayerNormalization', 'Trilu', 'GatherND', 'Pad', 'Range', 'ExpandDims'],
].map((op) => `com.microsoft.${op}`);

/** Estimators and what comes before them, which differ by their trees and tables: test/ops/classical judges random ones. */
const ESTIMATORS = classicalOps.map(({ op }) => `ai.onnx.ml.${op}`);

describe('random models', () => {
  test('there is a family for every operator', () => {
    const made = new Set([
      ...FAMILIES.map(({ op }) => op),
      ...NOT_MADE,
      ...SIZED,
      ...CONTROL_FLOW,
      ...REWRITTEN,
      ...ESTIMATORS,
      'SimplifiedLayerNormalization',
    ]);
    const known = OPERATORS.map(({ domain, op }) => (domain ? `${domain}.${op}` : op));
    expect(known.filter((op) => !made.has(op))).toEqual([]);
  });
});

await describeWith(
  'random models in C',
  () => hostGcc().available(),
  () => {
    test('a few agree with onnxruntime', async () => {
      const indices = Array.from({ length: 120 }, (_, i) => 7 * i);
      const outcomes = await inFolder((folder) => runModels({ seed: 2, indices, folder }));
      expect(mistakes(2, outcomes)).toEqual([]);
      expect(outcomes.filter(({ verdict }) => verdict === 'agree').length).toBeGreaterThan(90);
    });

    test('codes at ties of float32 agree', async () => {
      const outcomes = await inFolder((folder) => runModels({ seed: 77, indices: [865, 3073], folder }));
      expect(outcomes.map(({ verdict }) => verdict)).toEqual(['agree', 'agree']);
    });

    test('codes that are one off elsewhere are no ties', async () => {
      const target = await loadTarget('host');
      const mean = (zeroPoint: number): FileSpec => ({
        inputs: { x: ['u8', [6, 40]] },
        outputs: ['y'],
        constants: { s: f32(0.1), z: u8(9), shifted: u8(zeroPoint), axes: i64(0) },
        nodes: [
          node('x_r = DequantizeLinear(x, s, z)'),
          node('y_r = ReduceMean(x_r, axes)'),
          node('y = QuantizeLinear(y_r, s, shifted)'),
        ],
      });
      const compiled = async (zeroPoint: number) =>
        compileModel({ model: onnxFile(mean(zeroPoint)), name: 'mean', target });
      const feeds = new Map([['x', random('u8', [6, 40], 5)]]);
      const { file } = await compiled(10);
      expect(await differsAtTies(await compiled(9), feeds)).toBe(true);
      expect(await differsAtTies({ ...(await compiled(9)), file }, feeds)).toBe(false);
    });
  },
);

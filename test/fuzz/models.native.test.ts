import { describe, expect, test } from 'vitest';
import { OPERATORS } from '../../src/ops/index.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { FAMILIES } from './families/index.ts';
import { mistakes } from './mistakes.ts';
import { runModels } from './run-models.ts';

/** Operators that no file can bring up, or that onnxruntime 1.30 has no kernel for: the ONNX suite judges these. */
const NOT_MADE = ['Constant', 'nibblec.LookupTable', 'nibblec.ShiftCodes', 'LinearAttention', 'CausalConvWithState'];

/** Operators of onnxruntime's optimizers, which become others on import: test/ops/contrib.test.ts judges these. */
const REWRITTEN = [
  ...['Gelu', 'FastGelu', 'BiasGelu', 'QuickGelu', 'FusedMatMul', 'TransposeMatMul', 'FusedConv', 'FusedGemm'],
  ...['SkipSimplifiedLayerNormalization', 'Trilu', 'GatherND', 'Pad', 'Range', 'ExpandDims'],
].map((op) => `com.microsoft.${op}`);

describe('random models', () => {
  test('there is a family for every operator', () => {
    const made = new Set([...FAMILIES.map(({ op }) => op), ...NOT_MADE, ...REWRITTEN, 'SimplifiedLayerNormalization']);
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
  },
);

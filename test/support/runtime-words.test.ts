import { expect, test } from 'vitest';
import { nextStep, plainWords } from '../../src/support/runtime-words.ts';

const NO_KERNEL = "Could not find an implementation for FusedGemm(1) node with name 'FusedGemm 'y''";
const TYPE =
  "This is an invalid model. Type Error: Type 'tensor(int32)' of input parameter (x) of operator (Gemm) in node (y) is invalid.";
const TYPES =
  'Type Error: Type parameter (T) of Optype (Gemm) bound to different types (tensor(float) and tensor(int32) in node (y).';

test.each([
  ['Exception during initialization: size_ > 0 was false.', 'its size must be above 0'],
  ['layout_ == 0 was false.', 'its layout must be 0'],
  ['Exception during initialization: [ONNXRuntimeError] : 1 : FAIL : unknown kernel type', 'unknown kernel type'],
  [
    "Non-zero status code returned while running Conv node. Name:'Conv 'y'' Status Message: bias must be of length 4",
    'bias must be of length 4',
  ],
  [
    'quant_block_size == 0 was false. block_size must be 0 for per-tensor quantization.',
    'block_size must be 0 for per-tensor quantization.',
  ],
  [NO_KERNEL, 'onnxruntime has no kernel for FusedGemm of opset 1 and these types'],
  [TYPE, "its input 'x' is int32, which Gemm of this operator set does not take"],
  [TYPES, 'its inputs are float and int32, and Gemm takes one type for both'],
])('%s', (text, plain) => {
  expect(plainWords(text)).toBe(plain);
});

test('long ones are cut, and some have a next step', () => {
  expect(plainWords('word '.repeat(200))).toBe(`${'word '.repeat(46)}word...`);
  expect(plainWords('w'.repeat(900))).toHaveLength(240);
  expect(nextStep(TYPE)).toMatch(/Cast/);
  expect(nextStep(NO_KERNEL)).toBe(null);
});

import { defineConfig } from 'vitest/config';

/** What takes too long for every commit: `npm run test:long`. */
const LONG = ['test/long/**/*.test.ts'];

/** Tests that compile C, run QEMU or start processes; everything else must be quick. */
const NATIVE = [
  'test/{conformance,e2e,examples,cli,verify,ops,templates}/**/*.test.ts',
  'test/**/*.native.test.ts',
  // Many seconds each, though nothing is compiled.
  'test/passes/fewbit/{few-bit,weighting,joint}.test.ts',
  'test/passes/import-quantized/{export-qdq,same-c}.test.ts',
  'test/passes/{quantize/float-noise,curvature/curvature,retrain/simulate}.test.ts',
  'test/quant/imported-scales.test.ts',
  'test/frontend/{import,fuzz,onnx-suite}.test.ts',
  'test/codegen/{plan-memory,plan-memory-order}.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...NATIVE, ...LONG],
          // Nothing here mocks a module or changes one, so that a worker loads each but once: half of the time.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'native',
          include: NATIVE,
          exclude: LONG,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'long',
          include: LONG,
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
        },
      },
    ],
  },
});

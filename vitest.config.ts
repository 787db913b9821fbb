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

/** Of these, those that put modules of their own in the place of ours, each in a process of its own. */
const MOCKED = [
  'test/formats/toy.native.test.ts',
  'test/passes/import-quantized/same-c.test.ts',
  'test/verify/judge-file.test.ts',
];

/** Where nothing is mocked a worker loads each module but once for all its files (`isolate: false`): half of the time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...NATIVE, ...LONG],
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'native',
          include: NATIVE,
          exclude: [...MOCKED, ...LONG],
          isolate: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'mocked',
          include: MOCKED,
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

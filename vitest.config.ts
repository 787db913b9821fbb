import { defineConfig } from 'vitest/config';

/** Tests that compile C, run QEMU or start processes; everything else must be quick. */
const NATIVE = ['test/{conformance,e2e,examples,cli,verify,ops,templates}/**/*.test.ts', 'test/**/*.native.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: NATIVE,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'native',
          include: NATIVE,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

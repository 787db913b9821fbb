import type { Work } from '../../src/ir/program.ts';
import { estimated, pricesOf } from '../fit-prices.ts';
import { type BenchTable, markdownTable, percent } from '../table.ts';

/** What a kernel did in a layer of a model, and how many instructions it took. */
export interface CostSample {
  readonly core: string;
  readonly kernel: string;
  readonly model: string;
  readonly work: Work;
  readonly instructions: number;
}

export const costTable: BenchTable<CostSample> = {
  name: 'kernel-costs',
  unit: ({ model }) => model,
  page: (samples) => `# The cost model

Written by \`npm run bench:costs\`; do not edit. Layers of six models ran once in every kernel that can compute them, under QEMU, and the
prices of the parts of a kernel's work (src/kernels/work.ts) were fitted to the counts, core by core, with a small sum of fourth powers
of relative errors. \`test/kernels/cost.test.ts\` holds half of all layers within 3 %, and all within 15 %.

${markdownTable(
  {
    core: ({ core }) => core,
    kernel: ({ kernel }) => kernel,
    'layers counted': ({ errors }) => errors.length,
    'median error': ({ errors }) => percent(errors[errors.length >> 1]),
    'worst error': ({ errors }) => percent(errors.at(-1) ?? null),
    'instructions for each': ({ parts }) =>
      Object.entries(parts)
        .map(([part, price]) => `${part} ${price}`)
        .join(', '),
  },
  rowsOf(samples),
)}
`,
};

function rowsOf(samples: readonly CostSample[]) {
  return Object.entries(pricesOf(samples)).flatMap(([core, kernels]) =>
    Object.entries(kernels).map(([kernel, parts]) => {
      const own = samples.filter((sample) => sample.core === core && sample.kernel === kernel);
      const errors = own.map(({ work, instructions }) => Math.abs(estimated(work, parts) / instructions - 1));
      return { core, kernel, parts, errors: errors.sort((a, b) => a - b) };
    }),
  );
}

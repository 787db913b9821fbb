import { join } from 'node:path';
import type { Compilation } from '../src/compile.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { openMeter, truthOf } from '../src/metrics/truth.ts';
import { realNumbers } from '../src/quant/real-numbers.ts';
import { must } from '../src/support/errors.ts';
import { buildHarness, runHarness } from '../src/verify/harness.ts';
import { harnessModel } from '../src/verify/harness-model.ts';
import { hostGcc } from '../src/verify/host-gcc.ts';
import { asModelInput, fromMemory, toMemory } from '../src/verify/samples.ts';

/** Samples in one run of the program. */
const CHUNK = 1000;

/** The metric of the data set on its first `count` samples, from the C alone, built for speed. */
export async function cScore(compilation: Compilation, data: Dataset, count: number, folder: string): Promise<number> {
  const { program, plan, files } = compilation;
  const harness = await buildHarness(hostGcc(), harnessModel(program, plan), {
    files,
    directory: join(folder, 'score'),
    optimize: '-O3',
    twice: false,
    flags: ['-march=native'],
  });
  const truth = must(truthOf(data), 'labels');
  const [output] = program.outputs;
  const meter = openMeter(truth, output.type.shape, data.name);
  for (let first = 0; first < count; first += CHUNK) {
    const inputs = Array.from({ length: Math.min(CHUNK, count - first) }, (_, i) => {
      const sample = data.sample(first + i);
      const bytes = program.inputs.map((port) =>
        toMemory(asModelInput(must(sample.get(port.value), port.value), port.type), port),
      );
      return Buffer.concat(bytes);
    });
    const { outputs } = await runHarness(harness, inputs, { timeoutSeconds: 1200 });
    outputs.forEach((values, i) => {
      const result = { ...output.type, data: fromMemory(values[0], output) };
      meter.add(realNumbers(result, output.type), truth.sample(first + i));
    });
  }
  return meter.value();
}

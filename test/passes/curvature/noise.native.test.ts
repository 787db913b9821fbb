import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { constantsToInputs } from '../../../src/autodiff/training-step.ts';
import { loadDataset } from '../../../src/data/dataset.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { importOnnx } from '../../../src/frontend/import-onnx.ts';
import { constantOf } from '../../../src/ir/graph.ts';
import type { Tensor, ValueName } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { floatPasses } from '../../../src/passes/index.ts';
import type { Dataset } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { openTrainingSession } from '../../../src/runtime/training-session.ts';
import { sharedData, sharedDataset, sharedModel } from '../../helpers/shared-data.ts';
import { evaluate } from '../support.ts';
import { measure } from './support.ts';

const SAMPLES = 128;
const DRAWS = 40;
/** Mean divergence of the classes that the noise should bring: small, for curvature tells of small steps. */
const PREDICTED = 4e-4;

function divergence(wanted: ArrayLike<number>, got: ArrayLike<number>): number {
  const logs = (z: ArrayLike<number>) => {
    const values = Array.from(z);
    const total = Math.log(values.reduce((sum, own) => sum + Math.exp(own), 0));
    return values.map((own) => own - total);
  };
  const [p, q] = [logs(wanted), logs(got)];
  return p.reduce((sum, own, i) => sum + Math.exp(own) * (own - q[i]), 0);
}

test.skipIf(!sharedData())(
  'LeNet-5: noise in a layer moves the classes as far as its Gauss-Newton curvature says',
  async () => {
    const imported = await importOnnx(readFileSync(sharedModel('lenet5_mnist')));
    const { graph } = await runPipeline(imported, floatPasses, { evaluate });
    const data = await loadDataset(sharedDataset('lenet5_mnist', 'train'), datasetInputs(graph));
    const dataset: Dataset = { length: SAMPLES, sample: (i) => data.sample(i * 100) };
    const measured = await measure('gauss-newton', graph, dataset);

    const weights = [...measured.keys()];
    const session = await openTrainingSession(constantsToInputs(graph, weights));
    const [output] = graph.outputs;
    const constants = new Map(weights.map((name): [ValueName, Tensor] => [name, constantOf(graph, name)!]));
    const logits = async (i: number, values: ReadonlyMap<ValueName, Tensor>) =>
      (await session.run(new Map([...(await dataset.sample(i)), ...values]), [output])).get(output)!
        .data as Float32Array;
    const rng = createRng(1);
    for (const [name, h] of measured) {
      const { shape, data: own } = constants.get(name)!;
      const sum = h.reduce((a, b) => a + b, 0);
      const deviation = Math.sqrt((2 * PREDICTED) / sum);
      let mean = 0;
      for (let draw = 0; draw < DRAWS; draw++) {
        const noisy = Float32Array.from(own as Float32Array, (w) => w + (rng.uniform() < 0.5 ? -1 : 1) * deviation);
        const values = new Map([...constants, [name, { dtype: 'f32', shape, data: noisy } as const]]);
        for (let i = 0; i < SAMPLES; i++)
          mean += divergence(await logits(i, constants), await logits(i, values)) / (SAMPLES * DRAWS);
      }
      expect(mean / PREDICTED).toBeGreaterThan(0.8);
      expect(mean / PREDICTED).toBeLessThan(1.25);
    }
    await session.release();
  },
  120_000,
);

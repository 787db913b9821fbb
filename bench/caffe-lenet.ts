import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untrained } from '../examples/training/untrained.ts';
import { transformModel } from '../src/compile.ts';
import { loadDataset } from '../src/data/dataset.ts';
import { datasetInputs } from '../src/data/graph-inputs.ts';
import { exportOnnx } from '../src/frontend/export-onnx.ts';
import type { Graph } from '../src/ir/types.ts';
import { step } from '../src/passes/pass.ts';
import { trainPass } from '../src/passes/retrain/train.ts';
import { sharedDataset } from '../test/helpers/shared-data.ts';

/**
 * LeNet as Caffe's examples/mnist and the papers on pruning and few bits have it, untrained: 431,080 parameters, images
 * [1, 1, 28, 28] with pixels in [0, 1], logits [1, 10]. There is no Relu behind the convolutions.
 */
export function caffeLenet(seed: number): Graph {
  const pool = { kernel: [2, 2], strides: [2, 2] } as const;
  return untrained('caffe_lenet', 'image', [1, 1, 28, 28], seed)
    .conv('conv1', { filters: 20, kernel: [5, 5] })
    .maxPool('pool1', pool)
    .conv('conv2', { filters: 50, kernel: [5, 5] })
    .maxPool('pool2', pool)
    .flatten('features')
    .linear('ip1', 500)
    .relu('relu1')
    .linear('ip2', 10)
    .graph();
}

/** The same, trained on MNIST from scratch; kept in the folder of temporary files, for several rows need it. */
export async function trainedCaffeLenet(seed: number): Promise<Uint8Array> {
  const file = join(tmpdir(), `nibblec-caffe-lenet-${seed}.onnx`);
  if (existsSync(file)) return readFile(file);
  const { graph } = await transformModel({
    model: exportOnnx(caffeLenet(seed)),
    precision: 'float32',
    calibration: (untrained) => loadDataset(sharedDataset('dscnn_mnist', 'train'), datasetInputs(untrained)),
    recipe: [step(trainPass, { loss: 'labels', epochs: 3, rate: 0.02, shift: 1, held: 0.02, select: 'last' })],
    passes: { seed },
  });
  await writeFile(`${file}.part`, exportOnnx(graph));
  await rename(`${file}.part`, file);
  return readFile(file);
}

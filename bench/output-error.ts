import type { Transformation } from '../src/compile.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { exportOnnx } from '../src/frontend/export-onnx.ts';
import { buildOracle } from '../src/oracle/build-oracle.ts';
import { asCodes } from '../src/passes/samples/calibration-samples.ts';
import { createSession } from '../src/runtime/ort-session.ts';
import { must } from '../src/support/errors.ts';

/** Squared error of the first output over the first `count` samples, in parts of the power of the float output. */
export async function outputErrorOf(
  { graph, floatGraph }: Transformation,
  data: Dataset,
  count: number,
): Promise<number> {
  const [output] = graph.outputs;
  const { scale, zeroPoint } = must(graph.types.get(output)?.quant, 'codes');
  const sessions = [await createSession(exportOnnx(floatGraph)), await createSession(exportOnnx(buildOracle(graph)))];
  let [error, power] = [0, 0];
  for (let i = 0; i < Math.min(count, data.count); i++) {
    const feed = data.sample(i);
    const real = must((await sessions[0].run(feed)).get(floatGraph.outputs[0]), 'output').data;
    const codes = must((await sessions[1].run(asCodes(graph, feed))).get(output), 'output').data;
    for (let k = 0; k < real.length; k++) {
      error += (scale[0] * (Number(codes[k]) - zeroPoint[0]) - Number(real[k])) ** 2;
      power += Number(real[k]) ** 2;
    }
  }
  for (const session of sessions) await session.release();
  return error / power;
}

import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { type Compilation, compileModel, datasetInputs, type Graph, randomDataset } from '../../src/index.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { packageFiles } from '../../src/packages/package-files.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { TINY } from '../cli/tiny.ts';

/** An int8 model for a target; `math`: one in float32 that needs libm. */
export async function compiled(
  target: string,
  math = false,
  how: { readonly inputRows?: boolean } = {},
): Promise<Compilation> {
  const model = exportOnnx(parseGraph(math ? TINY.replace('Relu(c)', 'Erf(c)') : TINY));
  const calibration = async (graph: Graph) => randomDataset(datasetInputs(graph), 8, 1);
  return compileModel({ model, name: 'tiny', target: await loadTarget(target), ...(!math && { calibration }), ...how });
}

/** The same as the package of a kind. */
export async function layout(kind: string, target: string, math = false): Promise<ReadonlyMap<string, string>> {
  const compilation = await compiled(target, math);
  return packageFiles(kind, compilation, compilation.files);
}

import type { DType, Tensor, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { openIsolated } from '../../src/runtime/isolated-session.ts';
import type { OrtOptions } from '../../src/runtime/ort-session.ts';
import { UserError } from '../../src/support/errors.ts';
import { magnitude } from '../../src/verify/file-output.ts';
import { floorOf } from '../../src/verify/rules.ts';
import { onnxFile } from '../helpers/onnx-file.ts';
import type { FuzzModel } from './builder.ts';

export type Values = ReadonlyMap<ValueName, Tensor>;

/** The file in onnxruntime, as it stands, in another process. Throws UserError RUNTIME where onnxruntime refuses it or ends. */
export async function runFile(
  model: FuzzModel,
  options: OrtOptions = {},
  feeds: Values = model.feeds,
): Promise<Values> {
  const session = await openIsolated(onnxFile(model), options);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** The same, or null where onnxruntime refuses the file. */
export async function tryFile(model: FuzzModel, feeds: Values = model.feeds): Promise<Values | null> {
  try {
    return await runFile(model, {}, feeds);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Every value that the model's nodes make, where onnxruntime makes them. */
export async function innerValues(model: FuzzModel): Promise<Values> {
  const outputs = model.nodes.flatMap((node) => node.outputs.filter((name) => name !== null));
  return (await tryFile({ ...model, outputs })) ?? new Map();
}

/**
 * What onnxruntime makes of the file with its own basic optimizations, and of the same numbers with other last bits, those
 * between nodes included: how far apart these lie is how well the model is conditioned. A value whose shape hangs on others has
 * another one in some of them, which onnxruntime refuses: these say nothing.
 */
export async function runNearby(model: FuzzModel): Promise<Values[]> {
  const results = [await runFile(model, { optimize: 'basic' })];
  const inner = await innerValues(model);
  for (let seed = 1; seed <= 4; seed++) {
    const nudged = new Map([...model.feeds].map(([name, tensor]) => [name, nudge(tensor, seed)]));
    const values = await tryFile(noisy(model, inner, seed), nudged);
    if (values) results.push(values);
  }
  return results;
}

function nudge(tensor: Tensor, seed: number): Tensor {
  const rng = createRng(seed);
  const step = lastBit(tensor.dtype);
  if (step === 0) return tensor;
  const data = (tensor.data as Float32Array | Float64Array).map((x) => x * (1 + step * rng.int(-2, 2)));
  return { ...tensor, data };
}

/** Whatever a node reads of another one is off by what layers may be in float32: 4e-7 of the largest element, or their floor. */
function noisy(model: FuzzModel, inner: Values, seed: number): FuzzModel {
  const rng = createRng(seed);
  const read = new Set(model.nodes.flatMap(({ inputs }) => inputs));
  const constants = { ...model.constants };
  const nodes = model.nodes.flatMap((node) => {
    const noises: FuzzModel['nodes'][number][] = [];
    const outputs = node.outputs.map((name) => {
      const value = name !== null && read.has(name) ? inner.get(name) : undefined;
      const step = value ? stepOf(value, floorOf(node.op)) : 0;
      if (name === null || !value || step === 0) return name;
      const data = (value.data as Float32Array | Float64Array).map(() => step * rng.int(-8, 8));
      constants[`${name}.noise`] = { ...value, data };
      const inputs = [`${name}.exact`, `${name}.noise`];
      noises.push({ op: 'Add', domain: '', name: `${name}.add`, inputs, outputs: [name], attributes: {} });
      return `${name}.exact`;
    });
    return [{ ...node, outputs }, ...noises];
  });
  return { ...model, constants, nodes };
}

function stepOf(value: Tensor, floor: number): number {
  const bit = lastBit(value.dtype);
  return bit === 0 ? 0 : Math.max(bit * magnitude(value), floor / 8);
}

/** Half a unit in the last place of 1, for what is nudged. */
function lastBit(dtype: DType): number {
  return dtype === 'f32' ? 2 ** -24 : dtype === 'f64' ? 2 ** -53 : 0;
}

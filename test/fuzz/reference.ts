import type { Tensor, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { openIsolated } from '../../src/runtime/isolated-session.ts';
import type { OrtOptions } from '../../src/runtime/ort-session.ts';
import { UserError } from '../../src/support/errors.ts';
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
export async function tryFile(model: FuzzModel): Promise<Values | null> {
  try {
    return await runFile(model);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/**
 * What onnxruntime makes of the same numbers with other last bits, and of the same file with its own basic
 * optimizations: how far apart these lie is how well the model is conditioned.
 */
export async function runNearby(model: FuzzModel): Promise<Values[]> {
  const results = [await runFile(model, { optimize: 'basic' })];
  for (let seed = 1; seed <= 4; seed++) {
    const nudged = new Map([...model.feeds].map(([name, tensor]) => [name, nudge(tensor, seed)]));
    results.push(await runFile(model, {}, nudged));
  }
  return results;
}

function nudge(tensor: Tensor, seed: number): Tensor {
  if (tensor.dtype !== 'f32' && tensor.dtype !== 'f64') return tensor;
  const rng = createRng(seed);
  const step = tensor.dtype === 'f32' ? 2 ** -24 : 2 ** -53;
  const data = (tensor.data as Float32Array | Float64Array).map((x) => x * (1 + step * rng.int(-2, 2)));
  return { ...tensor, data };
}

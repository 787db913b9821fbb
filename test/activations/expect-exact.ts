import { expect } from 'vitest';
import type { TensorType } from '../../src/ir/types.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { inFolder } from '../verify/native.ts';
import { compiled, type Quantized } from './quantized.ts';

interface Settings {
  readonly optimize: Optimize;
  readonly features?: ReadonlySet<string>;
  readonly sanitize?: boolean;
}

/** Every output is the integer that onnxruntime computes, and as wide as its name says. */
export async function expectExact(
  { graph, data }: Quantized,
  [hasWidth, named]: readonly [hasWidth: (type: TensorType) => boolean, named: RegExp],
  toolchain: Toolchain,
  { optimize, features, sanitize = false }: Settings,
): Promise<void> {
  const model = compiled(graph, features);
  for (const { value, type } of model.program.outputs)
    expect([value, hasWidth(type)]).toEqual([value, named.test(value)]);
  await inFolder(async (directory) => {
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize });
    expect(verdict.outputs.filter(({ exact, different, range }) => !exact || different > 0 || range < 3)).toEqual([]);
    expect(verdict.layers.filter(({ exact, different }) => exact && different > 0)).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
}

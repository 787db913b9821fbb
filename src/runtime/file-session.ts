import type { CopiedValue, FileCopy } from '../frontend/file-copy.ts';
import type { Tensor, ValueName } from '../ir/types.ts';
import { toFloat32Array } from '../numerics/convert.ts';
import { must, UserError } from '../support/errors.ts';
import { openIsolated } from './isolated-session.ts';
import type { OrtOptions } from './ort-session.ts';

/** A model file as onnxruntime computes it. */
export interface FileSession {
  /** One tensor per output of the copy, then per inner value. `sample`: by names of the file. Throws UserError RUNTIME. */
  run(sample: ReadonlyMap<ValueName, Tensor>): Promise<Tensor[]>;
  release(): Promise<void>;
}

/**
 * Loads the copy of a file in another process (onnxruntime may end on a hostile file); `optimize` as for any session,
 * by default 'disabled'. Throws UserError RUNTIME, in the names of the file.
 */
export async function openFile(copy: FileCopy, options: OrtOptions = {}): Promise<FileSession> {
  const session = await openIsolated(copy.bytes, options).catch((error: unknown) => explain(error, copy));
  const wanted = [...copy.outputs, ...copy.inner].map(({ ours }) => ours);
  return {
    async run(sample) {
      const feeds = new Map(
        copy.inputs.map((input) => [input.ours, asFed(must(sample.get(input.name), input.name), input)]),
      );
      const results = await session.run(feeds, wanted).catch((error: unknown) => explain(error, copy));
      return wanted.map((name) => must(results.get(name), name));
    },
    release: () => session.release(),
  };
}

function asFed(tensor: Tensor, { travels }: CopiedValue): Tensor {
  if (travels === null || travels === tensor.dtype) return tensor;
  return travels === 'f32'
    ? { ...tensor, dtype: travels, data: toFloat32Array(tensor) }
    : { ...tensor, dtype: travels };
}

function explain(error: unknown, { names }: FileCopy): never {
  if (!(error instanceof UserError)) throw error;
  const { because = [], ...problem } = error.problem;
  const words = because.map((line) => names.explain(line));
  const node = because.map((line) => names.nodeIn(line)).find((found) => found !== null);
  throw new UserError({ ...problem, because: words, ...(node && { where: node }) }, { cause: error.cause });
}

import type { Compilation } from '../../src/compile.ts';
import type { TypedArray } from '../../src/ir/types.ts';
import { agrees } from '../../src/verify/compare.ts';
import { openFileJudge } from '../../src/verify/judge-file.ts';
import { openLayerJudge } from '../../src/verify/layer-judge.ts';
import type { Values } from './reference.ts';

const TOLERANCE = 1e-5;

/** What `--verify` says of one inference whose outputs alone are known. */
export interface ByVerify {
  /** What differs, of the layers and of the file; empty: nothing does. */
  readonly wrong: readonly string[];
  /** off: onnxruntime is; beyond: numbers leave their type, where no result is the right one. */
  readonly off: 'off' | 'beyond' | null;
}

export async function judgeByVerify(compiled: Compilation, feeds: Values, outputs: Values): Promise<ByVerify> {
  const computed = compiled.program.outputs.map(({ value }): TypedArray => outputs.get(value)!.data);
  const inference = { feed: feeds, outputs: computed, values: new Map() };
  const session = await openLayerJudge(compiled, false, TOLERANCE);
  const fileJudge = await openFileJudge(compiled, { tolerance: TOLERANCE, truth: null, where: 'the sample' });
  try {
    await session.add(inference);
    await fileJudge.add(feeds, inference, null);
    const layers = session.result().outputs;
    const file = fileJudge.result(layers);
    const [off] = layers.flatMap((one) => one.off ?? []);
    const differ = layers.filter((one) => !agrees(one, TOLERANCE)).map(({ value }) => value);
    const ofFile = file.run ? file.outputs.filter((one) => !one.agrees).map(({ value }) => value) : [];
    return {
      wrong: [
        ...differ.map((value) => `${value} is ${outputs.get(value)!.data}`),
        ...ofFile.filter((value) => !differ.includes(value)).map((value) => `${value} differs from the file alone`),
      ],
      off: off ? (off.beyond ? 'beyond' : 'off') : null,
    };
  } finally {
    await session.release();
    await fileJudge.release();
  }
}

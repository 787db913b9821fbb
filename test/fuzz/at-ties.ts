import type { Compilation } from '../../src/compile.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { inFolder } from '../verify/native.ts';
import type { Values } from './reference.ts';

/**
 * Whether `--verify` finds codes at ties of float32 and nothing else: layer by layer, each behind what the C fed its own, no
 * code differs whose exact result is further from the tie than float32's error.
 */
export async function differsAtTies(compiled: Compilation, feeds: Values): Promise<boolean> {
  if (!compiled.quantizedFile) return false;
  const dataset = { name: 'the sample', count: 1, labels: null, sample: () => feeds };
  const { passed, file } = await inFolder((directory) =>
    verifyModel(compiled, dataset, { toolchain: hostGcc(), directory, optimize: '-O0' }),
  );
  if (!passed || !file?.run || !file.layers || !file.wrong) return false;
  const wrong = file.wrong.codes.length + file.wrong.others.length;
  return wrong === 0 && file.layers.codes.some(({ atTies }) => atTies > 0);
}

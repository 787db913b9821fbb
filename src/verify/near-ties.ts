import { copyFile, type FileCopy, type ModelFile } from '../frontend/file-copy.ts';
import { typeOf } from '../ir/graph.ts';
import { isFloat } from '../ir/tensor.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { elementReader } from '../numerics/convert.ts';
import { codeRange, quantizeValue } from '../quant/affine.ts';
import { type FileSession, openFile } from '../runtime/file-session.ts';
import { must } from '../support/errors.ts';

/**
 * How far, in codes, float32 may be from the exact result before it is rounded: sums of some thousand products, each rounded
 * to 2^-24 of numbers of a few hundred codes.
 */
const FLOAT_ERROR = 2 ** -9;

/** Share of a value's codes that is too many to lie on ties by chance. */
const MANY = 0.05;

/** Tells why codes of the C and of a quantized file differ on a sample. */
export interface NearTies {
  /**
   * Whether the first values in which they differ do so by one code each, and only where the real number that the file rounds
   * lies on a tie, within the error of float32, and that for few of its codes. What differs behind these follows from them.
   */
  explain(sample: ReadonlyMap<ValueName, Tensor>, values: ReadonlyMap<ValueName, TypedArray>): Promise<boolean>;
  release(): Promise<void>;
}

/** Runs the file once more where it has to, with what is computed inside as outputs. */
export function nearTies({ file, graph }: { readonly file?: ModelFile; readonly graph: Graph }): NearTies {
  let opened: { readonly copy: FileCopy; readonly session: FileSession } | null = null;
  const open = async (values: readonly ValueName[]) => {
    const copy = copyFile(must(file, 'the file'), values);
    return { copy, session: await openFile(copy) };
  };
  return {
    async explain(sample, values) {
      const coded = [...values.keys()].filter((value) => typeOf(graph, value).quant?.scale.length === 1);
      opened ??= await open(coded);
      const { copy, session } = opened;
      const inner = (await session.run(sample)).slice(copy.outputs.length);
      for (const [i, { name }] of copy.inner.entries()) {
        const differences = differing(graph, name, must(values.get(name), name), inner[i]);
        if (differences.length === 0) continue;
        const few = differences.length <= Math.max(1, MANY * inner[i].data.length);
        return few && differences.every(({ codes, toTie }) => codes === 1 && toTie <= FLOAT_ERROR);
      }
      return false;
    },
    async release() {
      await opened?.session.release();
    },
  };
}

interface CodeDifference {
  readonly codes: number;
  /** Distance of the file's real number from the next tie, in codes. */
  readonly toTie: number;
}

/** Where the file has codes of its own (QLinear operators), the numbers before them are not known: each may be on a tie. */
function differing(graph: Graph, value: ValueName, codes: TypedArray, file: Tensor): CodeDifference[] {
  const { quant } = typeOf(graph, value);
  if (!quant || codes.length !== file.data.length) return [];
  const affine = { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
  const range = codeRange(quant.bits);
  const read = elementReader(file);
  const found: CodeDifference[] = [];
  for (let i = 0; i < codes.length; i++) {
    const given = read(i);
    const code = isFloat(file.dtype) ? quantizeValue(given, affine, range) : given - (file.dtype === 'u8' ? 128 : 0);
    const difference = Math.abs(Number(codes[i]) - code);
    if (difference === 0) continue;
    const inCodes = given / affine.scale;
    const toTie = isFloat(file.dtype) ? Math.abs(inCodes - Math.floor(inCodes) - 0.5) : 0;
    found.push({ codes: difference, toTie });
  }
  return found;
}

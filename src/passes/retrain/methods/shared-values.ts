import type { Builder } from '../../../autodiff/builder.ts';
import type { CustomGradient } from '../../../autodiff/custom-gradient.ts';
import { baseFormat, findFormat } from '../../../formats/index.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { ValueName } from '../../../ir/types.ts';
import { codebookGrid } from '../../../quant/grids/codebook.ts';
import { must } from '../../../support/errors.ts';
import { smallestFormat } from '../../fewbit/smallest-format.ts';
import type { QuantizedWeights } from '../quantized-weights.ts';
import { scaleConstant, sizeOf, type WeightMethod } from '../trained-weights.ts';

/**
 * What the codes stand for is trained, which weight has which code is not: dc_j is the mean (the sum of Choi et al., 2017,
 * section 3.5, over the size of the cluster) of the gradients of the weights that share c_j. Zero stays zero, so that
 * pruned weights do.
 * @param all the layers that share one table; each that is not among them has its own
 */
export function sharedValues(all: readonly QuantizedWeights[]): WeightMethod {
  const common = distinct(all.flatMap(({ codes }) => distinct(codes)));
  let table: ValueName | null = null;
  return (build, weights) => {
    const { codes, quant, shape } = weights;
    const joint = all.some(({ name }) => name === weights.name);
    const levels = joint ? common : distinct(codes);
    build.scope = joint ? 'shared' : weights.name;
    const name = (joint ? table : null) ?? build.constant('values', [levels.length], levels);
    if (joint) table = name;
    const places = new Map(levels.map((level, j) => [level, j]));
    const index = Array.from(codes, (code) => must(places.get(code), 'level'));
    const indices = build.draft.constant(`${weights.name}/clusters`, tensorOf('i64', [index.length], index));
    const marked = gather(build, name, indices, { levels, index, shape });
    return {
      value: build.mul(marked.value, scaleConstant(build, weights)),
      parameters: [{ name, rate: sizeOf(levels), masked: true }],
      custom: new Map([[marked.value, marked.gradient]]),
      freeScales: true,
      read(values) {
        const centres = Float32Array.from(must(values.get(name), name).data as Float32Array);
        centres[levels.indexOf(0)] = 0;
        const { grid, scale } = codebookGrid(centres);
        const next = Float32Array.from(index, (j) => grid.nearest(centres[j] / scale));
        return {
          codes: next,
          scale: quant.scale.map((s) => Math.fround(s * scale)),
          format: formatOf(weights, next),
        };
      },
    };
  };
}

/** The mask of a table: all but zero may move. */
export function sharedMask(levels: ArrayLike<number>): Float32Array {
  return Float32Array.from(levels, (level) => (level === 0 ? 0 : 1));
}

interface Clusters {
  readonly levels: readonly number[];
  readonly index: readonly number[];
  readonly shape: readonly number[];
}

function gather(build: Builder, table: ValueName, indices: ValueName, { levels, index, shape }: Clusters) {
  const flat = build.op('Gather', [table, indices], [index.length], { axis: 0 });
  const value = build.reshape(flat, shape);
  const counts = new Float32Array(levels.length);
  for (const j of index) counts[j]++;
  const shares = counts.map((count) => 1 / Math.max(count, 1));
  const gradient: CustomGradient = {
    inputs: [table],
    backward(back, dy) {
      const zeros = back.zeros([levels.length]);
      const parts = back.reshape(dy, [index.length]);
      const sums = back.op('ScatterElements', [zeros, indices, parts], [levels.length], { axis: 0, reduction: 'add' });
      return [back.mul(sums, back.constant('shares', [levels.length], shares))];
    },
  };
  return { value, gradient };
}

function distinct(codes: ArrayLike<number>): number[] {
  return [...new Set([0, ...Array.from(codes)])].sort((a, b) => a - b);
}

/** Codebooks hold any codes; other formats give way to the smallest that does. */
function formatOf({ format, quant }: QuantizedWeights, codes: Float32Array): string {
  if (findFormat(format).grid?.kind === 'values' || baseFormat(format) === 'int8') return format;
  return smallestFormat(codes, codes.length / quant.scale.length).format;
}

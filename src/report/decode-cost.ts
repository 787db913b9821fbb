import { findFormat } from '../formats/index.ts';
import type { ValueName } from '../ir/types.ts';
import type { Counts } from '../verify/harness.ts';
import { DECODE_TABLE } from './decode-table.ts';
import type { LayerReport } from './report.ts';

/** What reading a layer's weights in few bits takes of the processor, beyond reading a byte per weight. */
export interface DecodeCost {
  /** Of one inference; negative: fewer than int8 takes. */
  readonly instructions: number;
  readonly perWeight: number;
  /** 'measured': this layer of this model; 'table': layers of its kind, by npm run bench:decode. */
  readonly source: 'measured' | 'table';
}

/** Of each weight, in the larger of the measured layers (bench/decode-layers.ts). */
const MOST_USES = { dense: 4, conv: 64, depthwise: 64 } as const;

/** By the table of measured layers; null for a core, format or kind of layer that is not in it. */
export function tabledDecodeCost(layer: Pick<LayerReport, 'op' | 'weights'>, core: string): DecodeCost | null {
  const { weights } = layer;
  const kind = weights && kindOf(layer.op, weights.shape);
  const formats = kind && DECODE_TABLE[core]?.[kind];
  if (!weights || !formats || weights.reading === 'additions') return null;
  if (isPlain(weights.format)) return { instructions: 0, perWeight: 0, source: 'table' };
  const known = nearestFormat(weights.format, Object.keys(formats));
  if (known === null) return null;
  const [once, perUse] = formats[known];
  // What a use saves is known for the measured sizes only.
  const uses = perUse < 0 ? Math.min(weights.uses, MOST_USES[kind]) : weights.uses;
  const perWeight = once + perUse * uses;
  return { instructions: perWeight * weights.count, perWeight, source: 'table' };
}

/** From counts of the same layers with few-bit weights and with plain ones, see withPlainWeights(). */
export function measuredDecodeCosts(
  layers: readonly LayerReport[],
  counts: Counts,
  plain: ReadonlyMap<ValueName | null, number>,
): (DecodeCost | null)[] {
  return layers.map(({ index, value, weights }) => {
    const without = plain.get(value);
    if (!weights || without === undefined) return null;
    const instructions = isPlain(weights.format) ? 0 : counts.layers[index] - without;
    return { instructions, perWeight: instructions / weights.count, source: 'measured' };
  });
}

/** A byte or two per weight. */
export function isPlain(format: string): boolean {
  return findFormat(format).unpack === null;
}

function kindOf(op: string, shape: readonly number[]): 'dense' | 'conv' | 'depthwise' {
  if (op !== 'Conv') return 'dense';
  return shape[1] === 1 && shape[0] > 1 ? 'depthwise' : 'conv';
}

/** Itself, or another one that the same decoder reads in symbols of the same width. */
function nearestFormat(name: string, known: readonly string[]): string | null {
  if (known.includes(name)) return name;
  const { unpack, bits } = findFormat(name);
  const alike = known.find((other) => {
    const format = findFormat(other);
    return format.unpack === unpack && format.bits === bits && bits !== null;
  });
  return alike ?? null;
}

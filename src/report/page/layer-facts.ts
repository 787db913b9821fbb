import type { ValueName } from '../../ir/types.ts';
import type { LayerReport } from '../layer-reports.ts';
import type { SqnrReport } from '../sqnr.ts';

/** How a layer is called in plots: '12 block3/conv2'. */
export function layerLabel({ index, node }: LayerReport): string {
  return `${index} ${node}`;
}

/** For hover titles: name, operator and shape. */
export function layerTitle({ index, op, node, output }: LayerReport): string {
  return `${index}. ${op} '${node}'${output ? `, ${output.join('×') || 'scalar'}` : ''}`;
}

/** SQNR in dB of the outputs that were compared, by value. */
export function outputSqnr(sqnr: SqnrReport | null): Map<ValueName | null, number> {
  return new Map(sqnr?.layers.map(({ value, sqnrDb }) => [value, sqnrDb]));
}

/** 31.4; infinite without noise. */
export function db(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : '∞';
}

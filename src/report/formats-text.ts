import { isPlain } from './layer-weights.ts';
import type { Report } from './report.ts';

/** 'int8', or 'int8, weights in int4 and ternary': what a title says of the numbers in a model. */
export function formatsText({ precision, layers }: Report): string {
  const formats = layers.flatMap(({ weights }) => (weights ? [weights.format] : []));
  const few = [...new Set(formats.filter((format) => !isPlain(format)))];
  if (few.length === 0) return precision;
  const all = few.length > 0 && formats.some(isPlain) ? [...few, 'int8'] : few;
  const last = all.length === 1 ? all[0] : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  return `${precision}, weights in ${last}`;
}
